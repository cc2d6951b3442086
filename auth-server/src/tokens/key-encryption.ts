// Private keys at rest: JWE with direct AES-256-GCM (RFC 7516, RFC 7518 §4.5) under a key from the environment.
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose'

function encryptionKey(secret: string): Uint8Array {
  return Buffer.from(secret, 'base64url').subarray(0, 32)
}

/** @param secret `KEY_ENCRYPTION_KEY`, 32 bytes in base64url. */
export function encryptJwk(jwk: JWK, secret: string): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(jwk)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(encryptionKey(secret))
}

/** @throws {Error} when the secret is not the one that the key was encrypted with. */
export async function decryptJwk(jwe: string, secret: string): Promise<JWK> {
  try {
    const { plaintext } = await compactDecrypt(jwe, encryptionKey(secret))
    return JSON.parse(Buffer.from(plaintext).toString('utf8'))
  } catch (error) {
    throw new Error('a signing key cannot be decrypted: KEY_ENCRYPTION_KEY is not the one it was stored with', {
      cause: error,
    })
  }
}
