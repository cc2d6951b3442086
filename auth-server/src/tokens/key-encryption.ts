// Private keys at rest, sealed under a key from the environment.
import type { JWK } from 'jose'
import { seal, unseal } from '../crypto/seal.ts'
import type { KnownSecrets } from '../crypto/secrets.ts'

/** @param secrets `KEY_ENCRYPTION_KEY`, and what is accepted beside it. */
export function encryptJwk(jwk: JWK, secrets: KnownSecrets): Promise<string> {
  return seal(Buffer.from(JSON.stringify(jwk)), secrets)
}

/** @throws {Error} when none of the secrets is the one that the key was encrypted with. */
export async function decryptJwk(jwe: string, secrets: KnownSecrets): Promise<JWK> {
  try {
    return JSON.parse(Buffer.from(await unseal(jwe, secrets)).toString('utf8'))
  } catch (error) {
    throw new Error('a signing key cannot be decrypted: KEY_ENCRYPTION_KEY is not the one it was stored with', {
      cause: error,
    })
  }
}
