// Public keys of clients that authenticate by private_key_jwt: which may be registered (RFC 7517, RFC 7518 §6).
import { importJWK, type JWK } from 'jose'

const MAX_KEYS = 8
const MIN_RSA_BITS = 2048

/** What is kept of a key by its type: the public members and the curves that our algorithms sign with. */
const KEY_TYPES: Readonly<Record<string, Readonly<{ members: readonly string[]; alg: (jwk: JWK) => string }>>> = {
  EC: { members: ['crv', 'x', 'y'], alg: ({ crv }) => ({ 'P-256': 'ES256', 'P-384': 'ES384' })[crv ?? ''] ?? '' },
  OKP: { members: ['crv', 'x'], alg: ({ crv }) => (crv === 'Ed25519' ? 'EdDSA' : '') },
  RSA: { members: ['n', 'e'], alg: ({ alg }) => alg ?? 'RS256' },
}
const ALGORITHMS = new Set(['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'])
/** Names that RFC 9864 §2 gives to one of them. */
const SAME_AS: Readonly<Record<string, string>> = { Ed25519: 'EdDSA' }
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

export type PublicKeys = Readonly<{ keys: JWK[] }>

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads a JWK set. Returns its public keys, or one sentence on what is wrong with it. */
export const readPublicKeys = async (jwks: unknown): Promise<PublicKeys | string> => {
  if (!isObject(jwks) || !Array.isArray(jwks.keys) || jwks.keys.length < 1 || jwks.keys.length > MAX_KEYS)
    return `jwks is an object whose member keys holds 1 to ${MAX_KEYS} public keys.`
  const keys: JWK[] = []
  for (const candidate of jwks.keys) {
    const key = await readPublicKey(candidate)
    if (typeof key === 'string') return key
    keys.push(key)
  }
  const kids = keys.map(({ kid }) => kid)
  // Without a name of its own, a key could not be told from its neighbour when an assertion arrives.
  if (keys.length > 1 && (kids.includes(undefined) || new Set(kids).size < kids.length))
    return 'Each key of a jwks with several keys has a kid of its own.'
  return { keys }
}

// Neither what PostgreSQL cannot store (NUL, half a surrogate pair) nor what nobody could tell apart in a log.
const isPlainText = (value: unknown): boolean => typeof value === 'string' && /^[\x20-\x7e]{1,4096}$/.test(value)

const readPublicKey = async (candidate: unknown): Promise<JWK | string> => {
  if (!isObject(candidate)) return 'Each member of keys is a JWK.'
  if (PRIVATE.some((member) => member in candidate)) return 'jwks holds public keys only; keep the private ones.'
  const type = typeof candidate.kty === 'string' ? KEY_TYPES[candidate.kty] : undefined
  if (!type) return 'A key of jwks has kty EC, OKP or RSA.'
  if (candidate.use !== undefined && candidate.use !== 'sig') return 'A key of jwks is for signatures: use is sig.'
  const kept = ['kty', 'kid', 'alg', ...type.members].filter((member) => candidate[member] !== undefined)
  if (!kept.every((member) => isPlainText(candidate[member])))
    return 'The members of a key are strings of printable ASCII.'
  const key: JWK = Object.fromEntries(kept.map((member) => [member, candidate[member]]))
  const alg = type.alg(key)
  if (!ALGORITHMS.has(alg) || (SAME_AS[key.alg ?? ''] ?? key.alg ?? alg) !== alg)
    return `A key of jwks fits one of ${[...ALGORITHMS].join(', ')}.`
  try {
    const imported = await importJWK(key, alg)
    const bits = 'algorithm' in imported && 'modulusLength' in imported.algorithm && imported.algorithm.modulusLength
    if (typeof bits === 'number' && bits < MIN_RSA_BITS) return `An RSA key of jwks has at least ${MIN_RSA_BITS} bits.`
    return { ...key, use: 'sig' }
  } catch {
    return 'A key of jwks cannot be read.'
  }
}
