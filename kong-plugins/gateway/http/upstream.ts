// Opens a request to a backend: pooled connections, connect timeout, retries while nothing has been sent.

import http, { type ClientRequest } from 'node:http'
import https from 'node:https'
import { withoutBrackets } from '@mobile-api-gateway/sdk/network.ts'
import type { Service } from '../config/types.ts'
import type { Exchange } from './exchange.ts'
import { type BodyFraming, requestHeadersFor } from './upstream-headers.ts'
import { escapePath } from './uri.ts'

/** The backend could not be used; the status is what Kong answers then. */
export class UpstreamError extends Error {
  readonly status: 502 | 503 | 504
  /** Kong's own words where they differ from those for the status. */
  readonly publicMessage: string | undefined

  constructor(message: string, status: 502 | 503 | 504, publicMessage?: string) {
    super(message)
    this.status = status
    this.publicMessage = publicMessage
  }
}

/** Keep-alive pools, shared by all backends. */
export class UpstreamPool {
  readonly http = new http.Agent({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: 60 })
  readonly #verifying = new https.Agent({ keepAlive: true })
  // Kong: nginx does not verify a backend's certificate unless the service says tls_verify.
  readonly #trusting = new https.Agent({ keepAlive: true, rejectUnauthorized: false })

  tls(verify: boolean): https.Agent {
    return verify ? this.#verifying : this.#trusting
  }

  destroy(): void {
    for (const agent of [this.http, this.#verifying, this.#trusting]) agent.destroy()
  }
}

/** The request line's target for the backend. */
function targetFor(exchange: Exchange): string {
  const path = exchange.upstream.path ?? exchange.match?.upstreamPath ?? exchange.path
  return exchange.query === undefined ? escapePath(path) : `${escapePath(path)}?${exchange.query}`
}

/** What an error of the connection means to the client. */
export function toUpstreamError(error: Error): UpstreamError {
  if (error instanceof UpstreamError) return error
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new UpstreamError(error.message, 503, 'name resolution failed')
  return new UpstreamError(`${code} ${error.message}`.trim(), 502)
}

function start(pool: UpstreamPool, exchange: Exchange, service: Service, framing: BodyFraming): ClientRequest {
  const secure = service.protocol === 'https'
  const options = {
    method: exchange.method,
    host: withoutBrackets(service.host),
    port: service.port,
    path: targetFor(exchange),
    headers: requestHeadersFor(exchange, service, framing).toRaw(),
    setHost: false,
    maxHeaderSize: 65_536,
    agent: secure ? pool.tls(service.tlsVerify) : pool.http,
  }
  return secure ? https.request(options) : http.request(options)
}

/** One attempt: resolves with a connected request whose head is on its way. */
function attempt(
  pool: UpstreamPool,
  exchange: Exchange,
  service: Service,
  framing: BodyFraming,
): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const request = start(pool, exchange, service, framing)
    const timer = setTimeout(() => {
      request.destroy(new UpstreamError(`connect took over ${service.connectTimeout} ms`, 504))
    }, service.connectTimeout)
    const connected = (): void => {
      clearTimeout(timer)
      request.off('error', failed)
      // From here on the caller listens; until it does, an error must not go unhandled.
      request.on('error', () => undefined)
      resolve(request)
    }
    const failed = (error: Error): void => {
      clearTimeout(timer)
      reject(toUpstreamError(error))
    }
    request.once('error', failed)
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once(service.protocol === 'https' ? 'secureConnect' : 'connect', connected)
      else connected()
    })
    // Not `flushHeaders`, which writes the head as UTF-8: header bytes would change on the way.
    request.write(Buffer.alloc(0))
  })
}

/**
 * Connects to the service of the matched route, trying again as often as the service's `retries` say. Only connecting
 * is repeated: nothing has been sent then, so no request runs twice.
 */
export async function openUpstream(
  pool: UpstreamPool,
  exchange: Exchange,
  service: Service,
  framing: BodyFraming,
): Promise<ClientRequest> {
  for (let retries = service.retries; ; retries -= 1) {
    try {
      return await attempt(pool, exchange, service, framing)
    } catch (error) {
      if (retries <= 0 || !(error instanceof UpstreamError) || error.status === 503) throw error
    }
  }
}
