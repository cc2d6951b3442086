// Clients that authenticate: a machine with a secret, one with a key, and what they send.
import type { FastifyInstance } from 'fastify'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'
import type { ApplicationDefinition } from '../../src/catalogue/applications.ts'
import type { SubscriptionDefinition } from '../../src/catalogue/subscriptions.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { ASSERTION_TYPE } from '../../src/oauth/client/assertion.ts'
import { type Fields, postForm } from './dpop.ts'
import { ISSUER, type TestServer } from './server.ts'

export { type Fields, postForm }

function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

/** RFC 6749 §2.3.1: both halves form-encoded, then joined. */
export function basic(clientId: string, secret: string): Readonly<{ authorization: string }> {
  return {
    authorization: `Basic ${Buffer.from(`${formEncode(clientId)}:${formEncode(secret)}`).toString('base64')}`,
  }
}

/** A confidential client; `headers` prove it by Basic. Every part can be replaced. */
export async function secretClient(
  { register }: TestServer,
  application: Partial<ApplicationDefinition> = {},
  subscription: Partial<SubscriptionDefinition> = {},
) {
  const clientId = application.clientId ?? 'machine'
  const clientSecret = application.clientSecret ?? randomSecret()
  const applicationId = await register(
    {
      name: 'Machine',
      kind: 'web',
      redirectUris: [],
      authMethod: 'client_secret_basic',
      grantTypes: ['client_credentials'],
      ...application,
      clientId,
      clientSecret,
    },
    subscription,
  )
  return { clientId, clientSecret, applicationId, headers: basic(clientId, clientSecret) }
}

export function clientCredentials(app: FastifyInstance, headers: Fields, form: Fields = {}) {
  return postForm(app, '/token', { grant_type: 'client_credentials', ...form }, headers)
}

/** A client with a key of its own (private_key_jwt). */
export async function keyedClient({ register }: TestServer, alg = 'ES256', clientId = 'keyed') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1' }
  await register({
    clientId,
    name: 'Keyed',
    kind: 'web',
    redirectUris: [],
    authMethod: 'private_key_jwt',
    jwks: { keys: [{ ...jwk, ...(alg === 'PS256' && { alg }) }] },
    grantTypes: ['client_credentials'],
  })
  /** An assertion with parts replaced; undefined leaves a claim out. */
  const sign = (
    claims: Readonly<Record<string, unknown>> = {},
    header: Partial<JWTHeaderParameters> = {},
    key: CryptoKey | Uint8Array = privateKey,
  ) => {
    const now = Math.floor(Date.now() / 1000)
    const usual = { iss: clientId, sub: clientId, aud: ISSUER, jti: randomSecret(), iat: now, exp: now + 60 }
    return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg, kid: 'k1', ...header }).sign(key)
  }
  const form = async (assertion: string | Promise<string> = sign()) => ({
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion,
  })
  return { clientId, jwk, publicKey, privateKey, sign, form }
}
