// The secrets that can be replaced while everything goes on: each with the other value that is accepted beside it.

/** As `KnownSecrets` of crypto/secrets.ts, which knows nothing of settings, nor these of it. */
type Accepted = readonly [string, ...string[]]

/** Each pair as the table of settings reads it. */
export interface SecretPairs {
  readonly passwordPepper: string
  readonly previousPasswordPepper: string | undefined
  readonly tokenSecret: string
  readonly previousTokenSecret: string | undefined
  readonly cookieSecret: string
  readonly previousCookieSecret: string | undefined
  readonly keyEncryptionKey: string
  readonly previousKeyEncryptionKey: string | undefined
}

/** What tokens, cookies and sealed columns are made with, and what is accepted. */
export interface AcceptedSecrets {
  readonly tokenSecrets: Accepted
  readonly cookieSecrets: Accepted
  readonly keyEncryptionKeys: Accepted
}

/** Those that are accepted, the one of now first. */
export function acceptedSecrets(
  pairs: Omit<SecretPairs, 'passwordPepper' | 'previousPasswordPepper'>,
): AcceptedSecrets {
  return {
    tokenSecrets: both(pairs.tokenSecret, pairs.previousTokenSecret),
    cookieSecrets: both(pairs.cookieSecret, pairs.previousCookieSecret),
    keyEncryptionKeys: both(pairs.keyEncryptionKey, pairs.previousKeyEncryptionKey),
  }
}

function both(now: string, previous: string | undefined): Accepted {
  return Object.freeze(previous === undefined ? [now] : [now, previous])
}

/** Which secrets replace nothing, a line each. */
export function sameSecrets(pairs: SecretPairs): readonly string[] {
  const named = [
    ['PASSWORD_PEPPER', pairs.passwordPepper, pairs.previousPasswordPepper],
    ['TOKEN_SECRET', pairs.tokenSecret, pairs.previousTokenSecret],
    ['COOKIE_SECRET', pairs.cookieSecret, pairs.previousCookieSecret],
    ['KEY_ENCRYPTION_KEY', pairs.keyEncryptionKey, pairs.previousKeyEncryptionKey],
  ] as const
  return named.flatMap(([variable, now, previous]) =>
    previous !== undefined && keyOf(now).equals(keyOf(previous))
      ? [`${variable}_PREVIOUS is the same as ${variable}; leave it out unless one replaces the other`]
      : [],
  )
}

/** What counts of a secret as a key, however it is spelled. */
function keyOf(secret: string): Buffer {
  return Buffer.from(secret, 'base64url').subarray(0, 32)
}
