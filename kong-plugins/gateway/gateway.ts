// The embedded gateway: kong.yml, Kong's plugin protocol and a reverse proxy, for machines without Kong.
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Logger, pino } from 'pino'
import type { KongConfig } from './config-types.ts'
import type { Exchange } from './exchange.ts'
import { loadKongConfig } from './kong-config.ts'
import { createListener } from './listener.ts'
import type { PdkSettings } from './pdk.ts'
import { PluginClient } from './plugin-client.ts'
import { describePlugins } from './plugin-info.ts'
import type { PluginInfo } from './plugin-schema.ts'
import { createSite, type Site } from './site.ts'
import { UpstreamPool } from './upstream.ts'

export interface GatewayOptions {
  /** Path of the kong.yml. */
  readonly config: string
  readonly host?: string
  /** 0: any free port. */
  readonly port: number
  /** The plugin server's unix socket. */
  readonly socketPath: string
  readonly logger?: Logger
  /** How long to wait for the plugin server: Kong's `lua_socket_read_timeout`, milliseconds [3000]. */
  readonly pluginReadTimeoutMs?: number
  /** Kong's `lua_max_req_headers` [100]. */
  readonly maxHeaders?: number
  /** The plugins that the plugin server has; asked of its program when absent. */
  readonly plugins?: readonly PluginInfo[]
}

export interface Gateway {
  readonly url: string
  readonly port: number
  /** Stops listening, lets running requests end (two seconds at most) and frees everything. */
  readonly close: () => Promise<void>
}

const pinoLevels: Readonly<Record<string, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>> = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warn',
  err: 'error',
}

function logTo(logger: Logger): (level: string, message: string, exchange?: Exchange) => void {
  return (level, message, exchange) => {
    const facts =
      exchange === undefined ? {} : { requestId: exchange.requestId, method: exchange.method, path: exchange.path }
    logger[pinoLevels[level] ?? 'fatal'](facts, message)
  }
}

/** One line for each thing in kong.yml that is not reproduced here. */
function reportLimits(config: KongConfig, file: string, logger: Logger): void {
  for (const { line, text } of config.notices) logger.info(`${file}:${line}: ${text}`)
  const refused = config.refusals.map(({ remark }) => remark).sort((a, b) => a.line - b.line)
  for (const { line, text } of refused) logger.warn(`${file}:${line}: ${text}; the routes it covers answer 501`)
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    throw inUse ? new Error(`port ${port} on ${host} is in use; choose another one`, { cause: error }) : error
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** Milliseconds that running requests have when the gateway stops. */
const graceMs = 2000

async function stop(server: Server, tunnels: ReadonlySet<Duplex>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of tunnels) socket.destroy()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  server.closeIdleConnections()
  await closed
  clearTimeout(timer)
}

/** Starts the gateway. @throws ConfigError for a kong.yml that cannot be used, Error for a port in use */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { host = '127.0.0.1', pluginReadTimeoutMs = 3000, maxHeaders = 100 } = options
  const logger = options.logger ?? pino({ name: 'gateway' })
  const log = logTo(logger)
  const settings: PdkSettings = { maxHeaders, log }
  const config = await loadKongConfig(options.config, options.plugins ?? (await describePlugins()))
  reportLimits(config, options.config, logger)

  const client = new PluginClient(options.socketPath, pluginReadTimeoutMs)
  const pool = new UpstreamPool()
  const site: Site = await createSite(config, client, settings)
  const server = createListener({ site: () => site, pool, log })
  const tunnels = new Set<Duplex>()
  server.on('upgrade', (_req, socket: Duplex) => {
    tunnels.add(socket)
    socket.once('close', () => tunnels.delete(socket))
  })
  const free = async (): Promise<void> => {
    pool.destroy()
    await site.close()
    client.close()
  }
  try {
    const port = await listen(server, options.port, host)
    const shownHost = host.includes(':') ? `[${host}]` : host
    return {
      url: `http://${shownHost}:${port}`,
      port,
      close: async () => {
        await stop(server, tunnels)
        await free()
      },
    }
  } catch (error) {
    await free()
    throw error
  }
}
