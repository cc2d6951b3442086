// The instances that Kong has started: Kong closes none of dead workers and old configurations, so they end by disuse.
import type { Clock } from '../clock.ts'
import type { Plugin } from '../plugins.ts'
import type { Services } from '../services.ts'
import { Configuration, entryOf, keyOf, type Succession } from './configuration.ts'
import type { KongPdkServer } from './kong-pdk.ts'

/** Unused for this long, in milliseconds, an instance ends when its configuration is replaced or has a younger instance. */
const SPARE_FOR_MILLIS = 10 * 60_000
/** …and this long when it is the last of its configuration: a quiet night must not cost the keys of the day. */
const LAST_FOR_MILLIS = 12 * 3_600_000
/** How long a configuration without instances is kept for those that still run: longer than a handler's deadline. */
const EMPTY_FOR_MILLIS = 5000
/** More than this, of one configuration or of one entry of kong.yml, end at once: those unused for longest. */
const MAX_INSTANCES = 1000
const MAX_CONFIGURATIONS = 8

/** The class that kong-pdk makes instances of. */
export interface Instance {
  readonly configuration: Configuration
  access: Configuration['access']
}

/** What another process needs to go on in the place of this one. The text may hold secrets. */
export interface InstanceRecord {
  readonly plugin: string
  readonly text: string
  readonly ids: readonly number[]
}

/** The table. Ids that were ended are unknown from then on, on which Kong starts an instance anew. */
export class Instances {
  readonly #server: KongPdkServer<Instance>
  readonly #services: Services
  readonly #clock: Clock
  readonly #configurations = new Map<string, Configuration>()
  readonly #successions = new Map<string, Succession>()

  constructor(server: KongPdkServer<Instance>, services: Services) {
    this.#server = server
    this.#services = services
    this.#clock = services.clock
  }

  get size(): number {
    return this.#server.instances.size
  }

  /** Configurations that are kept. */
  get configurations(): number {
    return this.#configurations.size
  }

  /**
   * Starts one of a plugin.
   * @param text the configuration, as JSON
   * @returns its id
   * @throws {Error} that says why not, without anything from the configuration but its field names
   */
  async start(plugin: string, text: string): Promise<number> {
    requireJson(text)
    const { Id } = await this.#server.StartInstance({ Name: plugin, Config: text })
    const instance = this.#server.instances.get(Id)
    if (instance === undefined) throw new Error('the instance did not start')
    instance.config = undefined // 12 KB each, and the same again and again
    instance.cls.configuration.touch(Id)
    this.#trim(instance.cls.configuration)
    return Id
  }

  /** Takes over those of another process under their ids; a configuration that this release refuses is left out. */
  async adopt({ plugin, text, ids }: InstanceRecord): Promise<void> {
    const next = this.#server.instanceID
    for (const id of ids) {
      if (this.#server.instances.has(id)) continue
      this.#server.instanceID = id
      await this.start(plugin, text)
    }
    this.#server.instanceID = Math.max(next, this.#server.instanceID)
  }

  /** Ids from here on are not given yet. */
  get nextId(): number {
    return this.#server.instanceID
  }

  set nextId(id: number) {
    this.#server.instanceID = id
  }

  /** @throws {Error} when there is none by that id */
  async close(id: number): Promise<void> {
    const configuration = this.#server.instances.get(id)?.cls.configuration
    await this.#server.CloseInstance(id)
    configuration?.instances.delete(id)
  }

  /** The instance of an id, to be used now. */
  use(id: number): ReturnType<KongPdkServer<Instance>['instances']['get']> {
    const instance = this.#server.instances.get(id)
    instance?.cls.configuration.touch(id)
    return instance
  }

  /** All, those used last at the end. */
  records(): InstanceRecord[] {
    const all = [...this.#configurations.values()].toSorted((a, b) => a.usedAt - b.usedAt)
    return all.map(({ plugin, text, instances }) => ({
      plugin,
      text,
      ids: [...instances.keys()],
    }))
  }

  /** The configuration of an instance that starts: one like it, or prepared now. @throws {PluginConfigError} */
  prepare(plugin: Plugin, given: unknown): Configuration {
    const key = keyOf(plugin.name, given)
    const known = this.#configurations.get(key)
    if (known) return known
    const entry = entryOf(plugin.name, given)
    const succession = this.#successions.get(entry) ?? { current: undefined, all: new Set() }
    const configuration = new Configuration(plugin, given, succession, this.#services)
    configuration.atEnd(() => {
      succession.all.delete(configuration)
      if (succession.all.size === 0) this.#successions.delete(entry)
    })
    this.#successions.set(entry, succession)
    succession.all.add(configuration)
    this.#configurations.set(key, configuration)
    return configuration
  }

  /** Ends what nobody uses any more. */
  sweep(): void {
    const now = this.#clock.monotonic()
    for (const configuration of this.#configurations.values()) {
      const { instances, usedAt, succession } = configuration
      const isReplaced = succession.current !== configuration
      for (const [id, at] of instances) {
        const isLast = at === usedAt && !isReplaced
        if (now - at >= (isLast ? LAST_FOR_MILLIS : SPARE_FOR_MILLIS)) this.#endOne(configuration, id)
      }
      if (instances.size === 0 && now - usedAt >= EMPTY_FOR_MILLIS) this.#drop(configuration)
    }
  }

  /** After a start: many at once must not wait for the next sweep. */
  #trim(configuration: Configuration): void {
    const { instances, succession } = configuration
    const [oldest] = instances.keys()
    if (instances.size > MAX_INSTANCES && oldest !== undefined) this.#endOne(configuration, oldest)
    if (succession.all.size <= MAX_CONFIGURATIONS) return
    const [unused] = [...succession.all].toSorted((a, b) => a.usedAt - b.usedAt)
    if (unused !== undefined) this.#drop(unused)
  }

  #drop(configuration: Configuration): void {
    for (const id of configuration.instances.keys()) this.#endOne(configuration, id)
    this.#configurations.delete(configuration.key)
    configuration.end()
  }

  #endOne(configuration: Configuration, id: number): void {
    configuration.instances.delete(id)
    this.#server.CloseInstance(id).catch(() => {})
  }
}

/** The error of JSON.parse quotes the text, which may hold secrets, and errors are logged. */
function requireJson(text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw new Error('Config is not JSON')
  }
}
