// The network that an address belongs to: what belongs to one customer is counted together.
import { isIPv6 } from 'node:net'

/** Of IPv6 the first 64 bits: all addresses behind them belong to one customer, who would never run out of them. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  // The URL parser writes every spelling in one way: hexadecimal, the longest row of zeros left out.
  const plain = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1)
  const [head = '', tail = ''] = plain.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  const groups = [...before, ...zeros, ...after]
  // RFC 4291 §2.5.5.2: an IPv4 address in disguise.
  if (plain.startsWith('::ffff:') && groups.slice(0, 5).every((group) => group === '0')) return plain
  return `${groups.slice(0, 4).join(':')}::/64`
}
