// The same requests to two servers: how each is asked, and what each answered, in words that can be compared.
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { randomSecret } from '../../src/crypto/random.ts'
import type { Changes } from '../support/dpop.ts'
import { pkcePair } from '../support/phone.ts'
import { APP } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'

type Fields = Readonly<Record<string, string | undefined>>
/** Headers, and where there is one a body: a form, or text as it is. */
interface Parts {
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Fields
  readonly body?: string
}

function encode(fields: Fields): string {
  return new URLSearchParams(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString()
}

async function jsonOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = response.headers.get('content-type')?.includes('json') ? await response.json() : {}
  return typeof body === 'object' && body !== null ? { ...body } : {}
}

/**
 * An answer in words: `sign-in` (a person goes on at the server), `redirect <error>` or `redirect code` (back to the
 * app), `page 4xx` (for a person), or the status with the error (for an app).
 */
async function inWords(origin: string, response: Response): Promise<string> {
  const { headers, status } = response
  const location = headers.get('location')
  if (location !== null) {
    const { origin: target, searchParams, hash } = new URL(location, origin)
    if (target === origin) return 'sign-in'
    const [way, answer] = hash === '' ? ['redirect', searchParams] : ['fragment', new URLSearchParams(hash.slice(1))]
    return `${way} ${answer.get('error') ?? (answer.has('code') ? 'code' : 'without an answer')}`
  }
  if (headers.get('content-type')?.includes('html')) return `page ${String(status).slice(0, 1)}xx`
  const { error, active } = await jsonOf(response)
  const [, challenged] = /error="(\w+)"/.exec(headers.get('www-authenticate') ?? '') ?? []
  const said = active === undefined ? (error ?? challenged) : active === true ? 'active' : 'inactive'
  return said === undefined ? String(status) : `${status} ${said}`
}

export type Party = Awaited<ReturnType<typeof party>>

/** A server to ask. @param send a person's browser, signed in when it has to be; returns the way back to the app. */
export async function party(origin: string, send: (url: string) => Promise<URL>) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const privateJwk = await exportJWK(privateKey)
  const { challenge, verifier } = pkcePair()

  const call = (method: string, path: string, { headers, form, body }: Parts = {}): Promise<Response> =>
    fetch(`${origin}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(form && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
      ...((form || body !== undefined) && { body: form ? encode(form) : (body ?? '') }),
    })
  const ask = async (method: string, path: string, parts?: Parts): Promise<string> =>
    inWords(origin, await call(method, path, parts))

  /** The parameters of a sound authorization request. */
  const request = (changes: Fields = {}): Fields => ({
    response_type: 'code',
    client_id: APP.clientId,
    redirect_uri: CLAIMED_URI,
    scope: 'orders:read',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'a-state',
    ...changes,
  })
  /** Nobody is signed in. `more` is appended to the query as it is. */
  const authorize = (changes: Fields = {}, more = ''): Promise<string> =>
    ask('GET', `/authorize?${encode(request(changes))}${more}`)
  const push = (changes: Fields = {}): Promise<string> => ask('POST', '/par', { form: request(changes) })
  /** Pushes a sound request; returns its URI. */
  const pushed = async (): Promise<string> =>
    String((await jsonOf(await call('POST', '/par', { form: request() }))).request_uri)

  const token = (form: Fields, headers: Parts['headers'] = {}): Promise<string> =>
    ask('POST', '/token', { form: { client_id: APP.clientId, ...form }, headers })
  const code = async (changes: Fields = {}): Promise<string> => {
    const answer = await send(`${origin}/authorize?${encode(request(changes))}`)
    const code = answer.searchParams.get('code')
    if (code === null) throw new Error(`no code came back: ${answer}`)
    return code
  }
  /** A sound redemption of a code. */
  const redemption = (code: string, changes: Fields = {}): Fields => ({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: CLAIMED_URI,
    ...changes,
  })
  const redeem = async (changes: Fields = {}, headers?: Parts['headers']): Promise<string> =>
    token(redemption(await code(), changes), headers)
  /** Signs in and redeems. @param headers of the token request. */
  const tokens = async (headers: Parts['headers'] = {}) => {
    const form = { client_id: APP.clientId, ...redemption(await code({ scope: 'openid orders:read' })) }
    const { access_token, refresh_token, id_token } = await jsonOf(await call('POST', '/token', { form, headers }))
    return { access: String(access_token), refresh: String(refresh_token), id: String(id_token) }
  }
  const refresh = (refreshToken: string, changes: Fields = {}, headers?: Parts['headers']): Promise<string> =>
    token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...changes }, headers)
  /** The refresh token that a token request is answered with. */
  const successorOf = async (form: Fields): Promise<string> => {
    const response = await call('POST', '/token', { form: { client_id: APP.clientId, ...form } })
    return String((await jsonOf(response)).refresh_token)
  }
  const successor = (refreshToken: string): Promise<string> =>
    successorOf({ grant_type: 'refresh_token', refresh_token: refreshToken })

  const revoke = (token: string, changes: Fields = {}): Promise<string> =>
    ask('POST', '/revoke', { form: { client_id: APP.clientId, token, ...changes } })

  /** A DPoP proof for the token endpoint, with parts replaced. */
  const proof = async ({ claims, header }: Changes = {}, key: Parameters<SignJWT['sign']>[0] = privateKey) => {
    const usual = { jti: randomSecret(16), htm: 'POST', htu: `${origin}/token`, iat: Math.floor(Date.now() / 1000) }
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
      .sign(key)
  }
  const redeemProving = async (changes: Changes = {}) => redeem({}, { dpop: await proof(changes) })
  /** A nonce of the server's. */
  const nonce = async (): Promise<string> => {
    const headers = { dpop: await proof() }
    const form = { client_id: APP.clientId, grant_type: 'refresh_token', refresh_token: (await tokens()).refresh }
    return (await call('POST', '/token', { form, headers })).headers.get('dpop-nonce') ?? ''
  }

  return {
    origin,
    ask,
    request,
    authorize,
    push,
    pushed,
    token,
    code,
    redemption,
    redeem,
    tokens,
    refresh,
    successorOf,
    successor,
    revoke,
    proof,
    privateJwk,
    redeemProving,
    nonce,
  }
}
