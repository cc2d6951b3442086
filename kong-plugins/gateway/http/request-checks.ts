// What nginx refuses before Kong sees it: lengths, duplicates, methods and paths.
import type { IncomingMessage } from 'node:http'
import type { Exchange } from './exchange.ts'
import { hostOf, isRefusedPath } from './uri.ts'

/** nginx's `large_client_header_buffers`: four of 8 KiB; a request line or header line must fit into one. */
export const MAX_LINE_BYTES = 8192
export const MAX_HEADER_BYTES = 4 * MAX_LINE_BYTES

/** nginx's request headers that may come once only. */
const UNIQUE = new Set([
  ...['authorization', 'content-length', 'content-range', 'expect', 'host', 'if-match', 'if-modified-since'],
  ...['if-none-match', 'if-range', 'if-unmodified-since', 'range', 'transfer-encoding'],
])

/** The status nginx answers such a request with, or undefined when it lets it pass. */
export function refusedStatus(req: IncomingMessage, exchange: Exchange): number | undefined {
  const requestLine = `${req.method} ${req.url} HTTP/${req.httpVersion}\r\n`
  if (requestLine.length > MAX_LINE_BYTES) return 414
  const seen = new Set<string>()
  for (const [name, value] of exchange.requestHeaders.lines) {
    if (name.length + value.length + 4 > MAX_LINE_BYTES) return 494
    const lower = name.toLowerCase()
    if (seen.has(lower) && UNIQUE.has(lower)) return 400
    seen.add(lower)
  }
  if (req.httpVersionMajor > 1) return 505
  if (req.httpVersionMajor < 1) return 400
  if (exchange.host === '' || hostOf(exchange.requestHeaders.first('host') ?? exchange.host) === undefined) return 400
  if (exchange.method === 'TRACE' || exchange.method === 'CONNECT') return 405
  if (!exchange.target.startsWith('/') || isRefusedPath(exchange.rawPath)) return 400
  const coding = req.headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return 501
  if (coding !== undefined && req.httpVersion === '1.0') return 400
  return undefined
}
