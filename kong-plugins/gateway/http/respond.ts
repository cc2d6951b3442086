// Writes what the gateway answers itself, and the head of what a backend answers.
import type { ServerResponse } from 'node:http'
import { bodyOf } from './answer.ts'
import type { HeaderFilter } from './decision.ts'
import type { Exchange } from './exchange.ts'
import { setResponseHeader } from './response-headers.ts'
import { SERVER_NAME } from './upstream-headers.ts'

/** Sends the exchange's answer. The body of a request that was not read is dropped. */
export function sendAnswer(exchange: Exchange, res: ServerResponse, headerFilter: HeaderFilter | undefined): void {
  if (exchange.answer === undefined) throw new Error('there is no answer to send')
  exchange.status = exchange.answer.status
  // Lua in header_filter that fails replaces the answer by a 500, so the answer is read after it has run.
  const before = bodyOf(exchange, exchange.answer)
  const given = exchange.answer
  headerFilter?.(exchange)
  const answer = exchange.answer
  const body = answer === given ? before : bodyOf(exchange, answer)
  const { responseHeaders: headers } = exchange
  setResponseHeader(headers, 'Server', [SERVER_NAME])
  if (!headers.has('content-length') && answer.status >= 200 && answer.status !== 204 && answer.status !== 304) {
    headers.set('Content-Length', String(Buffer.byteLength(body, 'latin1')))
  }
  headers.set('X-Kong-Response-Latency', String(Date.now() - exchange.startedAt))
  headers.set('X-Kong-Request-Id', exchange.requestId)
  // A client that waits for 100 Continue may or may not send its body now: only a new connection is certain.
  if (exchange.requestHeaders.has('expect')) headers.set('Connection', 'close')
  // node closes a connection by itself only where it has written the Connection header.
  const { socket } = res
  if (!res.shouldKeepAlive && headers.has('connection')) res.once('finish', () => socket?.end())
  res.writeHead(exchange.status === given.status ? answer.status : exchange.status, headers.toRaw())
  res.end(body, 'latin1')
}

/** Node writes a head as latin1 when bytes follow it; with `flushHeaders` as UTF-8, every byte from 0x80 on as two. */
const noBytes = Buffer.alloc(0)

/** Sends the head of a backend's answer; without a reason, the usual one of its status. */
export function sendUpstreamHead(
  exchange: Exchange,
  res: ServerResponse,
  reason: string | undefined,
  waitedMillis: number,
): void {
  const { responseHeaders: headers } = exchange
  headers.set('X-Kong-Upstream-Latency', String(waitedMillis))
  headers.set('X-Kong-Proxy-Latency', String(Math.max(0, Date.now() - exchange.startedAt - waitedMillis)))
  headers.add('Via', `1.1 ${SERVER_NAME}`)
  headers.set('X-Kong-Request-Id', exchange.requestId)
  if (reason === undefined) res.writeHead(exchange.status, headers.toRaw())
  else res.writeHead(exchange.status, reason, headers.toRaw())
  // The client learns of the answer now, even if its first byte takes a while: server-sent events.
  res.write(noBytes)
}
