// Sign in with Apple, as Apple's documentation says that it answers ("Sign in with Apple REST API", "Sign in with Apple JS").
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import type { Test } from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { listen } from './site.ts'
import { catalogueOf } from './upstream.ts'

export const CLIENT_ID = 'com.example.login'
const TEAM_ID = 'TEAM123456'
const KEY_ID = 'KEY1234567'

/** Who is at the iPhone, and what Apple says of them. */
export interface AppleAccount {
  readonly sub: string
  readonly claims?: Readonly<Record<string, unknown>>
  /** Of the first sign-in alone. */
  readonly user?: string
}

/** An Apple that knows us by the key that belongs to the settings. */
export async function openApple(t: Test) {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'apple', use: 'sig', alg: 'RS256' }
  const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const codes = new Map<string, Readonly<{ account: AppleAccount; nonce: string }>>()
  const revoked: string[] = []
  const secrets: Readonly<Record<string, unknown>>[] = []
  let down = false
  const server = createServer(async (request, response) => {
    const answer = (value: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    const form = new URLSearchParams(await text(request))
    const { url = '' } = request
    if (down) return answer({}, 503)
    if (url === '/.well-known/openid-configuration') return answer(discovery(origin))
    if (url === '/auth/keys') return answer({ keys: [jwk] })
    const secret = await readSecret(form, ours.publicKey, origin)
    if (!secret) return answer({ error: 'invalid_client' }, 400)
    secrets.push(secret)
    if (url === '/auth/revoke') {
      revoked.push(form.get('token') ?? '')
      return response.writeHead(200).end()
    }
    const known = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    if (!known) return answer({ error: 'invalid_grant' }, 400)
    const { account, nonce } = known
    const told = { iss: origin, aud: CLIENT_ID, sub: account.sub, nonce, nonce_supported: true }
    const id_token = await new SignJWT({ ...told, ...account.claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'apple' })
      .setIssuedAt()
      .setExpirationTime('1d')
      .sign(privateKey)
    const refresh_token = `refresh ${account.sub} ${secrets.length}`
    return answer({ access_token: randomSecret(), token_type: 'Bearer', expires_in: 3600, refresh_token, id_token })
  })
  const origin = `http://localhost:${await listen(t, server)}`
  const settings = {
    kind: 'apple',
    client_id: CLIENT_ID,
    team_id: TEAM_ID,
    key_id: KEY_ID,
    private_key_variable: 'APPLE_KEY',
    url: origin,
  }
  return {
    origin,
    revoked,
    secrets,
    settings,
    /** From now on it answers 503, or does again. */
    fail(isDown: boolean): void {
      down = isDown
    },
    environment: async (changes: Record<string, string | string[]> = {}): Promise<Record<string, string>> => ({
      ...(await catalogueOf(t, { apple: { ...settings, ...changes } })),
      APPLE_KEY: ours.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().replaceAll('\n', '\\n'),
    }),
    /** What its page posts for somebody who has come by this address. */
    answer(sent: URL, account: AppleAccount): Record<string, string> {
      const code = randomSecret()
      codes.set(code, { account, nonce: sent.searchParams.get('nonce') ?? '' })
      const state = sent.searchParams.get('state') ?? ''
      return { code, state, ...(account.user !== undefined && { user: account.user }) }
    },
  }
}

function discovery(origin: string) {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/auth/authorize`,
    token_endpoint: `${origin}/auth/token`,
    revocation_endpoint: `${origin}/auth/revoke`,
    jwks_uri: `${origin}/auth/keys`,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'email', 'name'],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  }
}

/** "Creating a client secret": undefined unless it is ours, of this key, and ends within six months. */
async function readSecret(form: URLSearchParams, key: KeyObject, origin: string) {
  if (form.get('client_id') !== CLIENT_ID) return undefined
  try {
    const { payload } = await jwtVerify(form.get('client_secret') ?? '', key, {
      algorithms: ['ES256'],
      issuer: TEAM_ID,
      subject: CLIENT_ID,
      audience: origin,
      requiredClaims: ['iat', 'exp'],
    })
    return Number(payload.exp) - Number(payload.iat) <= 15_777_000 ? payload : undefined
  } catch {
    return undefined
  }
}
