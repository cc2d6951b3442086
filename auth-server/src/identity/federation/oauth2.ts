// Any provider that speaks OAuth 2 and has an address that says whose token it is; the kinds without OpenID Connect build on it.
import type { AuthorizationServer, ClientAuth } from 'oauth4webapi'
import { addressField, optional, secretField, textField } from './fields.ts'
import {
  providerKind,
  type UpstreamAnswer,
  type UpstreamIdentity,
  type UpstreamProtocol,
  type UpstreamTools,
} from './provider.ts'

/** Reads a document of the provider's API in the name of whoever signs in. @throws {Error} when it is not there. */
export type ReadApi = (address: string) => Promise<unknown>

export interface OAuth2Settings {
  /** In whose name space the subjects are. */
  readonly issuer: string
  /** What the provider calls itself where it says so in its answers (RFC 9207). */
  readonly callsItself: string | undefined
  readonly authorizationUrl: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: string
  /** How the client secret is shown (RFC 6749 §2.3.1). */
  readonly secretIn: 'header' | 'form'
  /** What `prompt` says where the person has to show anew who they are; most know no such thing. */
  readonly freshPrompt?: string
  readonly whoIs: (read: ReadApi) => Promise<UpstreamIdentity>
}

export const OAUTH2 = providerKind(
  {
    title: 'OAuth 2',
    register: 'A provider without OpenID Connect: register a web application with the redirect URI above.',
    fields: {
      authorization_url: addressField('where people are sent to sign in'),
      token_url: addressField('where the code is exchanged'),
      userinfo_url: addressField('the address that says whose a token is, in JSON; its subjects are known by it'),
      client_id: textField('what the provider calls this server'),
      client_secret_variable: secretField('the environment variable with the client secret'),
      scopes: textField('what is asked for, with blanks between'),
      issuer: optional(addressField('what it calls itself in `iss` of its answers, if it does (RFC 9207)')),
      subject: { ...textField('the field with what never changes about an account'), byDefault: 'sub' },
      email: { ...textField('the field with the e-mail address'), byDefault: 'email' },
      email_verified: {
        ...textField('the field that is true where the address is verified'),
        byDefault: 'email_verified',
      },
      name: { ...textField('the field with the name'), byDefault: 'name' },
    },
  },
  (settings, tools) => {
    // Whatever the provider is called: a name space that is no OpenID Connect issuer's.
    const issuer = settings.userinfo_url
    return openOAuth2(
      {
        issuer,
        callsItself: settings.issuer,
        authorizationUrl: settings.authorization_url,
        tokenUrl: settings.token_url,
        clientId: settings.client_id,
        clientSecret: settings.client_secret_variable,
        scopes: settings.scopes,
        secretIn: 'header',
        async whoIs(read) {
          const claims = await read(settings.userinfo_url)
          if (!isObject(claims)) throw new Error('what says who it is, is no object')
          const [email, name] = [claims[settings.email], claims[settings.name]]
          return {
            issuer,
            subject: subjectOf(claims[settings.subject]),
            ...(typeof email === 'string' && { email }),
            emailVerified: claims[settings.email_verified] === true,
            ...(typeof name === 'string' && { name }),
            claims,
          }
        },
      },
      tools,
    )
  },
)

/** A text, or a whole number. @throws {Error} for anything else: what is rounded is somebody else. */
export function subjectOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  throw new Error('there is no subject')
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Loaded by those alone who have such a provider, when it is first needed. */
function library() {
  return import('oauth4webapi')
}

export function openOAuth2(settings: OAuth2Settings, tools: UpstreamTools): UpstreamProtocol {
  const { issuer, authorizationUrl, clientId, scopes, freshPrompt } = settings
  return {
    issuer,
    leadsTo: authorizationUrl,
    async begin({ redirectUri, state, codeVerifier, isFresh }) {
      const oauth = await library()
      const address = new URL(authorizationUrl)
      address.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: scopes,
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(isFresh && freshPrompt !== undefined && { prompt: freshPrompt }),
      }).toString()
      return address
    },
    prepare: () => tools.probe(settings.tokenUrl),
    finish: (answer) => finish(settings, tools, answer),
  }
}

async function finish(
  { issuer, callsItself = issuer, tokenUrl, clientId, clientSecret, secretIn, whoIs }: OAuth2Settings,
  { fetch, allowLoopback }: UpstreamTools,
  { parameters, state, redirectUri, codeVerifier }: UpstreamAnswer,
): Promise<UpstreamIdentity> {
  const oauth = await library()
  // An answer that names another one is refused.
  const server: AuthorizationServer = { issuer: callsItself, token_endpoint: tokenUrl }
  const client = { client_id: clientId }
  const sound = oauth.validateAuthResponse(server, client, parameters, state)
  const authentication: ClientAuth =
    secretIn === 'form' ? oauth.ClientSecretPost(clientSecret) : oauth.ClientSecretBasic(clientSecret)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    sound,
    redirectUri,
    codeVerifier,
    { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: allowLoopback },
  )
  // Some say what is wrong under 200, which the library takes for a broken answer: refused either way.
  const { access_token: token } = await oauth.processAuthorizationCodeResponse(server, client, response)
  return whoIs(async (address) => {
    const headers = { accept: 'application/json', authorization: `Bearer ${token}`, 'user-agent': clientId }
    const answer = await fetch(address, { method: 'GET', headers })
    if (answer.status !== 200) throw new Error(`${address} answered ${answer.status}`)
    return answer.json()
  })
}
