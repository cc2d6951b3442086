// For whom hashes are exported: a public key that encrypts to its holder alone.
import { calculateJwkThumbprint, importJWK, type JWK } from 'jose'

/** A key that cannot be used; the message says why. */
export class UnfitKey extends Error {
  override name = 'UnfitKey'
}

export interface Recipient {
  readonly alg: 'ECDH-ES+A256KW' | 'RSA-OAEP-256'
  readonly key: Awaited<ReturnType<typeof importJWK>>
  /** RFC 7638. */
  readonly thumbprint: string
}

const CURVES = ['P-256', 'P-384', 'P-521', 'X25519']
/** RFC 7518 §6.2.2, §6.3.2, §6.4.1. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const MIN_RSA_BITS = 2048

function isJwk(value: unknown): value is JWK {
  return typeof value === 'object' && value !== null && 'kty' in value && typeof value.kty === 'string'
}

function readJwk(text: string): JWK {
  let jwk: unknown
  try {
    jwk = JSON.parse(text)
  } catch {
    throw new UnfitKey('is no key: a JWK in JSON is asked for')
  }
  if (!isJwk(jwk)) throw new UnfitKey('is no key: a JWK in JSON is asked for')
  return jwk
}

function algorithmOf({ kty, crv, n, use }: JWK): Recipient['alg'] {
  if (use !== undefined && use !== 'enc') throw new UnfitKey(`is a key for "${use}" and not for encryption`)
  if (kty === 'RSA') {
    const bits = Buffer.from(n ?? '', 'base64url').length * 8
    if (bits < MIN_RSA_BITS) throw new UnfitKey(`is an RSA key of ${bits} bits; ${MIN_RSA_BITS} are the least`)
    return 'RSA-OAEP-256'
  }
  if ((kty === 'EC' || kty === 'OKP') && CURVES.includes(crv ?? '')) return 'ECDH-ES+A256KW'
  throw new UnfitKey(`is a key of a kind that is not taken: RSA, or one on ${CURVES.join(', ')}`)
}

/** @throws {UnfitKey} */
export async function readRecipient(text: string): Promise<Recipient> {
  const jwk = readJwk(text)
  if (jwk.kty === 'oct') throw new UnfitKey('is a symmetric key: whoever encrypts with it could read everything')
  if (PRIVATE_MEMBERS.some((name) => name in jwk))
    throw new UnfitKey('is a private key: give the public half alone, and keep the private one where the import runs')
  const alg = algorithmOf(jwk)
  return { alg, ...(await imported(jwk, alg)) }
}

/** The private key of whoever the hashes were exported for. @throws {UnfitKey} */
export async function readRecipientsKey(text: string): Promise<Recipient> {
  const jwk = readJwk(text)
  if (jwk.kty === 'oct' || !('d' in jwk)) throw new UnfitKey('is no private key')
  const alg = algorithmOf(jwk)
  return { alg, ...(await imported(jwk, alg)) }
}

async function imported(jwk: JWK, alg: string) {
  try {
    return { key: await importJWK(jwk, alg), thumbprint: await calculateJwkThumbprint(jwk) }
  } catch {
    throw new UnfitKey('is no sound key')
  }
}
