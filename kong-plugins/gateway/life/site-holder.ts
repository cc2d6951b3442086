// The configuration in force: requests keep the one they began with, and it goes when the last of them has ended.
import type { Site } from './site.ts'

/** A configuration that a request is at work with. */
export interface Held {
  readonly site: Site
  /** To be called once, when the request no longer needs it. */
  readonly release: () => void
}

interface Entry {
  readonly site: Site
  users: number
  retired: boolean
  readonly closed: () => void
  readonly ended: Promise<void>
}

/** Holds one site at a time, and those before it as long as they are in use. */
export class SiteHolder {
  #current: Entry
  readonly #all = new Set<Entry>()

  constructor(site: Site) {
    this.#current = this.#enter(site)
  }

  #enter(site: Site): Entry {
    let closed = (): void => {}
    const ended = new Promise<void>((done) => {
      closed = done
    })
    const entry: Entry = { site, users: 0, retired: false, closed, ended }
    this.#all.add(entry)
    return entry
  }

  /** The site for a new request. */
  acquire(): Held {
    const entry = this.#current
    entry.users += 1
    let released = false
    const release = (): void => {
      if (released) return
      released = true
      entry.users -= 1
      this.#closeIfFree(entry)
    }
    return { site: entry.site, release }
  }

  /** New requests get this one from now on. */
  replace(site: Site): void {
    const before = this.#current
    this.#current = this.#enter(site)
    before.retired = true
    this.#closeIfFree(before)
  }

  #closeIfFree(entry: Entry): void {
    if (!entry.retired || entry.users > 0 || !this.#all.delete(entry)) return
    void entry.site.close().then(entry.closed, entry.closed)
  }

  /** Closes everything, in use or not. */
  async close(): Promise<void> {
    const open = [...this.#all]
    this.#all.clear()
    await Promise.all(open.map(({ site }) => site.close()))
  }
}
