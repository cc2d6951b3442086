// kong-pdk's server with our plugins in it, and without the traps it has of its own.
import { randomInt } from 'node:crypto'
import type { Logger } from 'pino'
import type { Kong } from '../pdk/kong.ts'
import { type KongPdkServer, loadKongPdk, type PluginModule } from '../pdk/kong-pdk.ts'
import { type Decide, type Plugin, VERSION } from '../plugins.ts'
import type { Services } from '../services.ts'
import { handleAccess, type ShellOptions } from '../shell.ts'
import { createTroubleLog } from '../trouble-log.ts'

/** Ids travel as int32: this leaves room for a thousand million instances. */
const HIGHEST_FIRST_INSTANCE_ID = 2 ** 30

/** Creates the server with the given plugins; nothing listens yet. */
export function createKongServer(plugins: readonly Plugin[], services: Services): KongPdkServer {
  const { Server, Module } = loadKongPdk()
  const server = new Server(undefined, asKongPdkLogger(services.log))
  server.close()
  // Kong's workers keep the ids of a server that died. Starting at 0 again, another route's config could answer to them.
  server.instanceID = randomInt(1, HIGHEST_FIRST_INSTANCE_ID)
  for (const plugin of plugins) {
    const module = new Module(plugin.name, undefined, asModule(plugin, services))
    server.plugins.set(module.name, module)
  }
  return server
}

function asModule(plugin: Plugin, services: Services): PluginModule {
  const { log, clock, deadlineMs, decisions } = services
  return {
    Name: plugin.name,
    Version: VERSION,
    Priority: plugin.priority,
    Schema: plugin.schema.fields ?? [],
    // Phases must be methods of the prototype: kong-pdk does not see class fields.
    Plugin: class {
      readonly #decide: Decide
      readonly #options: ShellOptions

      constructor(config: unknown) {
        this.#decide = plugin.prepare(config, services)
        const meter = decisions.meter(plugin.name, policyOf(config))
        const trouble = createTroubleLog(log, clock)
        this.#options = { plugin: plugin.name, log, trouble, deadlineMs, meter }
      }

      access(kong: Kong): Promise<void> {
        return handleAccess(kong, this.#decide, this.#options)
      }
    },
  }
}

/** Plugins without one, which decide nothing, count as one policy. */
function policyOf(config: unknown): string {
  const policy: unknown = Object(config).policy
  return typeof policy === 'string' ? policy : ''
}

function asKongPdkLogger(log: Logger) {
  return {
    debug() {}, // would name instances at every event
    info: (text: string) => log.debug(text),
    warn: (text: string) => log.warn(text),
    error: (text: string) => log.error(text),
  }
}
