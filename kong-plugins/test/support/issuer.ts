// An authorization server as a gateway sees it: signs access tokens, and publishes its keys over HTTP, or fails to.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** A signing key with its public half as published. */
export interface TestSigningKey {
  readonly keyId: string
  readonly algorithm: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

/** Creates a key pair. */
export async function createSigningKey(keyId = 'key-1', algorithm = 'ES256'): Promise<TestSigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  return {
    keyId,
    algorithm,
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid: keyId, alg: algorithm, use: 'sig' },
  }
}

/** Everything about a token that a test may change; `undefined` takes a claim or header parameter away. */
export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

/** Now, in seconds. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** The claims of a good access token. */
export function goodClaims(): Record<string, unknown> {
  const now = nowSeconds()
  return {
    iss: 'http://localhost:4000',
    sub: 'usr_alice',
    aud: 'http://localhost:8000/mobile',
    client_id: 'demo-app',
    app_id: 'app_1',
    scope: 'profile:read orders:read',
    jti: 'jti-1',
    iat: now,
    exp: now + 600,
    auth_time: now,
    acr: 'pwd',
    grant_id: 'fam_1',
    plan: 'basic',
  }
}

/** Signs a good access token, but for the changes. */
export function signToken(key: TestSigningKey, { claims = {}, header = {} }: TokenChanges = {}): Promise<string> {
  return new SignJWT({ ...goodClaims(), ...claims })
    .setProtectedHeader({ typ: 'at+jwt', kid: key.keyId, ...header, alg: key.algorithm })
    .sign(key.privateKey)
}

interface Misbehaviour {
  readonly status?: number
  readonly body?: string
  readonly headers?: Record<string, string>
  readonly hang?: true
  readonly after?: Promise<unknown>
}

/** The published keys, over HTTP. */
export interface KeyServer {
  readonly jwksUri: string
  /** How often the set was asked for. */
  readonly requests: number
  /** The headers of each time. */
  readonly heard: readonly IncomingHttpHeaders[]
  publish(...keys: readonly { readonly jwk: JWK }[]): void
  /** What to answer instead of the set, or after what; undefined = the set again, at once. */
  misbehave(answer: Misbehaviour | undefined): void
  /** Stops listening and drops connections. */
  stop(): Promise<void>
  /** Listens again on the same port. */
  restart(): Promise<void>
}

/** Starts publishing; ends with the test. */
export async function startKeyServer(
  t: { teardown(ended: () => unknown): void },
  ...published: readonly { readonly jwk: JWK }[]
): Promise<KeyServer> {
  let keys = published.map(({ jwk }) => jwk)
  let fault: Misbehaviour | undefined
  const heard: IncomingHttpHeaders[] = []
  const server = createServer(async (request, response) => {
    heard.push(request.headers)
    if (fault?.hang) return
    if (fault?.after) await fault.after
    response.writeHead(fault?.status ?? 200, { 'content-type': 'application/json', ...fault?.headers })
    response.end(fault?.body ?? JSON.stringify({ keys }))
  })
  const start = (port: number) =>
    new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port }, () => resolve()))
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await start(0)
  const port = portOf(server.address())
  t.teardown(stop)
  return {
    jwksUri: `http://127.0.0.1:${port}/jwks`,
    heard,
    get requests() {
      return heard.length
    },
    publish(...next) {
      keys = next.map(({ jwk }) => jwk)
    },
    misbehave(answer) {
      fault = answer
    },
    stop,
    restart: () => start(port),
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}

/** A complete config of `mobile-gateway` for the good token above, as Kong hands it over. */
export function gatewayConfig(
  jwksUri: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    policy: 'mobile-api',
    issuers: [{ issuer: 'http://localhost:4000', jwks_uri: jwksUri }],
    audiences: ['http://localhost:8000/mobile'],
    algorithms: ['ES256', 'RS256', 'EdDSA'],
    leeway_seconds: 5,
    required_scopes: [],
    method_scopes: {},
    plans: { basic: { minute: 60 } },
    default_limit: { minute: 60 },
    __plugin_id: '5d0b6dc8-4a4b-4a3e-9e2c-6d1f0a5e7c11',
    __seq__: 1,
    __key__: 'plugins:mobile-gateway::::',
    ...changes,
  }
}
