// The configuration in force: requests keep the one they began with, and it goes when the last of them has ended.
import type { HeldDecider } from '../http/decision.ts'
import type { LoadedConfig } from './loaded-config.ts'

interface Entry {
  readonly config: LoadedConfig
  users: number
  retired: boolean
  readonly closed: () => void
  readonly ended: Promise<void>
}

/** Holds one configuration at a time, and those before it as long as they are in use. */
export class ConfigHolder {
  #current: Entry
  readonly #all = new Set<Entry>()

  constructor(config: LoadedConfig) {
    this.#current = this.#enter(config)
  }

  #enter(config: LoadedConfig): Entry {
    let closed = (): void => {}
    const ended = new Promise<void>((done) => {
      closed = done
    })
    const entry: Entry = { config, users: 0, retired: false, closed, ended }
    this.#all.add(entry)
    return entry
  }

  /** The configuration for a new request. */
  acquire(): HeldDecider {
    const entry = this.#current
    entry.users += 1
    let released = false
    const release = (): void => {
      if (released) return
      released = true
      entry.users -= 1
      this.#closeIfFree(entry)
    }
    return { config: entry.config, release }
  }

  /** New requests get this one from now on. */
  replace(config: LoadedConfig): void {
    const before = this.#current
    this.#current = this.#enter(config)
    before.retired = true
    this.#closeIfFree(before)
  }

  #closeIfFree(entry: Entry): void {
    if (!entry.retired || entry.users > 0 || !this.#all.delete(entry)) return
    void entry.config.close().then(entry.closed, entry.closed)
  }

  /** Closes everything, in use or not. */
  async close(): Promise<void> {
    const open = [...this.#all]
    this.#all.clear()
    await Promise.all(open.map(({ config }) => config.close()))
  }
}
