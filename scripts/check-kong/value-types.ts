// The types of values in Kong's entities, as small schemas (facts of Kong 3.9.3's typedefs).
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import type { FieldSchema } from '@mobile-api-gateway/kong-plugins/gateway/plugin-schema.ts'

/** A field by its name. */
export type NamedFields = Readonly<Record<string, FieldSchema>>

export const text = (more: FieldSchema = {}): FieldSchema => ({ type: 'string', ...more })
export const whole = (least: number, most: number): FieldSchema => ({ type: 'integer', between: [least, most] })
export const amount = (least: number, most: number): FieldSchema => ({ type: 'number', between: [least, most] })
export const flag: FieldSchema = { type: 'boolean' }
export const choice = (...values: readonly (string | number)[]): FieldSchema => ({
  type: typeof values[0] === 'number' ? 'integer' : 'string',
  one_of: values,
})
export const listOf = (elements: FieldSchema): FieldSchema => ({ type: 'array', elements })
export const record = (fields: NamedFields, checks: readonly FieldSchema[] = []): FieldSchema => ({
  type: 'record',
  fields: Object.entries(fields).map(([name, field]) => ({ [name]: field })),
  entity_checks: checks,
})
export const required = (field: FieldSchema): FieldSchema => ({ ...field, required: true })
/** Anything: left to Kong. */
export const anything: FieldSchema = { type: 'any' }

const says = (expression: RegExp, words: string) => (value: unknown) =>
  expression.test(String(value)) ? undefined : words

/** A string of a certain form. */
const form = (expression: RegExp, words: string): FieldSchema => text({ valid: says(expression, words) })

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/
const ipv6 = /^\[?[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*\]?$/i
const hostname = /^(?!.*-\.)(?!.*\.\.)[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_.])?$/

function hostProblem(value: unknown): string | undefined {
  const host = String(value)
  if (ipv6.test(host)) return undefined
  if (/:\d+$/.test(host)) return 'must be a host without a port'
  return ipv4.test(host) || (hostname.test(host) && !/^[\d.]+$/.test(host))
    ? undefined
    : 'must be a host name or an IP address'
}

const withoutPort = (value: unknown): string => String(value).replace(/:\d+$/, '')

function pathCharacters(path: string): string | undefined {
  if (path.includes('//')) return 'must not contain //'
  if (!/^\/[\w.\-~/%:@!$&'()*+,;=]*$/.test(path)) return 'holds characters that have to be percent-encoded'
  return /%(?![0-9a-f]{2})/i.test(path) ? 'holds a % that is not followed by two hex digits' : undefined
}

/** Percent-encodings that Kong leaves as they are; it compares all else decoded (RFC 3986 §2.2). */
const keptCodes = new Set([...":/?#[]@!$&'()*+,;=%"].map((char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`))

function routePathProblem(value: unknown): string | undefined {
  const path = String(value)
  if (path.includes('//')) return 'must not contain //'
  if (path.startsWith('~/')) return expressionProblem(path.slice(1))
  if (!path.startsWith('/')) return 'must start with / (a prefix) or with ~/ (a regular expression)'
  if (/%(?![0-9a-f]{2})/i.test(path)) return 'holds a % that is not followed by two hex digits'
  if (path.match(/%../g)?.some((code) => !keptCodes.has(code)) === true)
    return 'may percent-encode reserved characters only, with capital hex digits'
  return /\/\.{1,2}(\/|$)/.test(path) ? 'must not contain /./ or /../' : undefined
}

/** Kong reads PCRE, which is more than JavaScript knows: only what is wrong in both is reported. */
function expressionProblem(source: string): string | undefined {
  try {
    new RegExp(source)
    return undefined
  } catch (error) {
    const [words] = /unterminated group|unmatched '\)'|unterminated character class/i.exec(String(error)) ?? []
    return words === undefined ? undefined : `must be a regular expression (${words.toLowerCase()})`
  }
}

const wildcardHost = (value: unknown): string | undefined => {
  const host = String(value)
  const stars = host.split('*').length - 1
  if (stars > 1 || (stars === 1 && !/^\*\.|\.\*$/.test(host))) return 'may have one *, as its first or its last label'
  return hostProblem(withoutPort(host.replace('*', 'any')))
}

export const uuid = text({ uuid: true })
export const name = form(/^[\w.~\u0080-\u{10ffff}-]+$/u, 'may hold letters, digits and . - _ ~ only')
export const host = text({ valid: hostProblem })
export const hostAndPort = text({ valid: (value: unknown) => hostProblem(withoutPort(value)) })
export const upstreamName = text({
  valid: (value: unknown) => hostProblem(value) ?? (ipv4.test(String(value)) ? 'must not be an IP address' : undefined),
})
export const routeHost = text({ valid: wildcardHost })
export const sni = text({ valid: wildcardHost })
export const port = whole(0, 65_535)
export const path = text({ starts_with: '/', valid: (value: unknown) => pathCharacters(String(value)) })
export const routePath = text({ valid: routePathProblem })
export const method = form(/^[A-Z]+$/, 'must be a method in capital letters')
export const headerName = form(/^[\w-]+$/, 'may hold letters, digits, - and _ only')
export const routeHeaderName = text({
  valid: (value: unknown) =>
    /^host$/i.test(String(value))
      ? 'goes into hosts'
      : /^[\w-]+$/.test(String(value))
        ? undefined
        : 'is no header name',
})
export const tags = listOf(form(/^[^,/\p{Cc}]+$/u, 'must be printable, without , and /'))
export const address = record({ ip: text(), port }, [{ at_least_one_of: ['ip', 'port'] }])
export const timeout = whole(1, 2_147_483_646)
export const httpProtocols = ['http', 'https', 'grpc', 'grpcs'] as const
export const protocols = [...httpProtocols, 'tcp', 'tls', 'tls_passthrough', 'udp', 'ws', 'wss'] as const
export const protocol = choice(...protocols.filter((each) => !each.startsWith('ws')))

const readers = {
  certificate: (pem: string) => new X509Certificate(pem),
  'private key': createPrivateKey,
  'public key': createPublicKey,
}

/** PEM that can be read, or a reference to a vault. */
export const pem = (kind: keyof typeof readers): FieldSchema =>
  text({
    referenceable: true,
    valid: (value: unknown) => {
      try {
        readers[kind](String(value))
        return undefined
      } catch {
        return `must be a PEM ${kind}`
      }
    },
  })
