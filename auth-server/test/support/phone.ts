// The mobile app: makes PKCE pairs, sends a browser to log in, redeems what comes back.
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { sha256 } from '../../src/crypto/digest.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { Browser } from './browser.ts'
import { APP, USER } from './server.ts'

export const REDIRECT_URI = 'com.example.shop:/callback'

/** A PKCE pair (RFC 7636 §4.1, §4.2). */
export function pkcePair() {
  const verifier = randomSecret()
  return { verifier, challenge: sha256(verifier) }
}

/** The parameters of a sound authorization request; undefined leaves one out. */
export function authorizeUrl(challenge: string, changes: Readonly<Record<string, string | undefined>> = {}): string {
  const parameters = {
    response_type: 'code',
    client_id: APP.clientId,
    redirect_uri: REDIRECT_URI,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'a-state',
    ...changes,
  }
  const query = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `/authorize?${new URLSearchParams(query)}`
}

/** What a redirect to the app carries. */
export function answerOf(response: LightMyRequestResponse) {
  const location = response.headers.location ?? ''
  const start = location.indexOf('?')
  return {
    status: response.statusCode,
    to: start < 0 ? location : location.slice(0, start),
    ...Object.fromEntries(new URLSearchParams(start < 0 ? '' : location.slice(start + 1))),
  } as { status: number; to: string } & Partial<Record<string, string>>
}

/** Logs in on the login page that `page` is. */
export function logIn(browser: Browser, page: LightMyRequestResponse, user: Readonly<typeof USER> = USER) {
  return browser.submit(page, '/login', user)
}

/** POST /token with form fields. */
export function postToken(app: FastifyInstance, form: Readonly<Record<string, string>>) {
  return app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(form).toString(),
  })
}

/** Logs in with a fresh browser and returns a code with its verifier. */
export async function obtainCode(
  app: FastifyInstance,
  changes: Readonly<Record<string, string | undefined>> = {},
  browser = new Browser(app),
  user: Readonly<typeof USER> = USER,
) {
  const { verifier, challenge } = pkcePair()
  const done = await logIn(browser, await browser.open(authorizeUrl(challenge, changes)), user)
  const { code } = answerOf(done)
  if (!code) throw new Error(`no code came back: ${done.statusCode} ${done.headers.location ?? done.body}`)
  return { browser, code, verifier }
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly scope: string
  readonly token_type: string
}

/** Redeems a code. */
export function redeem(
  app: FastifyInstance,
  code: string,
  verifier: string,
  changes: Readonly<Record<string, string>> = {},
) {
  return postToken(app, {
    grant_type: 'authorization_code',
    client_id: APP.clientId,
    code,
    code_verifier: verifier,
    redirect_uri: REDIRECT_URI,
    ...changes,
  })
}

/** Refreshes. */
export function refresh(app: FastifyInstance, refreshToken: string, changes: Readonly<Record<string, string>> = {}) {
  return postToken(app, {
    grant_type: 'refresh_token',
    client_id: APP.clientId,
    refresh_token: refreshToken,
    ...changes,
  })
}

/** The whole flow: login, code, tokens. */
export async function obtainTokens(app: FastifyInstance): Promise<Tokens> {
  const { code, verifier } = await obtainCode(app)
  return (await redeem(app, code, verifier)).json()
}

/** The installation that tokens belong to. */
export function idOf({ refresh_token }: Pick<Tokens, 'refresh_token'>): string {
  return refresh_token.split('.')[0] ?? ''
}
