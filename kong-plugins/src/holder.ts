// What several configurations share (keys, feeds, links to Redis) lives as long as one of them uses it, and no longer.

/** A configuration in use, as the things that it shares with others know it. */
export interface Holder {
  /** False when a newer one has taken its place, or no call has come for long: what nobody uses, nobody waits for. */
  readonly isCurrent: boolean
  /** True as soon as a newer one has taken its place; one that is only unused for long is not. */
  readonly isReplaced: boolean
  /** To be called when it is used no more. */
  atEnd(release: () => void): void
  /** To be called whenever it becomes the current one. */
  whenCurrent(listener: () => void): void
}

/** Whoever lives as long as the process. */
export const FOREVER: Holder = {
  isCurrent: true,
  isReplaced: false,
  atEnd() {},
  whenCurrent(listener) {
    listener()
  },
}

/** Things of one kind, one for each name. */
export interface Shared<Value> {
  /** The thing of this name: made when nobody has it yet, ended when the last who asked for it has gone. */
  hold(name: string, holder: Holder, make: () => Value): Value
  all(): readonly Value[]
  /** Those that a current configuration uses. */
  current(): readonly Value[]
  /** Those of configurations that no other has replaced, however long ago the last call was. */
  inForce(): readonly Value[]
  /** Ends all. */
  close(): void
}

/** Creates an empty collection. @param end what to do with a thing that nobody uses any more */
export function createShared<Value>(end: (value: Value) => void): Shared<Value> {
  const held = new Map<string, { readonly value: Value; readonly holders: Set<Holder> }>()

  function heldBySome(condition: (holder: Holder) => boolean): readonly Value[] {
    return [...held.values()].filter(({ holders }) => [...holders].some(condition)).map(({ value }) => value)
  }

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
    current: () => heldBySome(({ isCurrent }) => isCurrent),
    inForce: () => heldBySome(({ isReplaced }) => !isReplaced),
    close() {
      for (const { value } of held.values()) end(value)
      held.clear()
    },
  }
}
