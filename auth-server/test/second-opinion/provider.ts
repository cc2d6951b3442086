// npm's oidc-provider with the clients, the API and the rules of our test server, and a person who signs in when asked.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type Context, errors } from 'oidc-provider'
import type { Test } from 'tap'
import type { ApplicationDefinition } from '../../src/catalogue/applications.ts'
import { API, USER } from '../support/server.ts'
import { listen } from '../support/site.ts'

const API_SCOPES = Object.keys(API.scopes).join(' ')

/** The same registration in the terms of RFC 7591. */
function registrationOf({ clientId, kind, redirectUris, grantTypes, authMethod, clientSecret }: ApplicationDefinition) {
  return {
    client_id: clientId,
    application_type: kind === 'native' ? 'native' : 'web',
    redirect_uris: redirectUris,
    grant_types: grantTypes ?? ['authorization_code', 'refresh_token'],
    response_types: redirectUris.length > 0 ? ['code'] : [],
    token_endpoint_auth_method: authMethod ?? 'none',
    ...(clientSecret !== undefined && { client_secret: clientSecret }),
  }
}

const features = {
  devInteractions: { enabled: false },
  clientCredentials: { enabled: true },
  introspection: { enabled: true },
  revocation: { enabled: true },
  pushedAuthorizationRequests: { enabled: true },
  resourceIndicators: {
    enabled: true,
    defaultResource: () => API.resource,
    useGrantedResource: () => true,
    getResourceServerInfo: (_context: Context, resource: string) => {
      if (resource !== API.resource) throw new errors.InvalidTarget()
      return { scope: API_SCOPES, audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600 }
    },
  },
  dPoP: {
    enabled: true,
    nonceSecret: randomBytes(32),
    requireNonce: ({ oidc }: Context) => oidc.params?.grant_type === 'refresh_token',
  },
}

async function grantEverything({ oidc }: Context) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
  grant.addOIDCScope('openid email')
  grant.addResourceScope(API.resource, API_SCOPES)
  await grant.save()
  return grant
}

async function configuration(clients: readonly ApplicationDefinition[]) {
  return {
    clients: clients.map(registrationOf),
    jwks: { keys: [await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey)] },
    cookies: { keys: [randomBytes(32).toString('hex')], long: { sameSite: 'none' } },
    scopes: ['openid', 'email', 'offline_access'],
    responseTypes: ['code'],
    enableHttpPostMethods: true,
    pkce: { required: () => true },
    routes: {
      authorization: '/authorize',
      token: '/token',
      pushed_authorization_request: '/par',
      revocation: '/revoke',
      introspection: '/introspect',
      userinfo: '/userinfo',
    },
    ttl: {
      AuthorizationCode: 60,
      AccessToken: 600,
      ClientCredentials: 600,
      IdToken: 600,
      ...Object.fromEntries(['RefreshToken', 'Grant', 'Session', 'Interaction'].map((kind) => [kind, 86_400])),
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: () => true,
    expiresWithSession: () => false,
    loadExistingGrant: grantEverything,
    findAccount: (_context: Context, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
    renderError: (context: Context, { error }: Readonly<{ error: string }>) => {
      context.type = 'html'
      context.body = error
    },
    features,
  }
}

/** Starts it. `send` is a person's browser: signs in where asked, and returns the address that leads back to the app. */
export async function secondProvider(t: Test, clients: readonly ApplicationDefinition[]) {
  const server = createServer()
  const origin = `http://localhost:${await listen(t, server)}`
  const provider = new Provider(origin, await configuration(clients))
  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response)
    return provider.interactionFinished(request, response, { login: { accountId: USER.email }, consent: {} })
  })

  const cookies = new Map<string, string>()
  const send = async (address: URL | string): Promise<URL> => {
    const url = new URL(address, origin)
    if (url.origin !== origin) return url
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const { headers, status } = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const set of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const location = headers.get('location')
    if (location === null) throw new Error(`no way on from ${url}: ${status}`)
    return send(location)
  }
  return { origin, send }
}
