// The key under which an account is found by its e-mail address.
import { MAX_ADDRESS_BYTES, readAddress } from '../delivery/mail/mailbox.ts'

export const MAX_EMAIL_LENGTH = MAX_ADDRESS_BYTES

/** The canonical form of an address, or undefined for what is none. */
export function emailKey(text: string): string | undefined {
  return readAddress(text)?.key
}
