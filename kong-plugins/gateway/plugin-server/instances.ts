// Which instance of a plugin serves which config: started on first use, started again when the server lost it.
import { stableId } from '../config/stable-id.ts'
import type { ExternalPlugin } from '../config/types.ts'
import type { PluginClient } from './client.ts'
import { RpcError, RpcRefusal } from './connection.ts'

/** The instance could not be started. */
export class StartError extends Error {}

/** Kong's workspaces have ids; here there is one. */
const workspaceId = stableId('workspace', 'default')

/** The `Config` of StartInstance: the plugin's config and the keys that Kong adds (Kong 3.9: runloop/plugins_iterator.lua). */
function configFor(plugin: ExternalPlugin, sequence: number): string {
  const { routeId, serviceId } = plugin.scope
  return JSON.stringify({
    ...plugin.config,
    __plugin_id: plugin.id,
    __seq__: sequence,
    __key__: `plugins:${plugin.name}:${routeId ?? ''}:${serviceId ?? ''}:::${workspaceId}`,
    __ws_id: workspaceId,
    ...(routeId === undefined ? {} : { route_id: routeId }),
    ...(serviceId === undefined ? {} : { service_id: serviceId }),
  })
}

/** The running instances of one set of configs. */
export class PluginInstances {
  readonly #client: PluginClient
  readonly #sequence: number
  readonly #running = new Map<string, { name: string; id: Promise<number> }>()

  /** @param sequence Kong's `__seq__`: another number for each time that the configuration was read */
  constructor(client: PluginClient, sequence: number) {
    this.#client = client
    this.#sequence = sequence
  }

  /** The id of the plugin's instance, started if need be. @throws {StartError} */
  async instanceId(plugin: ExternalPlugin): Promise<number> {
    const known = this.#running.get(plugin.id)
    if (known !== undefined) return known.id
    const entry = { name: plugin.name, id: this.#start(plugin) }
    this.#running.set(plugin.id, entry)
    try {
      return await entry.id
    } catch (error) {
      if (this.#running.get(plugin.id) === entry) this.#running.delete(plugin.id)
      throw error
    }
  }

  async #start(plugin: ExternalPlugin): Promise<number> {
    const command = { cmd_start_instance: { name: plugin.name, config: configFor(plugin, this.#sequence) } }
    const started = await this.#client.call(command).catch((error: unknown) => {
      throw error instanceof Error ? new StartError(error.message, { cause: error }) : error
    })
    const id = started.instance_status?.instance_id
    if (id === undefined) throw new StartError('the plugin server named no instance')
    return id
  }

  /**
   * Starts the instances of all plugins, so that the first request need not wait, and a config that its plugin does
   * not accept shows before it is in force.
   * @throws {StartError} for such a config; a plugin server that is not there is waited for by the requests
   */
  async startAll(plugins: readonly ExternalPlugin[]): Promise<void> {
    for (const started of await Promise.allSettled(plugins.map((plugin) => this.instanceId(plugin)))) {
      if (started.status === 'fulfilled') continue
      const cause: unknown = started.reason instanceof StartError ? started.reason.cause : started.reason
      if (cause instanceof RpcRefusal || !(cause instanceof RpcError)) throw started.reason
    }
  }

  /** Forgets every instance of a plugin by that name (Kong: "closed" resets them all). */
  reset(name: string): void {
    for (const [key, entry] of this.#running) if (entry.name === name) this.#running.delete(key)
  }

  /** Tells the plugin server that the instances are no longer used. */
  async close(): Promise<void> {
    const ids = [...this.#running.values()].map((entry) => entry.id)
    this.#running.clear()
    for (const id of await Promise.allSettled(ids)) {
      if (id.status === 'fulfilled') {
        await this.#client.call({ cmd_close_instance: { instance_id: id.value } }).catch(() => undefined)
      }
    }
  }
}
