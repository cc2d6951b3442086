// Whose address: what one caller can choose freely counts as one address.
import { networkFront } from '@mobile-api-gateway/sdk/network.ts'

/** Bits of an IPv6 address that name one subscriber, and those that name the site it may be a part of (RFC 6177 §2). */
const SUBSCRIBER_GROUPS = 4
const SITE_GROUPS = 3

/** With a port, as some proxies write it into X-Forwarded-For: the port changes with every connection. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]+)\]):\d+$/

function withoutPort(address: string): string {
  const [, v4, v6] = WITH_PORT.exec(address) ?? []
  return v4 ?? v6 ?? address
}

/** An IPv4 address as it is; of an IPv6 address its /64, which is what one subscriber gets. */
export function networkOf(address: string): string {
  return networkFront(withoutPort(address), SUBSCRIBER_GROUPS)
}

/**
 * Where a caller stands, the widest first: of an IPv6 address its /48 and its /64. Whoever is given a /48 has 65,536
 * networks to call from; whoever shares one with others is counted apart from them.
 */
export function networksOf(address: string): readonly string[] {
  const network = networkOf(address)
  const site = networkFront(withoutPort(address), SITE_GROUPS)
  return site === network ? [network] : [`${site}/48`, network]
}
