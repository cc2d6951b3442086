// Whom a mail can be sent to: one mailbox, whatever stands in its address.
import { domainToASCII } from 'node:url'

/** A path has 256 octets, its angle brackets included (RFC 5321 §4.5.3.1.3). */
export const MAX_ADDRESS_BYTES = 254
/** RFC 5321 §4.5.3.1.1. */
const MAX_LOCAL_BYTES = 64
/**
 * Dot-string (RFC 5321 §4.1.2), with what RFC 6531 §3.3 adds. Quoted strings and domain literals are nobody's address
 * in practice, and what stands in them (blanks, commas, a second @) is read in many ways.
 */
const ADDRESS =
  /^([\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~]+)*)@([\p{L}\p{M}\p{N}.-]+)$/u

/** A domain as DNS has it (RFC 5890 §2.3.2.1); empty for what is none. */
export function asciiDomain(host: string): string {
  return domainToASCII(host).replace(/\.$/, '')
}

/** The address as it goes into an envelope, its domain in ASCII; undefined where mail cannot be sent to. */
export function mailboxOf(text: string): string | undefined {
  const [, local, host] = ADDRESS.exec(text.trim().normalize('NFKC')) ?? []
  if (local === undefined || host === undefined) return undefined
  const domain = asciiDomain(host)
  const address = `${local}@${domain}`
  const fits = Buffer.byteLength(local) <= MAX_LOCAL_BYTES && Buffer.byteLength(address) <= MAX_ADDRESS_BYTES
  return domain !== '' && fits ? address : undefined
}
