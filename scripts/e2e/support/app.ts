// The mobile app in end-to-end tests: logs a person in over HTTP and calls the API through the gateway.
import * as oauth from 'oauth4webapi'
import { DEMO } from '../../demo/known.ts'
import { discover } from '../../demo/login.ts'
import { visit } from '../../demo/user-agent.ts'
import type { Stack } from '../../stack/stack-options.ts'

export type AppTokens = oauth.TokenEndpointResponse

const quiet = { onPage() {}, onSubmit() {}, onRedirect() {} }

export interface AppLogin {
  readonly email: string
  readonly password: string
  readonly clientId: string
  readonly redirectUri: string
  readonly scope?: string
}

/** The app's side of a login: the address that it opens, and the tokens for the redirect that comes back. */
export async function beginLogin(stack: Pick<Stack, 'urls'>, login: Partial<AppLogin> = {}) {
  const { clientId, redirectUri, scope } = { ...DEMO, ...login }
  const { server, authentication, options } = await discover(stack.urls.issuer)
  const client: oauth.Client = { client_id: clientId }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const address = new URL(server.authorization_endpoint ?? '')
  address.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(scope !== undefined && { scope }),
  }).toString()
  const redeem = async (redirect: string, key?: oauth.DPoPHandle): Promise<AppTokens> => {
    const parameters = oauth.validateAuthResponse(server, client, new URL(redirect), state)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      verifier,
      { ...options, ...(key && { DPoP: key }) },
    )
    return oauth.processAuthorizationCodeResponse(server, client, response)
  }
  return { address: address.href, redeem }
}

/** The whole flow from PKCE pair to tokens; with a key (RFC 9449) they are bound to it. */
export async function logIn(
  stack: Pick<Stack, 'urls'>,
  login: Partial<AppLogin> = {},
  key?: oauth.DPoPHandle,
): Promise<AppTokens> {
  const { email, password, redirectUri } = { ...DEMO, ...login }
  const { address, redeem } = await beginLogin(stack, login)
  return redeem(await visit(address, redirectUri, { email, password }, quiet), key)
}

/** Refreshes once. */
export async function refresh(stack: Pick<Stack, 'urls'>, refreshToken: string): Promise<AppTokens> {
  const { server, client, authentication, options } = await discover(stack.urls.issuer)
  const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, options)
  return oauth.processRefreshTokenResponse(server, client, response)
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

/** One call of the API through the gateway; `token` undefined sends none. */
export async function call(
  stack: Pick<Stack, 'urls'>,
  token: string | undefined,
  init: RequestInit = {},
  path = '/mobile/echo',
): Promise<ApiAnswer> {
  const headers = new Headers(init.headers)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  const response = await fetch(`${stack.urls.gateway}${path}`, { ...init, headers })
  const text = await response.text()
  let body: Record<string, unknown> = {}
  try {
    body = JSON.parse(text)
  } catch {
    body = { text }
  }
  return { status: response.status, headers: response.headers, body }
}
