// The embedded gateway: kong.yml, Kong's plugin protocol and a reverse proxy, for machines without Kong.

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { LISTEN_BACKLOG } from '@mobile-api-gateway/sdk/network.ts'
import { readTextFile } from '@mobile-api-gateway/sdk/text-file.ts'
import { type Logger, pino } from 'pino'
import { parseKongConfig } from '../config/kong-config.ts'
import type { PluginInfo } from '../config/model/plugin-info.ts'
import { createListener } from '../http/listener.ts'
import { UpstreamPool } from '../http/upstream.ts'
import { refuseMissingCalls } from '../lua/support.ts'
import type { PdkSettings } from '../pdk/function.ts'
import { PluginClient } from '../plugin-server/client.ts'
import { describePlugins } from '../plugin-server/info.ts'
import { ConfigHolder } from './config-holder.ts'
import { loadConfig } from './loaded-config.ts'
import { linesOf } from './log-lines.ts'
import { followConfig, reportLimits } from './reload.ts'

export interface GatewayOptions {
  /** Path of the kong.yml. */
  readonly config: string
  readonly host?: string
  /** 0: any free port. */
  readonly port: number
  /** The plugin server's unix socket. */
  readonly socketPath: string
  readonly logger?: Logger
  /** Lines of the log name the trace of their request, as the plugin server tells the backend of it [false]. */
  readonly namesTraces?: boolean
  /** How long to wait for the plugin server: Kong's `lua_socket_read_timeout`, milliseconds [3000]. */
  readonly pluginReadTimeoutMillis?: number
  /** Kong's `lua_max_req_headers` [100]. */
  readonly maxHeaders?: number
  /** What whoever opens `/` is told, where no route leads; Kong has one sentence for all addresses. */
  readonly about?: string | undefined
  /** The plugins that the plugin server has; asked of its program when absent. */
  readonly plugins?: readonly PluginInfo[]
  /** Takes edits of the kong.yml as soon as they are saved [false]. */
  readonly watch?: boolean
}

export interface EmbeddedGateway {
  readonly url: string
  readonly port: number
  /** Stops listening, lets running requests end (two seconds at most) and frees everything. */
  readonly close: () => Promise<void>
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen({ port, host, backlog: LISTEN_BACKLOG })
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
const GRACE_MILLIS = 2000

async function stop(server: Server, tunnels: ReadonlySet<Duplex>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of tunnels) socket.destroy()
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MILLIS)
  server.closeIdleConnections()
  await closed
  clearTimeout(timer)
}

/** Starts the gateway. @throws {KongFileError} or {UnreadableFile} for a kong.yml that cannot be used, Error for a port in use */
export async function startGateway(options: GatewayOptions): Promise<EmbeddedGateway> {
  const { host = '127.0.0.1', pluginReadTimeoutMillis = 3000, maxHeaders = 100, about } = options
  const logger = options.logger ?? pino({ name: 'gateway' })
  const log = linesOf(logger, options.namesTraces === true)
  const settings: PdkSettings = { maxHeaders, log, about }
  const plugins = options.plugins ?? (await describePlugins())
  const text = await readTextFile(options.config)
  const config = refuseMissingCalls(parseKongConfig(text, plugins, options.config))
  reportLimits(config, options.config, logger)

  const client = new PluginClient(options.socketPath, pluginReadTimeoutMillis)
  const pool = new UpstreamPool()
  const holder = new ConfigHolder(await loadConfig(config, client, settings))
  const server = createListener({ acquire: () => holder.acquire(), pool, log })
  const following = options.watch
    ? followConfig({ file: options.config, text, plugins, client, settings, holder, logger })
    : undefined
  const tunnels = new Set<Duplex>()
  server.on('upgrade', (_req, socket: Duplex) => {
    tunnels.add(socket)
    socket.once('close', () => tunnels.delete(socket))
  })
  const free = async (): Promise<void> => {
    pool.destroy()
    await following?.close()
    await holder.close()
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
