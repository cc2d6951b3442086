// What several configurations share (keys, feeds, links to Redis) lives as long as one of them uses it, and no longer.

/** A configuration in use, as the things that it shares with others know it. */
export interface Holder {
  /** False as soon as a newer one has taken its place: what nobody else uses, nobody waits for any more. */
  readonly isCurrent: boolean
  /** To be called when it is used no more. */
  atEnd(release: () => void): void
}

/** Whoever lives as long as the process. */
export const FOREVER: Holder = { isCurrent: true, atEnd() {} }

/** Things of one kind, one for each name. */
export interface Shared<Value> {
  /** The thing of this name: made when nobody has it yet, ended when the last who asked for it has gone. */
  hold(name: string, holder: Holder, make: () => Value): Value
  all(): readonly Value[]
  /** Those that a current configuration uses. */
  current(): readonly Value[]
  /** Ends all. */
  close(): void
}

/** Creates an empty collection. @param end what to do with a thing that nobody uses any more */
export function createShared<Value>(end: (value: Value) => void): Shared<Value> {
  const held = new Map<string, { readonly value: Value; readonly holders: Set<Holder> }>()
  return {
    hold(name, holder, make) {
      const entry = held.get(name) ?? { value: make(), holders: new Set() }
      held.set(name, entry)
      if (entry.holders.has(holder)) return entry.value
      entry.holders.add(holder)
      holder.atEnd(() => {
        entry.holders.delete(holder)
        if (entry.holders.size > 0) return
        held.delete(name)
        end(entry.value)
      })
      return entry.value
    },
    all: () => [...held.values()].map(({ value }) => value),
    current: () =>
      [...held.values()]
        .filter(({ holders }) => [...holders].some(({ isCurrent }) => isCurrent))
        .map(({ value }) => value),
    close() {
      for (const { value } of held.values()) end(value)
      held.clear()
    },
  }
}
