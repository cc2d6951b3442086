// A portion of an export with hashes: a JWE in a line, people in its text, and in its header which portion it is.
import { CompactEncrypt, compactDecrypt } from 'jose'
import { WrongEntry } from '../import/person.ts'
import type { Recipient } from './recipient.ts'

const CONTENT_TYPE = 'application/x-ndjson'
const ENCRYPTION = 'A256GCM'

interface Portion {
  /** From 1. */
  readonly part: number
  readonly isLast: boolean
}

/** @param lines people, each on a line of its own */
export function sealPortion(
  lines: string,
  { recipient, part, isLast }: Portion & Readonly<{ recipient: Recipient }>,
): Promise<string> {
  const { alg, key, thumbprint } = recipient
  return new CompactEncrypt(Buffer.from(lines, 'utf8'))
    .setProtectedHeader({ alg, enc: ENCRYPTION, kid: thumbprint, cty: CONTENT_TYPE, part, last: isLast })
    .encrypt(key)
}

/** @throws {WrongEntry} for what this key does not open */
export async function openPortion(
  text: string,
  { alg, key }: Recipient,
): Promise<Portion & Readonly<{ lines: string }>> {
  try {
    const options = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [ENCRYPTION] }
    const { plaintext, protectedHeader } = await compactDecrypt(text, key, options)
    const { part, last } = protectedHeader
    return { lines: Buffer.from(plaintext).toString('utf8'), part: Number(part), isLast: last === true }
  } catch {
    throw new WrongEntry('is encrypted for another key, or was changed')
  }
}
