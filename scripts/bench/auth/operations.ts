// What both servers are asked, each answer looked at as a whole: four operations of the protocol.
import { createHash, randomBytes } from 'node:crypto'
import type { HttpAnswer, HttpCaller } from './http.ts'
import { API, type BenchParty, CLIENT } from './party.ts'

/** One caller's next request of a kind. @throws {Error} when an answer is not what it should be */
export type NextRequest = () => Promise<void>

/** An operation: prepares a caller, which then asks again and again. */
export interface Operation {
  readonly name: string
  /** Who is asked; both without it. */
  readonly only?: BenchParty['name']
  prepare(party: BenchParty, caller: HttpCaller): Promise<NextRequest>
}

/** The client's proof. */
export const BASIC = { authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}` }
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Tokens of a login. */
export interface LoginTokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** An answer that is not what it should be. */
export class UnexpectedAnswer extends Error {
  override name = 'UnexpectedAnswer'
  readonly answer: HttpAnswer

  constructor(what: string, answer: HttpAnswer, said = answer.body) {
    super(`${what}: ${answer.status} ${said.slice(0, 300)}`)
    this.answer = answer
  }
}

/** @throws {UnexpectedAnswer} unless it is a success with JSON */
export function read(answer: HttpAnswer, what: string): Record<string, unknown> {
  const body: unknown = answer.status === 200 ? JSON.parse(answer.body) : undefined
  if (typeof body === 'object' && body !== null) return { ...body }
  throw new UnexpectedAnswer(what, answer)
}

function readTokens(answer: HttpAnswer, what: string): LoginTokens {
  const { access_token, refresh_token, token_type, expires_in } = read(answer, what)
  if (typeof access_token !== 'string' || !JWT.test(access_token)) throw new Error(`${what}: no signed access token`)
  if (token_type !== 'Bearer' || expires_in !== 600) throw new Error(`${what}: ${token_type} for ${expires_in} s`)
  if (typeof refresh_token !== 'string' || refresh_token === '') throw new Error(`${what}: no refresh token`)
  return { access_token, refresh_token }
}

/** A code by the session that the caller has, redeemed at once. @throws {UnexpectedAnswer} */
export async function codeFlow(caller: HttpCaller): Promise<LoginTokens> {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT.id,
    redirect_uri: CLIENT.redirectUri,
    scope: API.scope,
    resource: API.resource,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const answer = await caller.get(`/authorize?${query}`)
  const location = new URL(answer.location ?? 'none:', 'http://localhost')
  const code = location.searchParams.get('code')
  if (answer.status !== 303 || !location.href.startsWith(CLIENT.redirectUri) || code === null)
    throw new UnexpectedAnswer('authorize', answer, location.href)
  if (location.searchParams.get('state') !== state) throw new Error('authorize: another state')
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CLIENT.redirectUri }
  return readTokens(await caller.post('/token', form, BASIC), 'code')
}

/** @throws {UnexpectedAnswer} */
export async function refreshOnce(caller: HttpCaller, token: string): Promise<LoginTokens> {
  const form = { grant_type: 'refresh_token', refresh_token: token }
  return readTokens(await caller.post('/token', form, BASIC), 'refresh')
}

/** @throws {Error} unless the token is one of the client's, and good */
export async function introspectOnce(caller: HttpCaller, token: string): Promise<void> {
  const { active, client_id } = read(await caller.post('/introspect', { token }, BASIC), 'introspection')
  if (active !== true || client_id !== CLIENT.id) throw new Error('introspection: the token is not active')
}

export const CLIENT_CREDENTIALS: Operation = {
  name: 'client_credentials',
  async prepare(_party, caller) {
    return async () => {
      const form = { grant_type: 'client_credentials', scope: API.scope, resource: API.resource }
      const { access_token, token_type } = read(await caller.post('/token', form, BASIC), 'client_credentials')
      if (typeof access_token !== 'string' || !JWT.test(access_token) || token_type !== 'Bearer')
        throw new Error('client_credentials: no signed access token')
    }
  },
}

const REFRESH: Operation = {
  name: 'refresh with rotation',
  async prepare(party, caller) {
    await party.signIn(caller)
    let { refresh_token: current } = await codeFlow(caller)
    return async () => {
      const { refresh_token: next } = await refreshOnce(caller, current)
      if (next === current) throw new Error('refresh: the token was not rotated')
      current = next
    }
  },
}

const CODE_FLOW_WITH_SESSION: Operation = {
  name: 'code flow with a session',
  async prepare(party, caller) {
    await party.signIn(caller)
    return async () => {
      await codeFlow(caller)
    }
  },
}

const INTROSPECTION: Operation = {
  name: 'introspection',
  async prepare(party, caller) {
    await party.signIn(caller)
    const { refresh_token: token } = await codeFlow(caller)
    return () => introspectOnce(caller, token)
  },
}

export const OPERATIONS: readonly Operation[] = [CLIENT_CREDENTIALS, REFRESH, CODE_FLOW_WITH_SESSION, INTROSPECTION]
