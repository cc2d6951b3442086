// Private keys at rest, sealed under a key from the environment.
import type { JWK } from 'jose'
import { seal, unseal } from '../crypto/seal.ts'

/** @param secret `KEY_ENCRYPTION_KEY`, 32 bytes in base64url. */
export function encryptJwk(jwk: JWK, secret: string): Promise<string> {
  return seal(Buffer.from(JSON.stringify(jwk)), secret)
}

/** @throws {Error} when the secret is not the one that the key was encrypted with. */
export async function decryptJwk(jwe: string, secret: string): Promise<JWK> {
  try {
    return JSON.parse(Buffer.from(await unseal(jwe, secret)).toString('utf8'))
  } catch (error) {
    throw new Error('a signing key cannot be decrypted: KEY_ENCRYPTION_KEY is not the one it was stored with', {
      cause: error,
    })
  }
}
