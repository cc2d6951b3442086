// The half of Kong's PDK that reads the request.
import type { Exchange } from '../http/exchange.ts'
import { headerTable, nginxVariable } from '../http/header-list.ts'
import { LuaError } from '../http/response-headers.ts'
import type { PdkFunction, PdkSettings } from './function.ts'

/** `kong.request.get_header`: by nginx's variable, which sees `X_Foo` too; lists are read again from the table. */
function getHeader(exchange: Exchange, name: unknown, { maxHeaders }: PdkSettings): string | undefined {
  if (typeof name !== 'string') throw new LuaError('header name must be a string')
  const value = nginxVariable(exchange.requestHeaders, name)
  if (value?.includes(', ') !== true) return value
  const dashed = name.toLowerCase().replaceAll('_', '-')
  const listed = headerTable(exchange.requestHeaders, maxHeaders).get(dashed)
  return typeof listed === 'string' ? listed : listed?.[0]
}

function maximum(given: unknown, fallback: number): number {
  if (given === undefined || given === null) return fallback
  if (typeof given !== 'number') throw new LuaError('max must be a number')
  if (given < 1 || given > 1000) throw new LuaError('max must be between 1 and 1000')
  return given
}

function unescapeArgument(text: string): string {
  return text.replaceAll('+', ' ').replace(/%([0-9a-f]{2})/gi, (_, hex: string) => {
    return String.fromCharCode(Number.parseInt(hex, 16))
  })
}

/** `ngx.req.get_uri_args`: `a=1&a=2&b&c=` is a: two values, b: true, c: empty. */
function queryTable(query: string, max: number): Map<string, string | true | (string | true)[]> {
  const table = new Map<string, string | true | (string | true)[]>()
  for (const part of query
    .split('&')
    .filter((p) => p !== '')
    .slice(0, max)) {
    const at = part.indexOf('=')
    const name = unescapeArgument(at < 0 ? part : part.slice(0, at))
    const value = at < 0 ? true : unescapeArgument(part.slice(at + 1))
    const known = table.get(name)
    if (name === '') continue
    if (known === undefined) table.set(name, value)
    else if (Array.isArray(known)) known.push(value)
    else table.set(name, [known, value])
  }
  return table
}

/** The nginx variables that plugins have a use for; others read as nil. */
const VARIABLES: Readonly<Record<string, (exchange: Exchange) => string | undefined>> = {
  args: (x) => x.query,
  host: (x) => x.host,
  request: (x) => `${x.method} ${x.requestTarget} HTTP/${x.httpVersion}`,
  remote_addr: (x) => x.client.address,
  remote_port: (x) => String(x.client.port),
  request_id: (x) => x.requestId,
  kong_request_id: (x) => x.requestId,
  request_method: (x) => x.method,
  request_uri: (x) => x.target,
  scheme: (x) => x.scheme,
  server_port: (x) => String(x.serverPort),
  server_protocol: (x) => `HTTP/${x.httpVersion}`,
}

/** `ngx.var[name]`. */
export function readVariable(exchange: Exchange, name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined
  if (name.startsWith('http_')) return nginxVariable(exchange.requestHeaders, name.slice(5))
  return Object.hasOwn(VARIABLES, name) ? VARIABLES[name]?.(exchange) : undefined
}

/** X-Forwarded-* are believed from nobody here (Kong's `trusted_ips` is empty). */
export const REQUEST_FUNCTIONS = {
  'kong.request.get_method': (x) => x.method,
  'kong.request.get_path': (x) => x.path,
  'kong.request.get_raw_path': (x) => x.rawPath,
  'kong.request.get_path_with_query': (x) => x.target,
  'kong.request.get_raw_query': (x) => x.query ?? '',
  'kong.request.get_scheme': (x) => x.scheme,
  'kong.request.get_host': (x) => x.host,
  'kong.request.get_forwarded_host': (x) => x.host,
  'kong.request.get_forwarded_prefix': (x) => x.match?.prefix,
  'kong.request.get_header': (x, [name], settings) => getHeader(x, name, settings),
  'kong.request.get_headers': (x, [max], { maxHeaders }) => headerTable(x.requestHeaders, maximum(max, maxHeaders)),
  'kong.request.get_query': (x, [max]) => queryTable(x.query ?? '', maximum(max, 100)),
  'kong.request.get_query_arg': (x, [name]) => {
    const value = queryTable(x.query ?? '', 100).get(String(name))
    return Array.isArray(value) ? value[0] : value
  },
  'kong.nginx.get_var': (x, [name]) => readVariable(x, name),
} satisfies Record<string, PdkFunction>
