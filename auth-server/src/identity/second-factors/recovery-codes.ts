// Recovery codes: ten at a time for whoever loses their other second factors, shown once, stored hashed, good once each.
import { randomBytes } from 'node:crypto'
import { hmac } from '../../crypto/digest.ts'
import { seal, unseal } from '../../crypto/seal.ts'
import type { KnownSecrets } from '../../crypto/secrets.ts'

export const RECOVERY_CODES = 10

/** Without vowels and what looks alike: no words, no misreading. 20 characters. */
const ALPHABET = 'bcdfghjkmnpqrstvwxyz'
/** 12 of them are 51 random bits. */
const LENGTH = 12
const CODE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`)
const GROUP = /(.{4})(?=.)/g

function newCode(): string {
  let code = ''
  while (code.length < LENGTH)
    // Bytes beyond the last whole multiple of the alphabet would favour its first characters.
    for (const byte of randomBytes(LENGTH))
      if (byte < 240 && code.length < LENGTH) code += ALPHABET[byte % ALPHABET.length] ?? ''
  return code
}

/** A new set, as it is shown: `bcdf-ghjk-mnpq`. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () => newCode().replace(GROUP, '$1-'))
}

/** A code as people type it: with or without its groups, in any case. */
export function readRecoveryCode(text: string | undefined): string | undefined {
  const code = (text ?? '').replace(/[\s-]/g, '').toLowerCase()
  return CODE.test(code) ? code : undefined
}

/** How a code is stored. Whoever has the database alone cannot try all codes against it: the key stands there sealed. */
export function hashRecoveryCode(key: string, personId: string, code: string): string {
  return hmac(key, 'recovery code', personId, code.replaceAll('-', ''))
}

/** The key of a code's hash, sealed with the code's row: another KEY_ENCRYPTION_KEY needs no code anew. */
export async function sealCodeKey(key: string, keyEncryptionKeys: KnownSecrets, id: string): Promise<Buffer> {
  return Buffer.from(await seal(Buffer.from(key), keyEncryptionKeys, id))
}

/**
 * What is sealed for codes from before they had keys of their own: their hashes were made with KEY_ENCRYPTION_KEY itself, and
 * which of them that was, only trying says.
 */
export function keyOfOldCodes(keyEncryptionKeys: KnownSecrets): string {
  return keyEncryptionKeys.join(' ')
}

/** The keys that the hash of a code may have been made with. */
export async function codeKeys(
  { id, sealed }: Readonly<{ id: string; sealed: Buffer | null }>,
  keyEncryptionKeys: KnownSecrets,
): Promise<readonly string[]> {
  if (sealed === null) return keyEncryptionKeys
  return Buffer.from(await unseal(sealed.toString(), keyEncryptionKeys, id))
    .toString()
    .split(' ')
}
