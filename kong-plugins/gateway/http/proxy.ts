// Hands a request to the backend and its answer to the client, both as streams.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Service } from '../config/types.ts'
import { errorAnswer } from './answer.ts'
import { readHead } from './answer-head.ts'
import { sendRequestBody, sendResponseBody } from './body-streams.ts'
import type { HeaderFilter } from './decision.ts'
import type { Exchange } from './exchange.ts'
import { sendAnswer, sendUpstreamHead } from './respond.ts'
import { openUpstream, toUpstreamError, UpstreamError, type UpstreamPool } from './upstream.ts'
import { addUpstreamHeaders, type BodyFraming } from './upstream-headers.ts'
import { Watchdog } from './watchdog.ts'

/** What a request needs on its way to a backend. */
export interface ProxyContext {
  readonly exchange: Exchange
  readonly service: Service
  readonly headerFilter: HeaderFilter
  readonly pool: UpstreamPool
  readonly log: (level: string, message: string, exchange: Exchange) => void
}

/** How the client framed its body. */
export function framingOf(req: IncomingMessage): BodyFraming {
  if (req.headers['transfer-encoding'] !== undefined) return 'chunked'
  const length = req.headers['content-length']
  return length === undefined ? 'none' : { length }
}

/** Answers that have no body, whatever their headers say (RFC 9110 §6.4.1). */
const BODILESS = new Set([204, 304])

function fail(context: ProxyContext, res: ServerResponse, error: UpstreamError): void {
  const { exchange, log } = context
  log('err', `${error.message} while proxying to ${context.service.host}:${context.service.port}`, exchange)
  if (res.headersSent || res.destroyed) {
    res.destroy()
    return
  }
  exchange.answer = errorAnswer(exchange, error.status, error.publicMessage)
  try {
    sendAnswer(exchange, res, context.headerFilter)
  } catch (error) {
    // This runs in events of the connection, where nobody else would catch it.
    log('crit', asError(error).message, exchange)
    res.destroy()
  }
}

/** Takes over when the backend agrees to switch protocols. */
export type SwitchProtocols = (answer: IncomingMessage, backend: Duplex, head: Buffer) => void

/** Proxies one request. Resolves when the answer has been sent, or the client has gone. */
export async function proxy(
  context: ProxyContext,
  req: IncomingMessage,
  res: ServerResponse,
  switchProtocols?: SwitchProtocols,
): Promise<void> {
  const { exchange, service, headerFilter } = context
  const opened = await openUpstream(context.pool, exchange, service, framingOf(req)).catch(toUpstreamError)
  if (opened instanceof UpstreamError) return fail(context, res, opened)
  if (res.destroyed) {
    opened.destroy()
    return
  }
  const done = new Promise<void>((resolve) => res.once('close', resolve))
  const sentAt = Date.now()
  const silent = new Watchdog(service.readTimeout, () => {
    opened.destroy(new UpstreamError(`the backend did not answer within ${service.readTimeout} ms`, 504))
  })
  const failed = (error: Error): void => {
    silent.disarm()
    if (!res.writableEnded) fail(context, res, toUpstreamError(error))
  }
  let switched = false
  opened.once('error', failed)
  opened.once('upgrade', (answer, socket, head) => {
    silent.disarm()
    if (switchProtocols === undefined) return void socket.destroy()
    switched = true
    try {
      switchProtocols(answer, socket, head)
    } catch (error) {
      socket.destroy()
      failed(asError(error))
    }
  })
  opened.once('close', () => {
    silent.disarm()
    if (!res.headersSent && !switched)
      failed(new UpstreamError('the backend closed the connection without an answer', 502))
  })
  const respond = (answer: IncomingMessage): void => {
    const { status, reason } = readHead(answer)
    exchange.status = status
    addUpstreamHeaders(exchange, answer.rawHeaders)
    headerFilter(exchange)
    if (exchange.answer !== undefined) {
      opened.destroy()
      sendAnswer(exchange, res, undefined)
      return
    }
    sendUpstreamHead(exchange, res, exchange.status === status ? reason : undefined, Date.now() - sentAt)
    if (exchange.method !== 'HEAD' && !BODILESS.has(exchange.status)) {
      sendResponseBody(answer, res, service, failed)
      return
    }
    // Whatever the backend sends behind its head, the client has its answer.
    res.end()
    answer.on('error', () => undefined).resume()
  }
  opened.once('response', (answer) => {
    silent.disarm()
    try {
      respond(answer)
    } catch (error) {
      // What cannot be passed on is the backend's fault; thrown from an event, it would end the process.
      opened.destroy()
      failed(asError(error))
    }
  })
  res.once('close', () => opened.destroy())
  if (exchange.requestHeaders.first('expect')?.toLowerCase() === '100-continue') res.writeContinue()
  const sent = (): void => {
    if (!res.headersSent) silent.arm()
  }
  if (switchProtocols === undefined) sendRequestBody(req, opened, service, sent)
  else opened.end(sent)
  await done
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
