// E-mail addresses: THE reading of one. The key that an account is found by and the mailbox that is written to come of the same text.
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

/** A path has 256 octets, its angle brackets included (RFC 5321 §4.5.3.1.3). */
export const MAX_ADDRESS_BYTES = 254
/** RFC 5321 §4.5.3.1.1. */
const MAX_LOCAL_BYTES = 64
/** Of a domain, without what a URL parser would take for the end of a host name. */
const ADDRESS = /^([^\s@\p{Cc}\p{Bidi_Control}]{1,64})@([^\s@\p{Cc}\p{Bidi_Control}/?#:\\[\]%<>^|]{1,255})$/u
/**
 * Dot-string (RFC 5321 §4.1.2), with what RFC 6531 §3.3 adds. Quoted strings are nobody's address in practice, and what
 * stands in them (blanks, commas, a second @) is read in many ways.
 */
const DOT_STRING = /^[\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~]+)*$/u
const HOST_NAME = /^[a-z0-9.-]+$/

/** An address that was read. */
export interface ReadAddress {
  /**
   * Its canonical form: two spellings that reach one mailbox in practice share an account. What stands before the @ is the
   * mailbox's own business, but for case and width; the domain is the mailbox's, to the byte.
   */
  readonly key: string
  /** As it goes into an envelope; undefined where no mail can be sent to. */
  readonly mailbox: string | undefined
}

/**
 * Reads an address; undefined for what is none. The domain becomes what DNS has (RFC 5890 §2.3.2.1) before anything else
 * is done to it, since mapping is not lower-casing: JavaScript makes the last Σ of a word a ς, DNS a σ, and the two
 * are names of their own.
 */
export function readAddress(text: string): ReadAddress | undefined {
  if (text.length > MAX_ADDRESS_BYTES || !text.isWellFormed()) return undefined
  const [, local, host] = ADDRESS.exec(text.trim().normalize('NFKC')) ?? []
  if (local === undefined || host === undefined) return undefined
  const domain = domainToASCII(host).replace(/\.$/, '')
  const [key, mailbox] = [`${local.toLowerCase()}@${domain}`, `${local}@${domain}`]
  if (!isDomain(domain) || key.length > MAX_ADDRESS_BYTES) return undefined
  const isMailable =
    DOT_STRING.test(local) &&
    HOST_NAME.test(domain) &&
    Buffer.byteLength(local) <= MAX_LOCAL_BYTES &&
    Buffer.byteLength(mailbox) <= MAX_ADDRESS_BYTES
  return { key, mailbox: isMailable ? mailbox : undefined }
}

/** A domain that addresses can have, as their canonical forms have it; undefined for what is none. */
export function readDomain(text: string): string | undefined {
  const key = text.includes('@') ? undefined : readAddress(`a@${text.trim()}`)?.key
  return key?.slice(key.lastIndexOf('@') + 1)
}

function isDomain(domain: string): boolean {
  return (
    domain.length <= 253 &&
    isIP(domain) === 0 &&
    domain.split('.').every((label) => label.length > 0 && label.length <= 63)
  )
}
