// What a mail holds so that whoever reads it can prove it: a link's token and a code, computed from an id and never stored.
import { createHmac } from 'node:crypto'
import { hmac } from './digest.ts'
import { type KnownSecrets, makerOf } from './secrets.ts'

const TOKEN = /^([\w-]{22})\.([\w-]{43})$/
const CODE_DIGITS = 6

/** The token of a link: `<id>.<keyed digest>`. @param id 22 characters of base64url */
export function mailToken(key: string, id: string): string {
  return `${id}.${hmac(key, 'mail link', id)}`
}

/** The id in a token that this server has made; undefined for any other text. */
export function readMailToken(keys: KnownSecrets, token: string): string | undefined {
  const id = TOKEN.exec(token)?.[1]
  return id !== undefined && makerOf(keys, token, (key) => mailToken(key, id)) !== undefined ? id : undefined
}

/** Six digits, for those who read mail on another device. */
export function mailCode(key: string, id: string): string {
  // 64 bits over a million: no digit is likelier than another by more than 10^-13.
  const number =
    createHmac('sha256', key).update('mail code\0').update(id).digest().readBigUInt64BE() % 10n ** BigInt(CODE_DIGITS)
  return String(number).padStart(CODE_DIGITS, '0')
}
