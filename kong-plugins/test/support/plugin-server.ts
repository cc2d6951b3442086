// A plugin server on a socket of its own, in this process, with clocks and fetches that the test may replace.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { pino } from 'pino'
import { logOptions } from '../../src/log-options.ts'
import { PLUGINS, type Plugin } from '../../src/plugins.ts'
import type { Instances } from '../../src/server/instances.ts'
import { createKongServer } from '../../src/server/kong-server.ts'
import { listen } from '../../src/server/listener.ts'
import { createServices, type Outside, type Services } from '../../src/services.ts'
import { KongClient } from './kong-client.ts'

/** The running server. */
export interface TestPluginServer {
  readonly socketPath: string
  /** Those that run. */
  readonly events: { readonly size: number }
  readonly services: Services
  readonly instances: Instances
  /** What was logged, as JSON lines, debug level included. */
  readonly logged: readonly string[]
  /** A new connection, closed with the test. */
  connect(): KongClient
  /** Breaks all of them off, as a dying Kong does. */
  closeClients(): void
  /** Resolves when another server has taken its place. */
  readonly replaced: Promise<void>
  /** Ends the server before the test ends. */
  stop(): Promise<void>
}

/** Starts it for one test; it ends with the test. */
export async function startPluginServer(
  t: { teardown(ended: () => unknown): void },
  outside: Outside = {},
  plugins: readonly Plugin[] = PLUGINS,
  takesOver?: string,
): Promise<TestPluginServer> {
  const folder = await mkdtemp(join(tmpdir(), 'plugins-'))
  const socketPath = takesOver ?? join(folder, 's.sock')
  const logged: string[] = []
  const options = logOptions('debug', currentTracing() !== undefined)
  const log = pino(options, { write: (line) => logged.push(line) })
  const services = createServices(log, outside)
  const server = createKongServer(plugins, services)
  const listener = await listen(socketPath, server, services)
  const clients: KongClient[] = []
  const closeClients = (): void => {
    for (const client of clients) client.close()
  }
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= listener.close()
    return stopped
  }
  t.teardown(async () => {
    closeClients()
    await stop()
    services.keySources.close()
    services.redis.close()
    services.standings.close()
    await rm(folder, { recursive: true })
  })
  return {
    socketPath,
    events: server.events,
    services,
    instances: server.instances,
    logged,
    closeClients,
    replaced: listener.replaced,
    stop,
    connect() {
      const client = new KongClient(socketPath)
      clients.push(client)
      return client
    },
  }
}
