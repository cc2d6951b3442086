// One request on its way through the gateway: what came in, what plugins changed, what was decided.
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { HeaderList } from './header-list.ts'
import type { RouteMatch } from './router.ts'
import { hostOf, normalizePath, splitTarget } from './uri.ts'

/** What is sent in place of a backend's answer. */
export interface GatewayAnswer {
  readonly status: number
  /** undefined: whatever nginx says for the status. */
  readonly body: string | undefined
}

export interface Exchange {
  readonly requestId: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly method: string
  readonly httpVersion: string
  /** As the client sent it: in absolute form it still names a host. */
  readonly requestTarget: string
  /** nginx's `request_uri`. */
  readonly target: string
  readonly rawPath: string
  /** Normalised: what routes match and `kong.request.get_path` shows. */
  readonly path: string
  readonly query: string | undefined
  /** Lower case, without a port; empty where it is no host. */
  readonly host: string
  readonly scheme: 'http'
  readonly client: { readonly address: string; readonly port: number }
  readonly serverPort: number
  /** As plugins see and change them. */
  readonly requestHeaders: HeaderList
  /** Headers of the response that plugins have set so far. */
  readonly responseHeaders: HeaderList
  /** `kong.ctx.shared`. */
  readonly shared: Map<unknown, unknown>
  match: RouteMatch | undefined
  /** Host and path for the backend where a plugin has changed them. */
  readonly upstream: { host?: string; path?: string }
  /** `kong.client.authenticate`. */
  identity: { consumer?: unknown; credential?: unknown }
  /** The Connection header as it was before access plugins ran: Kong keeps it from then on. */
  connection: string | undefined
  /** Set by `kong.response.exit` and its like: the backend is not asked. */
  answer: GatewayAnswer | undefined
  /** The status line that goes back, once it is known. */
  status: number
}

/** nginx refuses nothing for odd header names, it drops them: letters, digits, `-` and `_` are kept. */
const KEPT_NAME = /^[\w-]+$/

/** The absolute form of a request target carries its own host (RFC 9112 §3.2.2). */
function splitAbsolute(url: string, host: string): { target: string; host: string } {
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url)
  if (absolute === null) return { target: url, host }
  const rest = absolute[2] ?? ''
  return { target: rest.startsWith('/') ? rest : `/${rest}`, host: absolute[1] ?? host }
}

/** Reads node's request into an exchange. */
export function createExchange(req: IncomingMessage): Exchange {
  const requestHeaders = new HeaderList(
    HeaderList.fromRaw(req.rawHeaders).lines.filter(([name]) => KEPT_NAME.test(name)),
  )
  // Kong's server_name: what nginx takes a request without Host for, which HTTP/1.0 allows.
  const { target, host } = splitAbsolute(req.url ?? '/', requestHeaders.first('host') ?? 'kong')
  const { path: rawPath, query } = splitTarget(target)
  return {
    requestId: randomBytes(16).toString('hex'),
    startedAt: Date.now(),
    method: req.method ?? 'GET',
    httpVersion: req.httpVersion,
    requestTarget: req.url ?? '/',
    target,
    rawPath,
    path: normalizePath(rawPath),
    query,
    host: hostOf(host) ?? '',
    scheme: 'http',
    client: {
      address: (req.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''),
      port: req.socket.remotePort ?? 0,
    },
    serverPort: req.socket.localPort ?? 0,
    requestHeaders,
    responseHeaders: new HeaderList(),
    shared: new Map(),
    match: undefined,
    upstream: {},
    identity: {},
    connection: undefined,
    answer: undefined,
    status: 0,
  }
}
