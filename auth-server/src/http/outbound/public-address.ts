// Which addresses are out on the internet: where a request to a developer's URL may go, and where it never may (SSRF). Pure.
import { BlockList, isIPv4 } from 'node:net'

// IANA's special-purpose registry (RFC 6890): not globally reachable, or leading somewhere else than it seems.
const SPECIAL_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]
/** All of IPv6 that is handed out so far; ::1, ::ffff:…, 64:ff9b:… (NAT64), fc00:… and fe80:… lie outside. */
const GLOBAL_IPV6 = ['2000::', 3] as const
/** Parts of it that are not the internet, or that carry an IPv4 address: Teredo and other protocols, 6to4, documentation. */
const SPECIAL_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const special = new BlockList()
for (const [net, prefix] of SPECIAL_IPV4) special.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of SPECIAL_IPV6) special.addSubnet(net, prefix, 'ipv6')
const global = new BlockList()
global.addSubnet(...GLOBAL_IPV6, 'ipv6')

/** Whether an IP address, as text without brackets, is on the public internet. */
export function isPublicAddress(address: string): boolean {
  return isIPv4(address)
    ? !special.check(address, 'ipv4')
    : global.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

// Two lists, because one would apply its IPv4 rules to ::ffff:10.0.0.1 as well.
const privateIpv4 = new BlockList()
privateIpv4.addSubnet('10.0.0.0', 8)
privateIpv4.addSubnet('172.16.0.0', 12)
privateIpv4.addSubnet('192.168.0.0', 16)
const uniqueLocal = new BlockList()
uniqueLocal.addSubnet('fc00::', 7, 'ipv6')

/** Whether an IP address belongs to somebody's own network (RFC 1918, RFC 4193). */
export function isPrivateAddress(address: string): boolean {
  return isIPv4(address) ? privateIpv4.check(address) : uniqueLocal.check(address, 'ipv6')
}

/** Whether an IP address is this machine's own. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'))
}

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether the host of a parsed URL may be spoken to in plain http: this machine, in the three spellings that browsers trust. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK_HOSTS.has(hostname)
}
