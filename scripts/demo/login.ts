// From PKCE pair to tokens: the authorization code flow of a native app (RFC 6749, RFC 7636, RFC 8252, RFC 9207).
import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as oauth from 'oauth4webapi'
import { DEMO } from './known.ts'
import type { PlayedApp } from './played-app.ts'
import { throughUserAgent } from './played-person.ts'
import { listenForRedirect, openBrowser } from './system-browser.ts'
import { type Narrator, shorten } from './terminal.ts'
import type { DemoCredentials } from './user-agent.ts'

/** What the app holds after the login. */
export interface DemoSession {
  readonly accessToken: string
  readonly refreshToken: string
}

/** The auth server and we as its client, as oauth4webapi wants them. */
export interface DemoParties {
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
  /** http is for localhost only */
  readonly options: { readonly [oauth.allowInsecureRequests]: true }
}

/** Reads the discovery document. */
export async function discover(issuer: string, clientId: string = DEMO.clientId): Promise<DemoParties> {
  const url = new URL(issuer)
  const options = { [oauth.allowInsecureRequests]: true } as const
  const response = await oauth.discoveryRequest(url, { ...options, algorithm: 'oidc' })
  return {
    server: await oauth.processDiscoveryResponse(url, response),
    client: { client_id: clientId },
    authentication: oauth.None(), // a public client: nothing in an app is secret
    options,
  }
}

/** Logs in and redeems the code, by HTTP calls or in the system browser. */
export async function logIn(
  parties: DemoParties,
  app: PlayedApp,
  tell: Narrator,
  { inBrowser, person = DEMO }: Readonly<{ inBrowser: boolean; person?: DemoCredentials }>,
): Promise<DemoSession> {
  tell.step('The app makes a PKCE pair', 'Only who knows the verifier can redeem the code (RFC 7636).')
  const verifier = oauth.generateRandomCodeVerifier()
  const challenge = await oauth.calculatePKCECodeChallenge(verifier)
  const state = oauth.generateRandomState()
  tell.facts({ code_verifier: verifier, code_challenge: challenge, state })

  const listener = inBrowser ? await listenForRedirect(requireLoopback(app)) : undefined
  const redirectUri = listener?.redirectUri ?? app.redirectUri
  const url = authorizationUrl(parties.server, { ...app, redirectUri, challenge, state })
  tell.step('The app opens the system browser', 'Never a web view: the app must not see the password (RFC 8252 §8.12).')
  tell.say(`GET ${url.origin}${url.pathname}`)
  tell.facts(Object.fromEntries(url.searchParams))

  const redirect = listener
    ? await throughSystemBrowser(url.href, listener, person, tell)
    : await throughUserAgent(url.href, redirectUri, person, tell)

  tell.step('The app takes the redirect', 'It checks state (its own request) and iss (this server, RFC 9207).')
  const parameters = oauth.validateAuthResponse(parties.server, parties.client, new URL(redirect), state)
  tell.facts(Object.fromEntries(parameters))

  tell.step('The app redeems the code', `POST ${parties.server.token_endpoint} with the verifier`)
  const { server, client, authentication, options } = parties
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    parameters,
    redirectUri,
    verifier,
    options,
  )
  return describeTokens(await oauth.processAuthorizationCodeResponse(server, client, response), tell)
}

/** Trades the refresh token for new tokens and shows that it has changed. */
export async function refresh(parties: DemoParties, session: DemoSession, tell: Narrator): Promise<DemoSession> {
  const { server, client, authentication, options } = parties
  tell.step(
    'The app refreshes',
    'Each refresh token works once; the next one comes with the answer (RFC 9700 §4.14.2).',
  )
  const response = await oauth.refreshTokenGrantRequest(server, client, authentication, session.refreshToken, options)
  const tokens = await oauth.processRefreshTokenResponse(server, client, response)
  const fresh = { accessToken: tokens.access_token, refreshToken: requireRefreshToken(tokens) }
  tell.facts({
    'old refresh token': shorten(session.refreshToken),
    'new refresh token': shorten(fresh.refreshToken),
    changed: fresh.refreshToken === session.refreshToken ? 'NO' : 'yes',
  })
  return fresh
}

interface Request extends PlayedApp {
  readonly challenge: string
  readonly state: string
}

function requireLoopback({ clientId, loopbackRedirectUri }: PlayedApp): string {
  if (loopbackRedirectUri !== undefined) return loopbackRedirectUri
  throw new Error(`With --browser ${clientId} needs the redirect URI http://127.0.0.1/callback as well.`)
}

function authorizationUrl(server: oauth.AuthorizationServer, request: Request): URL {
  if (server.authorization_endpoint === undefined) throw new Error('the server names no authorization endpoint')
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scopes.join(' '),
    resource: request.resource,
    state: request.state,
    code_challenge: request.challenge,
    code_challenge_method: 'S256',
  }).toString()
  return url
}

async function throughSystemBrowser(
  url: string,
  listener: Awaited<ReturnType<typeof listenForRedirect>>,
  { email, password }: DemoCredentials,
  tell: Narrator,
): Promise<string> {
  tell.step('You log in', `${email} / ${password}`)
  const opened = await openBrowser(url)
  tell.say(opened ? 'Your browser should open. If it does not, open this address:' : 'Open this address:')
  tell.say(`  ${url}`)
  tell.say(`Waiting for the redirect to ${listener.redirectUri} …`)
  try {
    return await listener.received
  } finally {
    listener.close()
  }
}

function describeTokens(tokens: oauth.TokenEndpointResponse, tell: Narrator): DemoSession {
  const session = { accessToken: tokens.access_token, refreshToken: requireRefreshToken(tokens) }
  tell.facts({
    access_token: shorten(tokens.access_token),
    token_type: tokens.token_type,
    expires_in: `${tokens.expires_in} s`,
    refresh_token: shorten(session.refreshToken),
    scope: tokens.scope,
  })
  tell.step(
    'What the access token says',
    'A signed JWT (RFC 9068); only the gateway reads it, to the app it is opaque.',
  )
  tell.facts({ header: JSON.stringify(decodeProtectedHeader(session.accessToken)) })
  const claims = decodeJwt(session.accessToken)
  tell.facts(
    Object.fromEntries(
      Object.entries(claims).map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : String(value),
      ]),
    ),
  )
  return session
}

function requireRefreshToken(tokens: oauth.TokenEndpointResponse): string {
  if (tokens.refresh_token === undefined) throw new Error('the server sent no refresh token')
  return tokens.refresh_token
}
