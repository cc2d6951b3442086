// Reads a JWK set (RFC 7517) into verification keys, each pinned to one algorithm.
import { algorithmOf } from '@mobile-api-gateway/sdk/algorithm.ts'
import { algorithmsOf, keyTypeOf } from '@mobile-api-gateway/sdk/key-types.ts'
import { isModestKey } from '@mobile-api-gateway/sdk/public-key.ts'
import { type CryptoKey, importJWK, type JWK } from 'jose'

/**
 * A published key for one algorithm. The object's identity is the key's identity: it survives a refresh that publishes
 * the same key again.
 */
export interface PublishedKey {
  /** RFC 7517 §4.5: optional, and keys of different kinds may share one. */
  readonly keyId: string | undefined
  readonly algorithm: string
  readonly key: CryptoKey | Uint8Array
  /** Key id, algorithm and public members, to recognise the same key in the next set. */
  readonly fingerprint: string
}

/** The keys of an issuer, in its order. */
export type KeySet = readonly PublishedKey[]

/** What the header of a token says about its key. */
export interface KeyHint {
  readonly keyId: string | undefined
  readonly algorithm: string
}

const MAX_KEYS = 100
/** Most keys that one token may be tried with, so that a token of no use costs little. */
const MAX_CANDIDATES = 10

type Members = Readonly<Record<string, unknown>>

/**
 * Imports the usable signature keys of a set; others (symmetric, for encryption, too weak) are left out.
 * @throws {Error} when the document is not a JWK set
 */
export async function readKeySet(document: unknown, previous: KeySet | undefined): Promise<KeySet> {
  if (!isObject(document) || !Array.isArray(document.keys)) throw new Error('not a JWK set')
  const known = new Map(previous?.map((key) => [key.fingerprint, key]))
  const keys = new Map<string, PublishedKey>()
  for (const jwk of document.keys.slice(0, MAX_KEYS))
    for (const key of await readKey(jwk, known)) keys.set(key.fingerprint, key)
  return [...keys.values()]
}

async function readKey(jwk: unknown, known: ReadonlyMap<string, PublishedKey>): Promise<PublishedKey[]> {
  if (!isObject(jwk) || !isForVerifying(jwk)) return []
  const { kid: keyId, alg } = jwk
  if (keyId !== undefined && typeof keyId !== 'string') return []
  const type = keyTypeOf(jwk)
  if (!type || !isModestKey(jwk)) return []
  const members: JWK = Object.fromEntries([['kty', jwk.kty], ...type.members.map((name) => [name, jwk[name]])])
  // Its `alg` chooses one (RFC 8725 §3.1). A key that says it is for another algorithm than its type allows is not used at
  // all; without `alg` (RFC 7517 §4.4) it can be for each of them, and then what the policy accepts decides.
  const algorithms = algorithmsOf(jwk).filter(
    (algorithm) => alg === undefined || (typeof alg === 'string' && algorithmOf(alg) === algorithm),
  )
  const keys = algorithms.map(async (algorithm): Promise<PublishedKey | undefined> => {
    const fingerprint = JSON.stringify([keyId ?? null, algorithm, members])
    const same = known.get(fingerprint)
    if (same) return same
    try {
      return { keyId, algorithm, key: await importJWK(members, algorithm), fingerprint }
    } catch {
      return undefined // e.g. a point that is not on the curve
    }
  })
  return (await Promise.all(keys)).filter((key) => key !== undefined)
}

/** The keys that a token can be signed with, by its kid; without one, by its algorithm alone (RFC 7515 §4.1.4). */
export function candidates(keys: KeySet, { keyId, algorithm }: KeyHint): readonly PublishedKey[] {
  return keys
    .filter((key) => key.algorithm === algorithm && (keyId === undefined || key.keyId === keyId))
    .slice(0, MAX_CANDIDATES)
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
