// One-way and keyed digests, and the comparison that leaks no timing.
import { createHmac, createSecretKey, hash, hkdfSync, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a UTF-8 text, base64url: how secrets are stored and how PKCE S256 is computed (RFC 7636 §4.2). */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** HMAC-SHA-256 over the parts, each closed by a NUL so that no two lists of parts are alike; base64url. */
export function hmac(key: string, ...parts: string[]): string {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part, 'utf8').update('\0')
  return mac.digest('base64url')
}

/** HKDF-SHA-256 (RFC 5869): `length` bytes of key stream from secret bytes, bound to `salt` and `info`. */
export function hkdf(secret: Uint8Array, salt: string, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', createSecretKey(secret), salt, info, length))
}

/** Whether two texts are equal, in time that depends on their lengths only. */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a, 'utf8')
  const right = Buffer.from(b, 'utf8')
  return left.length === right.length && timingSafeEqual(left, right)
}
