// Any provider that speaks OpenID Connect: found by its issuer, asked by code with PKCE and nonce, believed by signature.
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose'
import type { ClientAuth, Configuration } from 'openid-client'
import { valueAt } from './claim-mapping.ts'
import { addressField, optional, secretField, textField } from './fields.ts'
import { readLogoutToken } from './logout-token.ts'
import { LOGOUT_FIELD, logoutHint, oidcLogout } from './oidc-logout.ts'
import {
  isKeepable,
  providerKind,
  type UpstreamAnswer,
  type UpstreamIdentity,
  type UpstreamProtocol,
  type UpstreamTools,
} from './provider.ts'

/** How long what was discovered counts. */
const DISCOVERED_MILLIS = 3600_000

export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  /** None of a public client; or how it shows who it is where it has no such secret. */
  readonly clientSecret: string | ClientAuth | undefined
  readonly scopes: string
  /** What `prompt` says where the person has to show anew who they are; some know no such thing. */
  readonly freshPrompt?: string
  /** What it is asked beside what all are. */
  readonly asks?: Readonly<Record<string, string>>
  /** What its ID token is to say beside what all say; it alone is read then, and the answer that came by the browser. @throws {Error} */
  readonly readToken?: (
    claims: Claims,
    answer: URLSearchParams,
  ) => Readonly<{ emailVerified: boolean; name?: string | undefined }>
  /** Whoever signs out here signs out there as well. */
  readonly logsOut?: boolean
  /** Its refresh token is kept, to be revoked with the identity. */
  readonly keepsToken?: true
}

type Claims = Readonly<Record<string, unknown>>

interface Discovered {
  readonly configuration: Configuration
  readonly keys: JWTVerifyGetKey
}

/** The client that every OpenID Connect provider has at this server. */
export const CLIENT_FIELDS = {
  client_id: textField('what the provider calls this server'),
  client_secret_variable: secretField('the environment variable with the client secret'),
} as const

export const OIDC = providerKind(
  {
    title: 'OpenID Connect',
    register:
      'Keycloak, Okta, Auth0, GitLab, another installation of this server: register a web application (confidential client, authorization code, PKCE if it asks) with the redirect URI above, and the address above that ends in `/logout` as its back-channel logout URI and, with `logout: true`, among the addresses to go to after a logout (Keycloak: *Valid post logout redirect URIs*; Okta: *Sign-out redirect URIs*; Auth0: *Allowed Logout URLs*).',
    fields: {
      issuer: addressField('its issuer, as its discovery document spells it'),
      client_id: CLIENT_FIELDS.client_id,
      client_secret_variable: optional(CLIENT_FIELDS.client_secret_variable),
      scopes: { ...textField('what is asked for, with blanks between'), byDefault: 'openid email profile' },
      logout: LOGOUT_FIELD,
    },
  },
  ({ issuer, client_id, client_secret_variable, scopes, logout }, tools) =>
    openOidc(
      {
        issuer,
        clientId: client_id,
        clientSecret: client_secret_variable,
        scopes,
        freshPrompt: 'login',
        logsOut: logout,
      },
      tools,
    ),
)

/** Loaded by those alone who have such a provider, when it is first needed. */
function library() {
  return import('openid-client')
}

