// What our own hashes are made of, in the place of the password.
import { createHmac } from 'node:crypto'

/** bcrypt ignores everything past 72 bytes and stops at NUL: the keyed digest is 44 base64 characters, whatever was typed. */
export function peppered(pepper: string, password: string): string {
  return createHmac('sha256', pepper).update(password.normalize('NFKC'), 'utf8').digest('base64')
}
