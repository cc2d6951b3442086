// Which addresses are out on the internet: where a request to a developer's URL may go, and where it never may (SSRF). Pure.
import { liesIn, rangeOf } from '@mobile-api-gateway/sdk/network.ts'

/** All of IPv6 that is handed out so far; what lies outside is no place on the internet, whatever it will be. */
const GLOBAL_IPV6 = ['2000::', 3] as const

/** Whether an IP address, as text without brackets, is on the public internet (IANA's special-purpose registries, RFC 6890). */
export function isPublicAddress(address: string): boolean {
  return rangeOf(address) === 'unicast' && (!address.includes(':') || liesIn(address, GLOBAL_IPV6))
}

/** Whether an IP address belongs to somebody's own network (RFC 1918, RFC 4193). */
export function isPrivateAddress(address: string): boolean {
  const range = rangeOf(address)
  return range === 'private' || range === 'uniqueLocal'
}

/** Whether an IP address is this machine's own. */
export function isLoopbackAddress(address: string): boolean {
  return rangeOf(address) === 'loopback'
}

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether the host of a parsed URL may be spoken to in plain http: this machine, in the three spellings that browsers trust. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK_HOSTS.has(hostname)
}
