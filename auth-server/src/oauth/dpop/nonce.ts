// Nonces for DPoP proofs, kept nowhere: a window of time and its tag under TOKEN_SECRET (RFC 9449 §8). Pure.
import { hmac } from '../../crypto/digest.ts'
import { type KnownSecrets, makerOf } from '../../crypto/secrets.ts'
import { ACCESS_TOKEN_TTL_SECONDS } from '../../tokens/access-token.ts'

/**
 * A nonce is good in its own window and the next. As long as an access token lives, so that a phone which refreshes as
 * its token runs out still holds a fresh nonce: one request instead of two.
 */
export const NONCE_WINDOW_SECONDS = ACCESS_TOKEN_TTL_SECONDS

function nonceOf(tokenSecret: string, window: number): string {
  return `${window}.${hmac(tokenSecret, 'dpop-nonce', String(window))}`
}

/** The nonce to give out now. @param now Unix seconds by the database's clock. */
export function currentNonce([secret]: KnownSecrets, now: number): string {
  return nonceOf(secret, Math.floor(now / NONCE_WINDOW_SECONDS))
}

/** The window that a nonce of ours was given out in, however long ago; undefined when it is not ours. */
export function windowOfNonce(tokenSecrets: KnownSecrets, nonce: string): number | undefined {
  const [, digits] = /^(\d{1,12})\.[\w-]{43}$/.exec(nonce) ?? []
  if (digits === undefined) return undefined
  const window = Number(digits)
  const maker = makerOf(tokenSecrets, nonce, (secret) => nonceOf(secret, window))
  return maker === undefined ? undefined : window
}
