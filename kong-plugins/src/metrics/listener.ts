// What the plugin server tells those who watch it: GET /metrics, /health/live and /health/ready.
import { randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'

/** Where to listen. */
export interface MetricsAddress {
  readonly host: string
  readonly port: number
}

/** A listening server. */
export interface WatchListener {
  readonly url: string
  close(): Promise<void>
}

/** What it shows. */
export interface Shown {
  readonly registry: Registry
  /** What keeps this process from deciding; empty when nothing does. */
  readonly whatIsMissing: () => readonly string[]
  readonly log: Logger
}

const LOOPBACK = '127.0.0.1'

/**
 * Reads `PORT`, `HOST:PORT` or `[IPv6]:PORT`; without a host only this machine is listened to.
 * @throws {Error} when it is none of these
 */
export function readMetricsAddress(text: string): MetricsAddress {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:]+)\]:|([^:[\]\s]*):)?(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) throw new Error(`not an address to listen on (HOST:PORT): ${text}`)
  return { host: bracketed ?? (plain || LOOPBACK), port }
}

/** Listens. @throws {Error} when the address cannot be had */
export async function listenForMetrics({ host, port }: MetricsAddress, shown: Shown): Promise<WatchListener> {
  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 5000 }, (request, response) => {
    const requestId = randomBytes(12).toString('base64url')
    response.setHeader('x-request-id', requestId)
    const path = request.url?.split('?')[0] ?? ''
    const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined
    if (!page) return send(response, 404, 'not found\n')
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return send(response, 405, 'GET or HEAD\n', { allow: 'GET, HEAD' })
    page(response, shown).catch((error: unknown) => {
      shown.log.error({ requestId, err: error }, 'what is watched is not to be had')
      send(response, 500, 'not to be had\n')
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, resolve)
  })
  server.on('error', () => {})
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const PAGES: Readonly<Record<string, (response: ServerResponse, shown: Shown) => Promise<void>>> = {
  async '/metrics'(response, { registry }) {
    send(response, 200, await registry.metrics(), { 'content-type': registry.contentType })
  },
  async '/health/live'(response) {
    sendJson(response, 200, { status: 'live' })
  },
  async '/health/ready'(response, { whatIsMissing }) {
    const missing = whatIsMissing()
    if (missing.length === 0) sendJson(response, 200, { status: 'ready' })
    else sendJson(response, 503, { status: 'not ready', missing })
  },
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, `${JSON.stringify(body)}\n`, { 'content-type': 'application/json' })
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store', ...headers }).end(body)
}
