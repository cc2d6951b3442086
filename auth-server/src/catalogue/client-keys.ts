// Public keys of clients: which of a JWK set are kept, and what is no set to be kept at all (RFC 7517, RFC 7518 §6).

import { algorithmOf } from '@mobile-api-gateway/sdk/algorithm.ts'
import type { RefusalReason } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { algorithmsOf, keyTypeOf } from '@mobile-api-gateway/sdk/key-types.ts'
import { holdsPrivatePart, isModestKey } from '@mobile-api-gateway/sdk/public-key.ts'
import { importJWK, type JWK } from 'jose'

const MAX_KEYS = 20

/** What can be wrong with a JWK set. */
export type KeyProblem = Extract<RefusalReason, `keys_${string}`> extends `keys_${infer Problem}` ? Problem : never

/** What clients may sign their assertions by, of what there is; an RSA key that names none is for the first that fits. */
export const CLIENT_KEY_ALGORITHMS: readonly string[] = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA']

export interface PublicKeys {
  readonly keys: JWK[]
}

/** What the keys are for. */
export interface KeyUse {
  /** The client authenticates by them (private_key_jwt). */
  readonly authenticates: boolean
  /** The one algorithm that its assertions are signed by, if it named one (`token_endpoint_auth_signing_alg`). */
  readonly signingAlg?: string | undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads a JWK set. Returns its public keys for signatures, or what is wrong with it. Keys for other
 * purposes, of other types or for other algorithms are left out, as RFC 7517 §5 asks: a set may serve several servers.
 */
export async function readPublicKeys(jwks: unknown, use: KeyUse): Promise<PublicKeys | KeyProblem> {
  if (!isObject(jwks) || !Array.isArray(jwks.keys) || jwks.keys.length > MAX_KEYS) return 'shape'
  const keys: JWK[] = []
  for (const candidate of jwks.keys) {
    const key = await readPublicKey(candidate, use)
    if (typeof key === 'string') return key
    if (key) keys.push(key)
  }
  return (use.authenticates && identityProblem(keys)) || { keys }
}

function identityProblem(keys: readonly JWK[]): KeyProblem | undefined {
  if (keys.length === 0) return 'none'
  const kids = keys.map(({ kid }) => kid)
  // Without a name of its own, a key could not be told from its neighbour when an assertion arrives.
  return keys.length > 1 && (kids.includes(undefined) || new Set(kids).size < kids.length) ? 'kid' : undefined
}

// Neither what PostgreSQL cannot store (NUL, half a surrogate pair) nor what nobody could tell apart in a log.
function isPlainText(value: unknown): boolean {
  return typeof value === 'string' && /^[\x20-\x7e]{1,4096}$/.test(value)
}

/** The key as it is kept; undefined for one that is of no use here. */
async function readPublicKey(candidate: unknown, { signingAlg }: KeyUse): Promise<JWK | undefined | KeyProblem> {
  if (!isObject(candidate)) return 'member'
  if (candidate.kty === 'oct') return 'shared'
  if (holdsPrivatePart(candidate)) return 'private'
  const type = keyTypeOf(candidate)
  if (!type) return undefined
  const kept = ['kty', 'kid', 'alg', ...type.members].filter((member) => candidate[member] !== undefined)
  if (!kept.every((member) => isPlainText(candidate[member]))) return 'text'
  const key: JWK = Object.fromEntries(kept.map((member) => [member, candidate[member]]))
  const named = [key.alg, signingAlg].filter((alg) => alg !== undefined).map(algorithmOf)
  const alg = algorithmsOf(key).find(
    (fitting) => CLIENT_KEY_ALGORITHMS.includes(fitting) && named.every((name) => name === fitting),
  )
  if (alg === undefined || (candidate.use !== undefined && candidate.use !== 'sig')) return undefined
  // An RSA key fits two algorithms: it is pinned to the one that the client names for its assertions.
  const pinned = key.kty === 'RSA' && signingAlg !== undefined ? { alg } : {}
  return (await importProblem(key, alg)) ?? { ...key, ...pinned, use: 'sig' }
}

async function importProblem(key: JWK, alg: string): Promise<KeyProblem | undefined> {
  if (!isModestKey(key)) return 'size'
  try {
    await importJWK(key, alg)
    return undefined
  } catch {
    return 'unreadable'
  }
}
