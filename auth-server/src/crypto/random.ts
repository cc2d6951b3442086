// Unguessable values: identifiers and secrets from the operating system's generator.
import { randomBytes } from 'node:crypto'

/** A fresh secret of `bytes` random bytes (32 unless told), base64url without padding. */
export function randomSecret(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

/** A fresh identifier such as `usr_…`: 128 random bits behind a prefix that keeps the id spaces apart (RFC 9700 §2.6). */
export function randomId(
  prefix: 'usr' | 'app' | 'client' | 'sub' | 'inv' | 'grant' | 'change' | 'authenticator',
): string {
  return `${prefix}_${randomSecret(16)}`
}
