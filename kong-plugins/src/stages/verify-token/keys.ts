// Reads a JWK set (RFC 7517) into verification keys, each pinned to the one algorithm that it is for.
import { type CryptoKey, importJWK, type JWK } from 'jose'
import { algorithmOf } from './token.ts'

/** A published key. The object's identity is the key's identity: it survives a refresh that publishes the same key again. */
export interface PublishedKey {
  readonly keyId: string
  readonly algorithm: string
  readonly key: CryptoKey | Uint8Array
  /** The public members, to recognise the same key in the next set. */
  readonly fingerprint: string
}

/** Keys by key id. */
export type KeySet = ReadonlyMap<string, PublishedKey>

const MAX_KEYS = 100
/** RFC 7518 §3.3: RSA keys of 2048 bits or more; 342 base64url characters hold 2048 bits. */
const MIN_RSA_MODULUS_CHARACTERS = 342

type Members = Readonly<Record<string, unknown>>

/** One row for each kind of key: its public members and the algorithm they decide (RFC 8725 §3.1: one key, one algorithm). */
const KINDS: readonly {
  matches: (jwk: Members) => boolean
  members: readonly string[]
  algorithm: (jwk: Members) => string
}[] = [
  { matches: (jwk) => jwk.kty === 'EC' && jwk.crv === 'P-256', members: ['crv', 'x', 'y'], algorithm: () => 'ES256' },
  { matches: (jwk) => jwk.kty === 'EC' && jwk.crv === 'P-384', members: ['crv', 'x', 'y'], algorithm: () => 'ES384' },
  { matches: (jwk) => jwk.kty === 'OKP' && jwk.crv === 'Ed25519', members: ['crv', 'x'], algorithm: () => 'EdDSA' },
  {
    matches: (jwk) => jwk.kty === 'RSA' && typeof jwk.n === 'string' && jwk.n.length >= MIN_RSA_MODULUS_CHARACTERS,
    members: ['n', 'e'],
    algorithm: (jwk) => (jwk.alg === 'PS256' ? 'PS256' : 'RS256'),
  },
]

/**
 * Imports the usable signature keys of a set; others (symmetric, for encryption, without kid, too weak) are left out.
 * @throws Error when the document is not a JWK set
 */
export async function readKeySet(document: unknown, previous: KeySet | undefined): Promise<KeySet> {
  if (!isObject(document) || !Array.isArray(document.keys)) throw new Error('not a JWK set')
  const keys = new Map<string, PublishedKey>()
  for (const jwk of document.keys.slice(0, MAX_KEYS)) {
    const key = await readKey(jwk, previous)
    if (key && !keys.has(key.keyId)) keys.set(key.keyId, key)
  }
  return keys
}

async function readKey(jwk: unknown, previous: KeySet | undefined): Promise<PublishedKey | undefined> {
  if (!isObject(jwk) || typeof jwk.kid !== 'string' || !isForVerifying(jwk)) return undefined
  const kind = KINDS.find((candidate) => candidate.matches(jwk))
  if (!kind) return undefined
  const algorithm = kind.algorithm(jwk)
  // A key that says it is for another algorithm than its kind allows is not used at all.
  if (jwk.alg !== undefined && (typeof jwk.alg !== 'string' || algorithmOf(jwk.alg) !== algorithm)) return undefined

  const members: JWK = Object.fromEntries([['kty', jwk.kty], ...kind.members.map((name) => [name, jwk[name]])])
  const fingerprint = JSON.stringify([algorithm, members])
  const known = previous?.get(jwk.kid)
  if (known?.fingerprint === fingerprint) return known
  try {
    return { keyId: jwk.kid, algorithm, key: await importJWK(members, algorithm), fingerprint }
  } catch {
    return undefined // e.g. a point that is not on the curve
  }
}

function isForVerifying(jwk: Members): boolean {
  const operations = jwk.key_ops
  return (
    (jwk.use === undefined || jwk.use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  )
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
