// Secrets at rest: JWE with direct AES-256-GCM (RFC 7516, RFC 7518 §4.5) under a key from the environment.
import { CompactEncrypt, compactDecrypt } from 'jose'
import type { KnownSecrets } from './secrets.ts'

function encryptionKey(secret: string): Uint8Array {
  return Buffer.from(secret, 'base64url').subarray(0, 32)
}

/**
 * @param secrets `KEY_ENCRYPTION_KEY` and what is accepted beside it, 32 bytes in base64url each.
 * @param about what it belongs to: nobody can pass it off as something else's by moving it to another row.
 */
export function seal(plain: Uint8Array, [now]: KnownSecrets, about?: string): Promise<string> {
  return new CompactEncrypt(plain)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', ...(about !== undefined && { sub: about }) })
    .encrypt(encryptionKey(now))
}

/** @throws {Error} when it was sealed with another key, or about something else. */
export async function unseal(sealed: string, secrets: KnownSecrets, about?: string): Promise<Uint8Array> {
  const { plain, of } = await open(sealed, secrets)
  if (of !== about) throw new Error('what was sealed belongs to something else')
  return plain
}

/**
 * The same thing about the same, sealed with the secret of now; undefined where it is already.
 * @throws {Error} when it was sealed with a secret that is none of these.
 */
export async function sealAnew(sealed: string, [now, ...others]: KnownSecrets): Promise<string | undefined> {
  const isSealedNow = await open(sealed, [now]).then(
    () => true,
    () => false,
  )
  if (isSealedNow) return undefined
  const [previous, ...older] = others
  if (previous === undefined) throw new Error('it was sealed with a secret that is not known')
  const { plain, of } = await open(sealed, [previous, ...older])
  return seal(plain, [now], of)
}

async function open(
  sealed: string,
  [first, ...others]: KnownSecrets,
): Promise<Readonly<{ plain: Uint8Array; of: string | undefined }>> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, encryptionKey(first))
    const { sub } = protectedHeader
    return { plain: plaintext, of: typeof sub === 'string' ? sub : undefined }
  } catch (error) {
    const [next, ...rest] = others
    if (next === undefined) throw error
    return open(sealed, [next, ...rest])
  }
}
