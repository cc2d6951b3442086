// How a machine client proves itself at the token endpoint: by its secret, or by a JWT that its key signs (RFC 7523 §2.2).
import { randomUUID } from 'node:crypto'
import { type CryptoKey, importJWK, type JWK, SignJWT } from 'jose'

/** By a secret (client_secret_basic). */
export interface SecretCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** By a key (private_key_jwt), whose public half is registered. */
export interface KeyCredentials {
  readonly clientId: string
  /** As a JWK with `alg`, or as a CryptoKey together with `algorithm`. */
  readonly privateKey: JWK | CryptoKey
  readonly algorithm?: string
  /** The `kid` that the public key is registered with; that of the JWK unless told. */
  readonly keyId?: string
}

export type MachineCredentials = SecretCredentials | KeyCredentials

/** What proves the client in one request. */
export interface ClientProof {
  readonly headers: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, string>>
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ASSERTION_LIFE_SECONDS = 60

/** @throws {TypeError} when they can prove nothing */
export function requireCredentials(credentials: MachineCredentials): void {
  if (credentials.clientId === '') throw new TypeError('clientId is empty')
  if ('clientSecret' in credentials && credentials.clientSecret === '') throw new TypeError('clientSecret is empty')
  if ('privateKey' in credentials && algorithmOfKey(credentials) === undefined)
    throw new TypeError('algorithm is missing: the signature algorithm of the private key')
}

function algorithmOfKey({ algorithm, privateKey }: KeyCredentials): string | undefined {
  return algorithm ?? ('kty' in privateKey ? privateKey.alg : undefined)
}

/** The proof for one request: an assertion is good once. */
export async function proveClient(credentials: MachineCredentials, issuer: string): Promise<ClientProof> {
  if ('clientSecret' in credentials) {
    // RFC 6749 §2.3.1: both are form-encoded first.
    const pair = [credentials.clientId, credentials.clientSecret].map(formEncoded).join(':')
    return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, parameters: {} }
  }
  const assertion = await signAssertion(credentials, issuer)
  return { headers: {}, parameters: { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion } }
}

async function signAssertion(credentials: KeyCredentials, issuer: string) {
  const { clientId, privateKey, keyId } = credentials
  const alg = algorithmOfKey(credentials) ?? ''
  const kid = keyId ?? ('kty' in privateKey ? privateKey.kid : undefined)
  const key = 'kty' in privateKey ? await importJWK(privateKey, alg) : privateKey
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setIssuedAt(now)
    .setExpirationTime(now + ASSERTION_LIFE_SECONDS)
    .sign(key)
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