export function openOidc(settings: OidcSettings, tools: UpstreamTools): UpstreamProtocol {
  const { fetch, allowLoopback, wanted } = tools
  const { issuer, clientId, clientSecret, scopes, freshPrompt, asks, readToken, keepsToken, logsOut = false } = settings
  // A provider that is asked by another prompt than `login` does not let its people sign in anew.
  const tellsAuthTime = freshPrompt === 'login'
  let known: (Discovered & Readonly<{ at: number }>) | undefined
  let under: Promise<Discovered> | undefined

  async function discover(): Promise<Discovered> {
    const client = await library()
    const configuration = await client.discovery(
      new URL(issuer),
      clientId,
      typeof clientSecret === 'string' ? { client_secret: clientSecret } : {},
      typeof clientSecret === 'string' ? authentication(client, clientSecret) : (clientSecret ?? client.None()),
      {
        [client.customFetch]: fetch,
        // The library asks for it by this name; where requests may go, the guarded fetch decides.
        execute: allowLoopback ? [client.allowInsecureRequests] : [],
      },
    )
    // The library lets a template stand for the issuer of some; then anybody's tenant would do.
    const { issuer: found, jwks_uri } = configuration.serverMetadata()
    if (found !== issuer) throw new Error(`the discovery document says the issuer is ${found}`)
    // What comes by TLS from the token endpoint need not be verified (Core §3.1.3.7); it costs one key set an hour.
    client.enableNonRepudiationChecks(configuration)
    known = { at: performance.now(), configuration, keys: keysAt(jwks_uri, fetch) }
    return known
  }

  /** Those who ask while it is looked up wait for the one answer. */
  function discovered(): Promise<Discovered> {
    if (known && performance.now() - known.at < DISCOVERED_MILLIS) return Promise.resolve(known)
    under ??= discover().finally(() => {
      under = undefined
    })
    return under
  }

  return {
    issuer,
    async prepare() {
      await discovered()
    },
    async begin({ redirectUri, state, nonce, codeVerifier, isFresh }) {
      const { configuration } = await discovered()
      const client = await library()
      return client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: scopes,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...asks,
        ...(isFresh && freshPrompt !== undefined && { prompt: freshPrompt }),
        ...(isFresh && tellsAuthTime && { max_age: '0' }),
      })
    },
    async finish(answer: UpstreamAnswer): Promise<UpstreamIdentity> {
      const { configuration } = await discovered()
      const client = await library()
      const { redirectUri, parameters, state, nonce, codeVerifier, isFresh, begunSecondsAgo } = answer
      const url = new URL(redirectUri)
      url.search = parameters.toString()
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
        // Whoever asks for max_age has to look at auth_time (Core §3.1.3.7); a prompt alone can be taken out of the address.
        ...(isFresh && tellsAuthTime && { maxAge: Math.max(1, Math.ceil(begunSecondsAgo ?? 0)) }),
      })
      const told = tokens.claims()
      if (!told) throw new Error('there is no ID token')
      const { sub } = told
      const kept = keepsToken && tokens.refresh_token !== undefined ? { refreshToken: tokens.refresh_token } : {}
      const session = {
        ...kept,
        ...(isKeepable(told.sid) && { sessionId: told.sid }),
        ...(logsOut && { logoutHint: logoutHint(tokens.id_token) }),
      }
      if (readToken) return { ...identityOf(issuer, sub, told), ...readToken(told, parameters), ...session }
      // Some tell what their scopes stand for at their userinfo endpoint alone (Core §5.4).
      const isWhole = told.email !== undefined && wanted.every((path) => valueAt(told, path) !== undefined)
      const isMore = !isWhole && configuration.serverMetadata().userinfo_endpoint !== undefined
      const more = isMore ? await client.fetchUserInfo(configuration, tokens.access_token, sub) : {}
      return { ...identityOf(issuer, sub, together(more, told)), ...session }
    },
    async readLogoutToken(token) {
      const { configuration, keys } = await discovered()
      const algorithms = configuration.serverMetadata().id_token_signing_alg_values_supported
      return readLogoutToken(token, { issuer, clientId, keys, algorithms })
    },
    ...(logsOut && {
      logout: oidcLogout(
        issuer,
        { discover: async () => (await discovered()).configuration, known: () => known?.configuration },
        tools,
      ),
    }),
    ...(keepsToken && {
      async revoke(refreshToken: string) {
        const { configuration } = await discovered()
        const { tokenRevocation } = await library()
        await tokenRevocation(configuration, refreshToken, { token_type_hint: 'refresh_token' })
      },
    }),
  }
}

/** The ID token counts first. Whether an address is verified, says who tells of that address: nobody's word is about another. */
function together(more: Claims, told: Claims): Claims {
  const { email = more.email } = told
  const { email_verified } = Object.assign({}, ...[more, told].filter((one) => one.email === email))
  return { ...more, ...told, email_verified }
}

function identityOf(issuer: string, subject: string, claims: Claims): UpstreamIdentity {
  const { email, email_verified, name } = claims
  return {
    issuer,
    subject,
    ...(typeof email === 'string' && { email }),
    // Not "true", not 1: some say so of what they have only been told.
    emailVerified: email_verified === true,
    ...(typeof name === 'string' && { name }),
    claims,
  }
}

/** Its keys, for what it posts: fetched when one is needed, and not anew within half a minute. */
function keysAt(address: string | undefined, fetch: UpstreamTools['fetch']): JWTVerifyGetKey {
  if (address === undefined) throw new Error('the discovery document names no keys')
  return createRemoteJWKSet(new URL(address), {
    [customFetch]: (url, { headers, ...request }) => fetch(url, { ...request, headers: Object.fromEntries(headers) }),
  })
}

/** By HTTP Basic unless the provider takes it in the form alone (RFC 8414 §2). */
function authentication(client: Awaited<ReturnType<typeof library>>, secret: string) {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)]
  const byMethod: typeof basic = (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const isPost = !methods.includes('client_secret_basic') && methods.includes('client_secret_post')
    return (isPost ? post : basic)(server, ...rest)
  }
  return byMethod
}
