// GET /metrics, on an address of its own: what the server does is nobody's business who can reach its public port.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import { collectDefaultMetrics } from 'prom-client'
import type { ListenAddress } from '../config/parse.ts'
import { newRequestId, REQUEST_ID } from '../http/request-id.ts'
import { answerUnreadable } from '../http/unreadable.ts'
import type { Db } from '../store/database.ts'
import { addGauges } from './gauges.ts'
import type { Metrics } from './metrics.ts'

const PATH = '/metrics'

export interface MetricsListener {
  readonly url: string
  close(): Promise<void>
}

/**
 * Listens, and from then on measures the process itself as well: event loop, memory, garbage collection.
 * @throws {Error} when the address cannot be had
 */
export async function listenForMetrics(
  { host, port }: ListenAddress,
  { registry }: Metrics,
  db: Db,
  log: FastifyBaseLogger,
): Promise<MetricsListener> {
  const server = createServer({ requestTimeout: 5000 }, (request, response) => {
    const reqId = newRequestId()
    const always = { 'content-type': 'text/plain', 'cache-control': 'no-store', [REQUEST_ID]: reqId }
    const send = (status: number, body: string, headers: Record<string, string> = {}) =>
      response.writeHead(status, { ...always, ...headers }).end(body)
    if (request.url?.split('?')[0] !== PATH) return send(404, 'not found\n')
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'GET or HEAD\n', { allow: 'GET, HEAD' })
    registry.metrics().then(
      (text) => send(200, text, { 'content-type': registry.contentType }),
      (error: unknown) => {
        log.error({ reqId, err: error }, 'the metrics cannot be read')
        send(500, 'the metrics cannot be read\n')
      },
    )
  })
  server.on('clientError', answerUnreadable(log))
  server.listen({ host, port })
  await once(server, 'listening')
  collectDefaultMetrics({ register: registry })
  addGauges(registry, db)
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}${PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
