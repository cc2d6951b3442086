// WebSocket handshakes: the same checks and plugins as any request, then a tunnel.
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { tunnel } from './body-streams.ts'
import type { HeaderFilter } from './decision.ts'
import type { Exchange } from './exchange.ts'
import { type ProxyContext, proxy } from './proxy.ts'
import { sendAnswer } from './respond.ts'
import { addUpstreamHeaders } from './upstream-headers.ts'

/** Whether node should hand the connection over: a WebSocket handshake without a body. Others are plain requests. */
export function isHandshake(req: IncomingMessage): boolean {
  const { upgrade, 'content-length': length, 'transfer-encoding': coding } = req.headers
  return upgrade?.toLowerCase() === 'websocket' && length === undefined && coding === undefined
}

/** A response that writes to the connection of a handshake and closes it afterwards. */
export function responseOn(req: IncomingMessage, socket: Duplex & { setTimeout?: unknown }): ServerResponse {
  const res = new ServerResponse(req)
  res.shouldKeepAlive = false
  res.assignSocket(Object(socket))
  res.once('finish', () => socket.end())
  socket.once('close', () => res.destroy())
  return res
}

/** Answers a refused handshake. */
export function refuseHandshake(exchange: Exchange, res: ServerResponse, headerFilter: HeaderFilter): void {
  exchange.responseHeaders.set('Connection', 'close')
  sendAnswer(exchange, res, headerFilter)
}

/** Proxies a handshake; when the backend agrees, bytes flow both ways until one side ends. */
export async function proxyHandshake(
  context: ProxyContext,
  req: IncomingMessage,
  res: ServerResponse,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  const { exchange, headerFilter, service } = context
  await proxy(context, req, res, (answer, backend, backendHead) => {
    exchange.status = answer.statusCode ?? 101
    addUpstreamHeaders(exchange, answer.rawHeaders)
    exchange.responseHeaders.set('Connection', 'upgrade')
    headerFilter(exchange)
    const lines = exchange.responseHeaders.lines.map(([name, value]) => `${name}: ${value}`)
    const status = `HTTP/1.1 ${exchange.status} ${answer.statusMessage ?? ''}`
    client.write(`${[status, ...lines].join('\r\n')}\r\n\r\n`, 'latin1')
    if (head.length > 0) backend.write(head)
    if (backendHead.length > 0) client.write(backendHead)
    tunnel(client, backend, service.readTimeout)
  })
}
