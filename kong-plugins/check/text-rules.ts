// What Kong's schemas leave to functions: the rules of texts, by the name of Kong's type (facts of Kong 3.9).
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { RRegex } from 'rregex'
import { luaProblem } from './lua-syntax.ts'

/** What is wrong with a value; undefined when it is fine. */
export type TextRule = (text: string) => string | undefined

function says(expression: RegExp, words: string): TextRule {
  return (text) => (expression.test(text) ? undefined : words)
}

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

function hostProblem(text: string, { port = false, onlyNames = false }: HostRules): string | undefined {
  const host = readHost(text)
  if (typeof host === 'string') return host === BAD_PORT && !port ? 'must be a host without a port' : host
  if (onlyNames && host.kind !== 'name') return 'must not be an IP address'
  return host.port !== undefined && !port ? 'must be a host without a port' : undefined
}

const oneStar: TextRule = (host) => {
  if (!host.includes('*')) return undefined
  if (!host.startsWith('*') && !host.endsWith('*')) return 'may have a * only as its first or its last character'
  return host.split('*').length > 2 ? 'may have one * only' : undefined
}

/** Kong's RFC 3986: the characters of a path, and percent signs that encode something. */
const pathProblem: TextRule = (path) => {
  if (!/^\/[\w.\-~/%:@!$&'()*+,;=]*$/.test(path)) return 'holds characters that have to be percent-encoded'
  return percentProblem(path)
}
const percentProblem = says(/^(?:[^%]|%[0-9a-f]{2})*$/i, 'holds a % that is not followed by two hex digits')

/** Percent-encodings that Kong leaves as they are; it compares all else decoded (RFC 3986 §2.2). */
const KEPT_CODES = new Set(
  [..."!#$%&'()*+,/:;=?@[]"].map((char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
)

const routePathProblem: TextRule = (path) => {
  if (path.startsWith('~')) return expressionProblem(path.slice(1)) ?? (isPath(path) ? percentProblem(path) : undefined)
  if (percentProblem(path) !== undefined && /^\/[\w.\-~/%:@!$&'()*+,;=]*$/.test(path)) return percentProblem(path)
  if (path.match(/%[0-9a-f]{2}/gi)?.some((code) => !KEPT_CODES.has(code)) === true)
    return 'may percent-encode reserved characters only, with capital hex digits'
  return /\/\.{1,2}(\/|$)/.test(path) ? 'must not contain /./ or /../' : undefined
}
function isPath(path: string): boolean {
  return /^\/[\w.\-~/%:@!$&'()*+,;=]*$/.test(path)
}

/** Kong's router matches by Rust's regular expressions: no look-around, no back references. PCRE reads them as well. */
const expressionProblem: TextRule = (source) => {
  const pcre = pcreProblem(source)
  if (pcre !== undefined) return pcre
  try {
    new RRegex(source.replaceAll('?<', '?P<')).free() // as Kong's router does
    return undefined
  } catch (error) {
    const [last = ''] = String(error).trim().split('\n').slice(-1)
    return `must be a regular expression as Rust reads it (${last.replace(/^error: /, '')})`
  }
}

/** What PCRE does not know: JavaScript's own escapes and classes, and a quantifier after a quantifier. */
const NOT_PCRE: readonly (readonly [RegExp, string])[] = [
  [/^(?:[^\\]|\\.)*?(\\[uUlL])/s, 'unknown escape'],
  [
    /\[:\^?(?!(?:alpha|lower|upper|alnum|ascii|blank|cntrl|digit|graph|print|punct|space|word|xdigit):\])\w+:\]/,
    'unknown class',
  ],
  [/^(?:[^\\[]|\\.)*?[*+?}](?:\*|\{\d|[+?](?:[*+?]|\{\d))/s, 'nothing to repeat'],
]

/** PCRE knows nearly all that JavaScript knows, and more: only what is wrong in both is reported. */
const pcreProblem: TextRule = (source) => {
  const [, unknown] = NOT_PCRE.find(([expression]) => expression.test(source)) ?? []
  if (unknown !== undefined) return `must be a regular expression (${unknown})`
  try {
    new RegExp(source)
    return undefined
  } catch (error) {
    const [words] =
      /unterminated group|unmatched '\)'|unterminated character class|\\ at end/i.exec(String(error)) ?? []
    return words === undefined ? undefined : `must be a regular expression (${words.toLowerCase()})`
  }
}

/** A URL as Kong takes it apart, which forgives much. */
export function readUrl(
  url: string,
): Readonly<Record<'scheme' | 'host' | 'port' | 'path' | 'userinfo', string | undefined>> {
  const withoutFragment = url.replace(/#.*$/s, '')
  const [, scheme, afterScheme = withoutFragment] = /^([A-Za-z0-9][A-Za-z0-9+.-]*):(.*)$/s.exec(withoutFragment) ?? []
  const [, authority, afterAuthority = afterScheme] = /^\/\/([^/]*)(.*)$/s.exec(afterScheme) ?? []
  const path = afterAuthority.replace(/\?.*$/s, '').replace(/;.*$/s, '') || undefined
  const [, userinfo, hostAndPort = authority] = /^([^@]*)@(.*)$/s.exec(authority ?? '') ?? []
  const [, rest = hostAndPort, port] = /^(.*):([^:\]]*)$/s.exec(hostAndPort ?? '') ?? []
  const host = rest === undefined ? undefined : (/^\[(.+)\]$/s.exec(rest)?.[1] ?? rest) || undefined
  return { scheme, host, port, path, userinfo }
}

const urlProblem: TextRule = (text) => {
  const { scheme, host } = readUrl(text)
  if (host === undefined) return 'must be a URL with a host'
  return scheme === undefined ? 'must be a URL with a scheme' : undefined
}

function canRead(what: string, read: (text: string) => unknown): TextRule {
  return (text) => {
    try {
      read(text)
      return undefined
    } catch {
      return `must be a PEM ${what}`
    }
  }
}

/** Ends a header's name in `name:value`. */
function nameBefore(pair: string): [name: string, value: string] {
  const [, name = '', value = ''] = /^([^:]+):*(.*?)$/s.exec(pair) ?? []
  return [name, value]
}

const headerName = says(/^[\w-]+$/, 'may hold letters, digits, - and _ only')
const headerBefore: TextRule = (pair) => headerName(nameBefore(pair)[0])
const headersAround: TextRule = (pair) => headerBefore(pair) ?? headerName(nameBefore(pair)[1])
const valueAfter: TextRule = (pair) => (nameBefore(pair)[1] === '' ? 'needs a value after the colon' : undefined)
function anyIp(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%'))
}
function cidr(text: string, version: 4 | 6): boolean {
  const [, address = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(text) ?? []
  if (length !== String(Number(length))) return false
  return version === 4 ? isIPv4(address) && Number(length) <= 32 : isIPv6(address) && Number(length) <= 128
}
const lua: TextRule = (code) => {
  const problem = luaProblem(code)
  return problem === undefined ? undefined : `must be Lua 5.1 as LuaJIT reads it (${problem})`
}

/** Rules by the name that the facts have for them. */
export const TEXT_RULES: Readonly<Record<string, TextRule>> = {
  host: (text) => hostProblem(text, {}),
  host_with_optional_port: (text) => hostProblem(text, { port: true }),
  wildcard_host: (text) => oneStar(text) ?? hostProblem(text.replace('*', 'wildcard'), { onlyNames: true }),
  route_host: (text) => hostProblem(text.replaceAll('*', 'abc'), { port: true }),
  sni: (text) => hostProblem(text, { onlyNames: true }),
  ip: (text) => (anyIp(text) ? undefined : 'must be an IP address'),
  ip_or_cidr: (text) =>
    anyIp(text) || cidr(text, 4) || cidr(text, 6) ? undefined : 'must be an IP address or a range of them (CIDR)',
  cidr_v4: (text) => (isIPv4(text) || cidr(text, 4) ? undefined : 'must be a range of IPv4 addresses (CIDR)'),
  path: pathProblem,
  router_path: routePathProblem,
  expression: expressionProblem,
  url: urlProblem,
  name: says(/^[\w.~-]+$/, 'may hold letters, digits and . - _ ~ only'),
  utf8_name: says(/^[\w.~\u0080-\u{10ffff}-]+$/u, 'may hold letters, digits and . - _ ~ only'),
  tag: says(/^[ !-+\-.0-~\u0080-\u{10ffff}]+$/u, 'must be printable, without , and /'),
  certificate: canRead('certificate', (pem) => new X509Certificate(pem)),
  key: canRead('private key', (pem) => createPrivateKey(pem)),
  cookie_name: says(/^(?:(?![()<>@,;:\\"/?={}[\]])[!-~])+$/, "may hold letters, digits and !#$%&'*+-.^_`|~ only"),
  header_name: headerName,
  lua_expression: lua,
  // Functions without a name in Kong, by where they stand
  'upstreams.name': (text) => hostProblem(text, { onlyNames: true }),
  'targets.target': (text) => hostProblem(text, { port: true }),
  'jwt_secrets.rsa_public_key': canRead('public key', (pem) => createPublicKey(pem)),
  'oauth2_credentials.redirect_uris': (text) =>
    urlProblem(text) ?? (text.includes('#') ? 'must be a URL without a fragment' : undefined),
  'cors.origins': (text) => (text === '*' ? undefined : pcreProblem(text)),
  'pre-function': lua,
  'request-transformer.headers': headerBefore,
  'request-transformer.rename': headersAround,
  'request-transformer.values': valueAfter,
  is_regex: pcreProblem,
}
