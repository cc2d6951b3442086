// Unguessable values: identifiers and secrets from the operating system's generator.
import { randomFillSync } from 'node:crypto'

// Asked for many at once: a call to the generator costs more than the bytes. What was handed out is gone from here.
const STOCK = Buffer.alloc(4096)
let used = STOCK.length

/** A fresh secret of `bytes` random bytes (32 unless told, 4096 at most), base64url without padding. */
export function randomSecret(bytes = 32): string {
  if (used + bytes > STOCK.length) {
    randomFillSync(STOCK)
    used = 0
  }
  const secret = STOCK.toString('base64url', used, used + bytes)
  STOCK.fill(0, used, used + bytes)
  used += bytes
  return secret
}

/** A fresh identifier such as `usr_…`: 128 random bits behind a prefix that keeps the id spaces apart (RFC 9700 §2.6). */
export function randomId(
  prefix: 'usr' | 'app' | 'client' | 'sub' | 'inv' | 'grant' | 'change' | 'authenticator',
): string {
  return `${prefix}_${randomSecret(16)}`
}
