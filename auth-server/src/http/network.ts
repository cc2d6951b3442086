// Whose address: what one caller can choose freely counts as one address.
import ipaddr from 'ipaddr.js'

/** Bits of an IPv6 address that name one subscriber, and those that name the site it may be a part of (RFC 6177 §2). */
const SUBSCRIBER_GROUPS = 4
const SITE_GROUPS = 3

/** IPv4 in IPv6 by NAT64 (RFC 6052 §2.1): seen as networks, the whole of the old internet would be one subscriber. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** The first groups of 16 bits of an IPv6 address; an IPv4 address, also one that is written as IPv6, as it is. */
function frontOf(address: string, groups: number): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!('parts' in parsed)) return parsed.toString()
  if (parsed.match(NAT64)) return new ipaddr.IPv4(parsed.toByteArray().slice(12)).toString()
  return parsed.parts
    .slice(0, groups)
    .map((group) => group.toString(16))
    .join(':')
}

/** An IPv4 address as it is; of an IPv6 address its /64, which is what one subscriber gets. */
export function networkOf(address: string): string {
  return frontOf(address, SUBSCRIBER_GROUPS)
}

/**
 * Where a caller stands, the widest first: of an IPv6 address its /48 and its /64. Whoever is given a /48 has 65,536
 * networks to call from; whoever shares one with others is counted apart from them.
 */
export function networksOf(address: string): readonly string[] {
  const network = networkOf(address)
  const site = frontOf(address, SITE_GROUPS)
  return site === network ? [network] : [`${site}/48`, network]
}
