// Remembers which tokens carried a good or a bad signature, in bounded memory; everything else is checked anew each time.
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { PublishedKey } from './keys.ts'
import type { ParsedToken, TokenClaims } from './token.ts'

/** A token whose signature was verified with `key`. It counts only as long as the issuer still publishes that key. */
export interface AuthenticToken extends ParsedToken {
  readonly key: PublishedKey
}

/** How the caches are doing: lookups so far, and entries at present. */
export interface CacheStats {
  readonly hits: number
  readonly misses: number
  readonly authentic: number
  readonly forged: number
}

/** Both caches are keyed by the SHA-256 of the whole token, so that a changed signature is another token. */
export interface TokenCache {
  authentic(digest: string): AuthenticToken | undefined
  keepAuthentic(digest: string, token: AuthenticToken, tokenLength: number): void
  forget(digest: string): void
  /** Whether the signature is known not to match this key. */
  isForged(digest: string, key: PublishedKey): boolean
  keepForged(digest: string, keys: readonly PublishedKey[]): void
  /**
   * What one configuration works out of claims, made once and kept as long as they are: whoever asks again is given the
   * very same. Of a token that more than four configurations see, only four keep it, and others work it out again.
   */
  keptPerToken<Result extends object>(workOut: (claims: TokenClaims) => Result): (claims: TokenClaims) => Result
  readonly stats: CacheStats
}

const MAX_CHARACTERS = 48 * 1024 * 1024
/** Claims, and what a configuration works out of them: headers, their bytes on the wire, names of counts. */
const ENTRY_OVERHEAD_CHARACTERS = 3584
const MAX_CONFIGURATIONS_PER_TOKEN = 4
const MAX_FORGED = 10_000

/** Creates empty caches. Forged tokens have their own: whoever floods us with them displaces no good token. */
export function createTokenCache(): TokenCache {
  const authentic = new LRUCache<string, AuthenticToken>({ maxSize: MAX_CHARACTERS })
  const forged = new LRUCache<string, readonly PublishedKey[]>({ max: MAX_FORGED })
  const kept = new WeakMap<TokenClaims, Map<unknown, object>>()
  let hits = 0
  let misses = 0
  return {
    authentic(digest) {
      const token = authentic.get(digest)
      if (token) hits += 1
      else misses += 1
      return token
    },
    keepAuthentic: (digest, token, tokenLength) => {
      authentic.set(digest, token, { size: tokenLength + ENTRY_OVERHEAD_CHARACTERS })
    },
    forget: (digest) => {
      authentic.delete(digest)
    },
    isForged: (digest, key) => forged.get(digest)?.includes(key) === true,
    keepForged: (digest, keys) => {
      forged.set(digest, keys)
    },
    keptPerToken: <Result extends object>(workOut: (claims: TokenClaims) => Result) => {
      return (claims) => {
        const results = kept.get(claims) ?? new Map<unknown, object>()
        const before = results.get(workOut)
        if (before) return before as Result // made below, by this very function
        const result = workOut(claims)
        kept.set(claims, results.set(workOut, result))
        if (results.size > MAX_CONFIGURATIONS_PER_TOKEN) results.delete(results.keys().next().value)
        return result
      }
    },
    get stats() {
      return { hits, misses, authentic: authentic.size, forged: forged.size }
    },
  }
}

/** The key of both caches: SHA-256, base64. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'base64')
}
