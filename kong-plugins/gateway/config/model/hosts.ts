// Host names and IP addresses, as Kong takes them.
import { isIPv4, isIPv6 } from 'node:net'
import type { TextRule } from './text-rule.ts'

interface Host {
  readonly kind: 'name' | 'ipv4' | 'ipv6'
  readonly port: number | undefined
}

const BAD_PORT = 'must have a port up to 65535'
const BAD_HOST = 'must be a host name or an IP address'

/** Takes a host apart as Kong does: what has several colons is IPv6, what has only digits and dots IPv4. */
function readHost(text: string): Host | string {
  if (text.split(':').length > 2) {
    const [, bracketed, port] = /^\[(.*)\](?::(\d*))?$/s.exec(text) ?? []
    if (!isIPv6(bracketed ?? text)) return BAD_HOST
    return Number(port ?? 0) > 65_535 ? BAD_PORT : { kind: 'ipv6', port: port ? Number(port) : undefined }
  }
  const [, name = '', digits] = /^(.*?)(?::(\d+))?$/s.exec(text) ?? []
  const port = digits === undefined ? undefined : Number(digits)
  if (/^[\d.]+$/.test(text.replace(':', ''))) {
    const parts = name.split('.')
    const fits = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
    if (!fits) return BAD_HOST
    return (port ?? 0) > 65_535 ? BAD_PORT : { kind: 'ipv4', port }
  }
  if ((port ?? 0) > 65_535) return BAD_PORT
  const labels = name.split('.')
  const fits = labels.every((label, i) => !label.endsWith('-') && (label !== '' || i === labels.length - 1))
  return /^[\w.-]+$/.test(name) && fits ? { kind: 'name', port } : BAD_HOST
}

interface HostRules {
  /** It may have a port. */
  readonly port?: boolean
  readonly onlyNames?: boolean
}

/** What is wrong with a host. */
export function hostProblem(text: string, { port = false, onlyNames = false }: HostRules): string | undefined {
  const host = readHost(text)
  if (typeof host === 'string') return host === BAD_PORT && !port ? 'must be a host without a port' : host
  if (onlyNames && host.kind !== 'name') return 'must not be an IP address'
  return host.port !== undefined && !port ? 'must be a host without a port' : undefined
}

/** Of a host with a wildcard. */
export const oneStar: TextRule = (host) => {
  if (!host.includes('*')) return undefined
  if (!host.startsWith('*') && !host.endsWith('*')) return 'may have a * only as its first or its last character'
  return host.split('*').length > 2 ? 'may have one * only' : undefined
}

/** An address of either version. */
export function anyIp(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%'))
}
/** A range of addresses of one version. */
export function cidr(text: string, version: 4 | 6): boolean {
  const [, address = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(text) ?? []
  if (length !== String(Number(length))) return false
  return version === 4 ? isIPv4(address) && Number(length) <= 32 : isIPv6(address) && Number(length) <= 128
}
