// The HTTP server in front: node's strict parser with nginx's limits, one exchange per request.
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorAnswer } from './answer.ts'
import type { Decider, HeldDecider } from './decision.ts'
import { createExchange, type Exchange } from './exchange.ts'
import { type ProxyContext, proxy } from './proxy.ts'
import { MAX_HEADER_BYTES } from './request-checks.ts'
import { sendAnswer } from './respond.ts'
import { isHandshake, proxyHandshake, refuseHandshake, responseOn } from './upgrade.ts'
import type { UpstreamPool } from './upstream.ts'

/** What the listener works with. Every request asks for the decider anew, so that it can be exchanged at any time. */
export interface ListenerDeps {
  readonly acquire: () => HeldDecider
  readonly pool: UpstreamPool
  readonly log: (level: string, message: string, exchange?: Exchange) => void
}

const HEAD = 'HEAD '

/** nginx answers for a parser error, in Kong's words, and closes. @param error with what arrived last */
function answerParserError(error: Error & { code?: string; rawPacket?: Buffer }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['400 Bad Request', 'Request header or cookie too large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'Request timeout']
        : ['400 Bad Request', 'Bad request']
  const body = JSON.stringify({ message })
  const sent = error.rawPacket?.toString('latin1', 0, HEAD.length) === HEAD ? '' : body
  const head = [`HTTP/1.1 ${status}`, 'Content-Type: application/json; charset=utf-8', 'Connection: close']
  socket.end(`${[...head, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${sent}`)
}

/** Milliseconds that nginx reads on, after an answer, from a client that is still sending. */
const LINGER_MILLIS = 30_000

/** Whether nobody is left to be answered. */
function isGone(res: ServerResponse): boolean {
  return res.destroyed || res.closed
}

/** The rest of a refused request's body is dropped, but not for ever. */
function limitLingering(req: IncomingMessage, res: ServerResponse): void {
  res.once('finish', () => {
    if (req.complete) return
    const timer = setTimeout(() => req.destroy(), LINGER_MILLIS).unref()
    req.once('close', () => clearTimeout(timer))
  })
}

/** Builds the server; it does not listen yet. */
export function createListener(deps: ListenerDeps): Server {
  const server = http.createServer({
    insecureHTTPParser: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: 0, // an upload may take as long as it moves; nginx has no limit in total either
    headersTimeout: 60_000,
    keepAliveTimeout: 75_000,
    shouldUpgradeCallback: isHandshake,
  })
  // node would cut the list after 2000 headers in silence; the limit here is in bytes.
  server.maxHeadersCount = 0

  const contextFor = ({ headerFilter }: Decider, exchange: Exchange): ProxyContext | undefined => {
    const service = exchange.match?.route.service
    if (service === undefined) return undefined
    return { exchange, service, headerFilter, pool: deps.pool, log: deps.log }
  }

  const tell = (error: unknown, exchange?: Exchange): void => {
    deps.log('crit', error instanceof Error ? (error.stack ?? error.message) : String(error), exchange)
  }

  const fail = (error: unknown, exchange: Exchange, res: ServerResponse): void => {
    tell(error, exchange)
    if (res.headersSent) return void res.destroy()
    exchange.answer = errorAnswer(exchange, 500)
    sendAnswer(exchange, res, undefined)
  }

  /** Whatever is thrown past all else costs this client its connection, and nobody the gateway. */
  const settle = (serving: Promise<void>, res: Duplex | ServerResponse): void => {
    serving.catch((error: unknown) => {
      tell(error)
      res.destroy()
    })
  }

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { config, release } = deps.acquire()
    const exchange = createExchange(req)
    limitLingering(req, res)
    try {
      await config.decide(req, exchange)
      if (isGone(res)) return
      const context = contextFor(config, exchange)
      if (exchange.answer === undefined && context !== undefined) await proxy(context, req, res)
      else sendAnswer(exchange, res, config.headerFilter)
    } catch (error) {
      fail(error, exchange, res)
    } finally {
      release()
    }
  }

  const serveHandshake = async (req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const { config, release } = deps.acquire()
    const exchange = createExchange(req)
    const res = responseOn(req, socket)
    try {
      await config.decide(req, exchange)
      if (isGone(res)) return
      const context = contextFor(config, exchange)
      if (exchange.answer === undefined && context !== undefined) await proxyHandshake(context, req, res, socket, head)
      else refuseHandshake(exchange, res, config.headerFilter)
    } catch (error) {
      fail(error, exchange, res)
    } finally {
      release()
    }
  }

  server.on('request', (req, res) => settle(serve(req, res), res))
  // With this listener node leaves `100 Continue` to us: it goes out when the body is wanted.
  server.on('checkContinue', (req, res) => settle(serve(req, res), res))
  server.on('checkExpectation', (req, res) => settle(serve(req, res), res))
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy())
    settle(serveHandshake(req, socket, head), socket)
  })
  server.on('connect', (_req, socket) => {
    socket.on('error', () => socket.destroy())
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  server.on('clientError', answerParserError)
  return server
}
