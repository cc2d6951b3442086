// What both halves have to know of IP addresses and of listening. Pure.
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Connections that may wait to be accepted: a burst of callers waits there instead of a second for another try (Node's own number is 511). */
export const LISTEN_BACKLOG = 4096

/** IPv4 in IPv6 by NAT64 (RFC 6052 §2.1): seen as networks, the whole of the old internet would be one subscriber. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** A host as sockets take it: an IPv6 address without the brackets that it has in a URL. */
export function withoutBrackets(host: string): string {
  return /^\[(.*)\]$/.exec(host)?.[1] ?? host
}

function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // ipaddr.js reads `127.1` and `0x7f.1` as well, which are no addresses to us.
  return isIP(address) === 0 ? undefined : ipaddr.parse(address)
}

/** What kind of address it is (`unicast`, `private`, `loopback` …), by IANA's registries; undefined for a text that is none. */
export function rangeOf(address: string): string | undefined {
  return parse(address)?.range()
}

/** Whether an address lies in a range; never when one is IPv4 and the other IPv6. */
export function liesIn(address: string, [range, prefix]: readonly [range: string, prefix: number]): boolean {
  const parsed = parse(address)
  const within = ipaddr.parse(range)
  return parsed?.kind() === within.kind() && parsed.match(within, prefix)
}

/** Whether a text is an address, or a range of them (CIDR). */
export function isAddressOrRange(text: string): boolean {
  return isIP(text) !== 0 || (isIP(text.split('/', 1)[0] ?? '') !== 0 && ipaddr.isValidCIDR(text))
}

/**
 * The first groups of 16 bits of an IPv6 address, which name a network; an IPv4 address, also one that is written as
 * IPv6, as it is.
 */
export function networkFront(address: string, groups: number): string {
  // An IPv4 address in the one way in which it is written, or no address at all.
  if (isIP(address) !== 6) return address
  const plain = ipaddr.process(address)
  if (!('parts' in plain)) return plain.toString()
  if (plain.match(NAT64)) return new ipaddr.IPv4(plain.toByteArray().slice(12)).toString()
  return plain.parts
    .slice(0, groups)
    .map((group) => group.toString(16))
    .join(':')
}
