// Secrets at rest: JWE with direct AES-256-GCM (RFC 7516, RFC 7518 §4.5) under a key from the environment.
import { CompactEncrypt, compactDecrypt } from 'jose'

function encryptionKey(secret: string): Uint8Array {
  return Buffer.from(secret, 'base64url').subarray(0, 32)
}

/**
 * @param secret `KEY_ENCRYPTION_KEY`, 32 bytes in base64url.
 * @param about what it belongs to: nobody can pass it off as something else's by moving it to another row.
 */
export function seal(plain: Uint8Array, secret: string, about?: string): Promise<string> {
  return new CompactEncrypt(plain)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', ...(about !== undefined && { sub: about }) })
    .encrypt(encryptionKey(secret))
}

/** @throws {Error} when it was sealed with another key, or about something else. */
export async function unseal(sealed: string, secret: string, about?: string): Promise<Uint8Array> {
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, encryptionKey(secret))
  if (protectedHeader.sub !== about) throw new Error('what was sealed belongs to something else')
  return plaintext
}
