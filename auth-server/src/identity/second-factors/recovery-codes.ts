// Recovery codes: ten at a time for whoever loses their other second factors, shown once, stored hashed, good once each.
import { randomBytes } from 'node:crypto'
import { hmac } from '../../crypto/digest.ts'

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

/** How a code is stored. Whoever has the database alone cannot try all codes against it. */
export function hashRecoveryCode(keyEncryptionKey: string, personId: string, code: string): string {
  return hmac(keyEncryptionKey, 'recovery code', personId, code.replaceAll('-', ''))
}
