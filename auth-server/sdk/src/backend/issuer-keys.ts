// The issuer's published keys: fetched when needed, at most every ten seconds, and kept for an hour while it is away.
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose'

/** Finds the key of a token. */
export type IssuerKeys = JWTVerifyGetKey

/** Whether a token's key is published cannot be told now, which is not the token's fault. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable'
}

const TIMEOUT_MILLIS = 1500
/** Between two fetches, for a key that is not known as after one that failed: inventing ids cannot cause more. */
const COOLDOWN_MILLIS = 10_000
/** How long a key counts after it was withdrawn. */
const FRESH_MILLIS = 600_000
/** How long the last keys count while the issuer cannot be reached. */
const STALE_MILLIS = 3_600_000

/** The keys at one address. What it throws is jose's verdict on the token or {KeysUnavailable}. */
export function issuerKeys(jwksUri: string, fetchKeys: typeof fetch = fetch): IssuerKeys {
  const cache: JWKSCacheInput & { jwks?: JSONWebKeySet } = {}
  const remote = createRemoteJWKSet(new URL(jwksUri), {
    timeoutDuration: TIMEOUT_MILLIS,
    cooldownDuration: COOLDOWN_MILLIS,
    cacheMaxAge: FRESH_MILLIS,
    [jwksCache]: cache,
    [customFetch]: (url, options) => fetchKeys(url, { ...options, redirect: 'error' }),
  })
  let away: { readonly untilMillis: number; readonly kept: IssuerKeys | undefined } | undefined

  return async (header, token) => {
    if (away === undefined || Date.now() >= away.untilMillis) {
      try {
        const key = await remote(header, token)
        away = undefined
        return key
      } catch (error) {
        if (isVerdict(error)) throw error
        const { uat = 0, jwks } = cache
        const kept = jwks !== undefined && Date.now() < uat + STALE_MILLIS ? createLocalJWKSet(jwks) : undefined
        away = { untilMillis: Date.now() + COOLDOWN_MILLIS, kept }
      }
    }
    try {
      if (away.kept) return await away.kept(header, token)
    } catch (error) {
      // It may have been published since.
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    }
    throw new KeysUnavailable(`No keys from ${jwksUri}`)
  }
}

/** Whether jose speaks of the token, and not of the server with the keys. */
function isVerdict(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}
