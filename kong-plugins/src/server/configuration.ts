// One configuration of one plugin, prepared: for all instances that Kong's workers have started of it, now and earlier.
import { createHash } from 'node:crypto'
import type { Holder } from '../holder.ts'
import type { Decide, Plugin } from '../plugins/plugin.ts'
import type { Kong } from '../protocol/kong.ts'
import type { Services } from '../services.ts'
import { handleAccess, type ShellOptions } from '../shell.ts'
import { createTroubleLog } from '../trouble-log.ts'

/** The configurations that one entry of kong.yml has had, one after the other. */
export interface Succession {
  /** The one started or used last: during a reload workers of both kinds run side by side. */
  current: Configuration | undefined
  readonly all: Set<Configuration>
}

/** Unused for this long, in milliseconds, a configuration keeps nobody from being ready: it may have been removed. */
const WAITED_FOR_MILLIS = 3_600_000

/** A prepared configuration. */
export class Configuration implements Holder {
  /** Ids that Kong knows it by, and when each was used last; that order. */
  readonly instances = new Map<number, number>()
  readonly plugin: string
  /** As JSON. It may hold secrets. */
  readonly text: string
  readonly key: string
  readonly succession: Succession
  usedAt: number
  readonly #services: Services
  readonly #releases: (() => void)[] = []
  readonly #listeners: (() => void)[] = []
  readonly #decide: Decide
  readonly #options: ShellOptions

  /** @throws {PluginConfigError} when it cannot be used */
  constructor(plugin: Plugin, config: unknown, succession: Succession, services: Services) {
    this.plugin = plugin.name
    this.text = JSON.stringify(config)
    this.key = keyOf(plugin.name, config)
    this.succession = succession
    this.usedAt = services.clock.monotonic()
    this.#services = services
    try {
      this.#decide = plugin.prepare(config, { ...services, holder: this })
    } catch (error) {
      this.end() // what it has taken hold of already
      throw error
    }
    const { log, clock, deadlineMillis, decisions, tellsRequests } = services
    const policy = policyOf(config)
    const meter = decisions.meter(plugin.name, policy)
    this.#options = {
      plugin: plugin.name,
      policy,
      log,
      trouble: createTroubleLog(log, clock),
      deadlineMillis,
      meter,
      tellsRequests,
    }
  }

  get isCurrent(): boolean {
    return !this.isReplaced && this.#services.clock.monotonic() - this.usedAt < WAITED_FOR_MILLIS
  }

  get isReplaced(): boolean {
    // Nothing is current before its first configuration is prepared, and that is this one.
    return (this.succession.current ?? this) !== this
  }

  atEnd(release: () => void): void {
    this.#releases.push(release)
  }

  whenCurrent(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Notes that an instance is used. */
  touch(instanceId: number): void {
    this.usedAt = this.#services.clock.monotonic()
    this.instances.delete(instanceId)
    this.instances.set(instanceId, this.usedAt)
    if (this.succession.current === this) return
    this.succession.current = this
    for (const listener of this.#listeners) listener()
  }

  access(kong: Kong): Promise<void> {
    return handleAccess(kong, this.#decide, this.#options)
  }

  /** Lets go of what it shares with others. */
  end(): void {
    for (const release of this.#releases.splice(0)) release()
  }
}

/** The same for the same configuration, in whatever order and at whichever reload Kong writes it. */
export function keyOf(plugin: string, config: unknown): string {
  const canonical = JSON.stringify([plugin, config], (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([name]) => name !== '__seq__')
            .toSorted(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value,
  )
  return createHash('sha256').update(canonical).digest('base64')
}

/** Which entry of kong.yml a configuration belongs to; one that Kong did not mark is an entry of its own. */
export function entryOf(plugin: string, config: unknown): string {
  const id: unknown = Object(config).__plugin_id
  return typeof id === 'string' ? `${plugin} ${id}` : keyOf(plugin, config)
}

/** Plugins without one, which decide nothing, count as one policy. */
function policyOf(config: unknown): string {
  const policy: unknown = Object(config).policy
  return typeof policy === 'string' ? policy : ''
}
