// kong-pdk's server with our plugins in it, and without the traps it has of its own.
import { randomInt } from 'node:crypto'
import type { Logger } from 'pino'
import { type Plugin, VERSION } from '../plugins.ts'
import type { Kong } from '../protocol/kong.ts'
import type { Services } from '../services.ts'
import type { Configuration } from './configuration.ts'
import type { Conversation } from './conversation.ts'
import { type Instance, Instances } from './instances.ts'
import { type KongPdkServer, loadKongPdk, type PluginModule } from './kong-pdk.ts'

/** Ids travel as int32: this leaves room for a thousand million instances. */
const HIGHEST_FIRST_INSTANCE_ID = 2 ** 30
const SWEEP_EVERY_MILLIS = 30_000

/** What connections from Kong are served with. */
export interface KongServer {
  /** Names of the plugins. */
  readonly plugins: readonly string[]
  readonly instances: Instances
  /** The events that run at present. */
  readonly events: Set<Conversation>
}

/** Creates the server with the given plugins; nothing listens yet. */
export function createKongServer(plugins: readonly Plugin[], services: Services): KongServer {
  const { Server, Module } = loadKongPdk<Instance>()
  const server: KongPdkServer<Instance> = new Server(undefined, asKongPdkLogger(services.log))
  server.close() // its own expiry, every 60 ms
  // Kong's workers keep the ids of a server that died. Starting at 0 again, another route's config could answer to them.
  server.instanceID = randomInt(1, HIGHEST_FIRST_INSTANCE_ID)
  const instances = new Instances(server, services)
  for (const plugin of plugins) {
    const module = new Module(plugin.name, undefined, asModule(plugin, instances))
    server.plugins.set(module.name, module)
  }
  setInterval(() => instances.sweep(), SWEEP_EVERY_MILLIS).unref()
  return { plugins: [...server.plugins.keys()], instances, events: new Set() }
}

function asModule(plugin: Plugin, instances: Instances): PluginModule<Instance> {
  return {
    Name: plugin.name,
    Version: VERSION,
    Priority: plugin.priority,
    Schema: plugin.schema.fields ?? [],
    // Phases must be methods of the prototype: kong-pdk does not see class fields.
    Plugin: class {
      readonly configuration: Configuration

      constructor(config: unknown) {
        this.configuration = instances.prepare(plugin, config)
      }

      access(kong: Kong): Promise<void> {
        return this.configuration.access(kong)
      }
    },
  }
}

function asKongPdkLogger(log: Logger) {
  return {
    debug() {}, // would name instances at every event
    info: (text: string) => log.debug(text),
    warn: (text: string) => log.warn(text),
    error: (text: string) => log.error(text),
  }
}
