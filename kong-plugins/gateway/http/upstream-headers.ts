// The headers that go to the backend and those that come back, hop by hop as nginx and Kong handle them.
import type { Service } from '../config/types.ts'
import type { Exchange } from './exchange.ts'
import { HeaderList, nginxVariable } from './header-list.ts'
import { isSingleValued } from './response-headers.ts'

/** The name the gateway gives itself in `Via` and `Server`. */
export const SERVER_NAME = 'embedded-gateway'

/** nginx's proxy module replaces or drops these on the way to the backend. */
const REPLACED = [
  ...['host', 'connection', 'te', 'transfer-encoding', 'keep-alive', 'expect', 'upgrade', 'proxy', 'proxy-connection'],
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-path'],
  ...['x-forwarded-prefix', 'x-real-ip', 'x-kong-request-id', 'via', 'trailer'],
  'content-length',
]

function csv(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Kong: the client asked for a WebSocket. */
export function isWebSocket(exchange: Exchange): boolean {
  return nginxVariable(exchange.requestHeaders, 'upgrade')?.toLowerCase() === 'websocket'
}

function hostFor(exchange: Exchange, service: Service): string {
  if (exchange.upstream.host !== undefined) return exchange.upstream.host
  const original = exchange.requestHeaders.first('host')
  if (exchange.match?.route.preserveHost === true && original !== undefined) return original
  const usual = service.protocol === 'https' ? 443 : 80
  return service.port === usual ? service.host : `${service.host}:${service.port}`
}

function forwarded(exchange: Exchange): [string, string | undefined][] {
  const { requestHeaders } = exchange
  const before = requestHeaders.values('x-forwarded-for').join(', ')
  const via = requestHeaders.values('via').join(', ')
  const prefix = exchange.match?.prefix
  const own = `${exchange.httpVersion} ${SERVER_NAME}`
  return [
    ['Via', via === '' ? own : `${via}, ${own}`],
    ['X-Forwarded-For', before === '' ? exchange.client.address : `${before}, ${exchange.client.address}`],
    ['X-Forwarded-Proto', exchange.scheme],
    ['X-Forwarded-Host', exchange.host],
    ['X-Forwarded-Port', String(exchange.serverPort)],
    ['X-Forwarded-Path', exchange.rawPath],
    ['X-Forwarded-Prefix', prefix === '/' ? undefined : prefix],
    ['X-Real-IP', exchange.client.address],
    ['X-Kong-Request-Id', exchange.requestId],
  ]
}

/** How the request's body is framed: the length as sent, chunked, or none. */
export type BodyFraming = { readonly length: string } | 'chunked' | 'none'

/** Of these node takes no headers about a body to mean that there is none; others it would send in chunks. */
const CHUNKLESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])

function framingHeaders(framing: BodyFraming, method: string): [string, string][] {
  if (framing === 'chunked') return [['Transfer-Encoding', 'chunked']]
  if (framing !== 'none') return [['Content-Length', framing.length]]
  return CHUNKLESS.has(method) ? [] : [['Content-Length', '0']]
}

/** What the backend receives. */
export function requestHeadersFor(exchange: Exchange, service: Service, framing: BodyFraming): HeaderList {
  const source = exchange.requestHeaders
  const headers = source.copy()
  // Kong 3.9: runloop/handler.lua access.after: every header that Connection named when the request came in is dropped now,
  // also those that plugins have set since. This is what the guard's pre-function is there for.
  for (const name of csv(exchange.connection)) headers.remove(name)
  const wantsTrailers = csv(nginxVariable(headers, 'te')).some((coding) => coding === 'trailers')
  for (const name of REPLACED) headers.remove(name)
  const webSocket = isWebSocket(exchange)
  const first: [string, string | undefined][] = [
    ['Host', hostFor(exchange, service)],
    ['Connection', webSocket ? 'keep-alive, Upgrade' : 'keep-alive'],
    ['Upgrade', webSocket ? 'websocket' : undefined],
    ['TE', wantsTrailers ? 'trailers' : undefined],
    ...framingHeaders(framing, exchange.method),
    ...forwarded(exchange),
  ]
  const set = first.filter((line): line is [string, string] => line[1] !== undefined)
  return new HeaderList([...set, ...headers.lines])
}

/** Headers of the backend's answer that end here. */
const NOT_FORWARDED = [
  ...['connection', 'keep-alive', 'transfer-encoding', 'trailer', 'x-pad', 'x-accel-expires', 'x-accel-redirect'],
  ...['x-accel-limit-rate', 'x-accel-buffering', 'x-accel-charset'],
]

/** Types that nginx completes with a charset (Kong sets `charset UTF-8`). */
const TEXT_TYPES = /^(text\/(html|xml|plain|vnd\.wap\.wml)|application\/(javascript|rss\+xml))\s*$/i

function withCharset(name: string, value: string): string {
  return name.toLowerCase() === 'content-type' && TEXT_TYPES.test(value) ? `${value.trimEnd()}; charset=UTF-8` : value
}

/** Puts the backend's headers behind those that plugins have set; both are sent, as in Kong. */
export function addUpstreamHeaders(exchange: Exchange, raw: readonly string[]): void {
  const headers = HeaderList.fromRaw(raw)
  const named = csv(headers.values('connection').join(',').toLowerCase())
  for (const name of [...NOT_FORWARDED, ...named.filter((option) => option !== 'upgrade')]) headers.remove(name)
  // RFC 6455 §4.2.2: without it no browser takes the handshake for answered.
  if (!named.includes('upgrade')) headers.remove('upgrade')
  for (const [name, value] of headers.lines) {
    if (isSingleValued(name)) exchange.responseHeaders.remove(name)
    exchange.responseHeaders.add(name, withCharset(name, value))
  }
}
