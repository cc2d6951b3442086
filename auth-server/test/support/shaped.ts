// Servers in the shape of known identity providers, written from their documentation: each code is good for one sign-in, and what it stands for is chosen by the test.
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Test } from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { listen } from './site.ts'

type Told = Readonly<Record<string, unknown>>

/** Where a server has what discovery leads to, by the address of its issuer. */
export interface ProviderShape {
  readonly issuer: (origin: string) => string
  readonly discovery: (origin: string) => Told
  readonly authorize: string
  readonly token: string
  readonly keys: string
}

/** Google, "OpenID Connect" of its identity documentation, and the discovery document that it names. */
export const GOOGLE_SHAPE: ProviderShape = {
  issuer: (origin) => origin,
  authorize: '/o/oauth2/v2/auth',
  token: '/token',
  keys: '/oauth2/v3/certs',
  discovery: (origin) => ({
    device_authorization_endpoint: `${origin}/device/code`,
    userinfo_endpoint: `${origin}/v1/userinfo`,
    revocation_endpoint: `${origin}/revoke`,
    response_types_supported: ['code', 'token', 'id_token', 'code token', 'code id_token', 'none'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'email', 'profile'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    code_challenge_methods_supported: ['plain', 'S256'],
  }),
}

/** Microsoft, "OpenID Connect on the Microsoft identity platform", of one tenant. */
export function entraShape(tenant: string): ProviderShape {
  return {
    issuer: (origin) => `${origin}/${tenant}/v2.0`,
    authorize: `/${tenant}/oauth2/v2.0/authorize`,
    token: `/${tenant}/oauth2/v2.0/token`,
    keys: `/${tenant}/discovery/v2.0/keys`,
    discovery: (origin) => ({
      userinfo_endpoint: `${origin}/oidc/userinfo`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
  }
}

export async function openShaped(t: Test, shape: ProviderShape) {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'its-key', use: 'sig', alg: 'RS256' }
  const codes = new Map<string, Told>()
  const tokens = new Map<string, Told>()
  const answer = async (request: IncomingMessage): Promise<readonly [status: number, told: Told]> => {
    const { url = '' } = request
    const issuer = shape.issuer(origin)
    if (`${origin}${url}` === `${issuer}/.well-known/openid-configuration`)
      return [
        200,
        {
          issuer,
          authorization_endpoint: origin + shape.authorize,
          token_endpoint: origin + shape.token,
          jwks_uri: origin + shape.keys,
          ...shape.discovery(origin),
        },
      ]
    if (url === shape.keys) return [200, { keys: [jwk] }]
    const known = tokens.get(request.headers.authorization ?? '')
    if (`${origin}${url}` === shape.discovery(origin).userinfo_endpoint) return [known ? 200 : 401, known ?? {}]
    if (url !== shape.token) return [404, {}]
    const code = new URLSearchParams(await text(request)).get('code') ?? ''
    const claims = codes.get(code)
    codes.delete(code)
    if (!claims) return [400, { error: 'invalid_grant', error_description: 'Malformed auth code.' }]
    const id_token = await new SignJWT({ iss: issuer, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'its-key', typ: 'JWT' })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
    const access_token = randomSecret()
    tokens.set(`Bearer ${access_token}`, claims)
    return [200, { access_token, expires_in: 3599, scope: 'openid', token_type: 'Bearer', id_token }]
  }
  const server = createServer(async (request, response) => {
    const [status, told] = await answer(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told))
  })
  const origin = `http://localhost:${await listen(t, server)}`
  return {
    origin,
    issuer: shape.issuer(origin),
    /** What the browser brings back that came by this address, for somebody of whom the ID token says this. */
    answer(sent: URL, claims: Told): URLSearchParams {
      const code = randomSecret()
      const { nonce, client_id: aud, state = '' } = Object.fromEntries(sent.searchParams)
      codes.set(code, { aud, nonce, ...claims })
      return new URLSearchParams({ code, state })
    },
  }
}

/** Plain OAuth 2: documents by their paths, for whoever has the one token. A code is good if it is `right`. */
export async function openDocuments(t: Test, token: string, documents: () => Readonly<Record<string, unknown>>) {
  const server = createServer(async (request, response) => {
    const send = (status: number, told: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told))
    if (request.url === token) {
      const isRight = new URLSearchParams(await text(request)).get('code') === 'right'
      const refusal = { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' }
      return send(200, isRight ? { access_token: 'opaque', token_type: 'bearer' } : refusal)
    }
    const document = documents()[request.url ?? '']
    return send(document === undefined ? 404 : 200, document ?? {})
  })
  return `http://localhost:${await listen(t, server)}`
}
