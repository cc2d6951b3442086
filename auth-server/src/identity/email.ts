// E-mail addresses: what is accepted, and the key under which an account is found.
import { isIP } from 'node:net'
import { asciiDomain, MAX_ADDRESS_BYTES } from '../delivery/mail/mailbox.ts'

export const MAX_EMAIL_LENGTH = MAX_ADDRESS_BYTES
/** Of a domain, without what a URL parser would take for the end of a host name. */
const ADDRESS = /^([^\s@\p{Cc}]{1,64})@([^\s@\p{Cc}/?#:\\[\]%<>^|]{1,255})$/u

/**
 * The canonical form of an address, or undefined for what is none: two spellings that reach one mailbox in practice share
 * an account. The domain is compared as DNS has it, in ASCII: one browser posts `müller.example`, the
 * next `xn--mller-kva.example`. What stands before the @ is the mailbox's own business, but for case and width.
 */
export function emailKey(text: string): string | undefined {
  if (text.length > MAX_EMAIL_LENGTH) return undefined
  const [, mailbox, host] = ADDRESS.exec(text.trim().normalize('NFKC').toLowerCase()) ?? []
  if (mailbox === undefined || host === undefined) return undefined
  const domain = asciiDomain(host)
  const key = `${mailbox}@${domain}`
  return isDomain(domain) && key.length <= MAX_EMAIL_LENGTH ? key : undefined
}

function isDomain(domain: string): boolean {
  return (
    domain.length <= 253 &&
    isIP(domain) === 0 &&
    domain.split('.').every((label) => label.length > 0 && label.length <= 63)
  )
}
