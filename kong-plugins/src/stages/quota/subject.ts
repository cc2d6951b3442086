// Who is counted: a user of an application, an application that calls for itself, or the address of somebody unknown.
import { isIPv6 } from 'node:net'
import { isMachine, type Visitor } from '../caller.ts'

/** Whose calls are counted together. */
export type Subject =
  | { readonly kind: 'user'; readonly id: string; readonly clientId: string; readonly issuer?: string }
  | { readonly kind: 'client'; readonly clientId: string; readonly issuer?: string }
  | { readonly kind: 'address'; readonly address: string }

/** Whom a visitor's calls are counted for. */
export function subjectOf(visitor: Visitor): Subject {
  if (visitor.kind === 'anonymous') return { kind: 'address', address: networkOf(visitor.address) }
  const { caller, issuer } = visitor
  const from = issuer === undefined ? {} : { issuer }
  return isMachine(caller)
    ? { kind: 'client', clientId: caller.clientId, ...from }
    : { kind: 'user', id: caller.subject, clientId: caller.clientId, ...from }
}

/** Of IPv6 the first 64 bits: all addresses behind them belong to one customer, who would never run out of them. */
function networkOf(address: string): string {
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

/** Names of the counts that one call adds to. Somebody unknown belongs to no application. */
export interface CountKeys {
  readonly subject: string
  readonly application: string | undefined
}

/**
 * Both names begin with the same `{…}`, the owner of the call. Each part is percent-encoded, so no two subjects can be
 * glued to look alike.
 */
export function countKeys(countAs: string, subject: Subject): CountKeys {
  if (subject.kind === 'address')
    return { subject: `{${countAs}:address:${encodeURIComponent(subject.address)}}`, application: undefined }
  const { clientId, issuer } = subject
  const owner = [countAs, ...(issuer === undefined ? [] : [issuer]), clientId].map(encodeURIComponent).join(':')
  const application = `{${owner}}`
  const own = subject.kind === 'client' ? 'client' : `user:${encodeURIComponent(subject.id)}`
  return { subject: `${application}:${own}`, application: `${application}:all` }
}
