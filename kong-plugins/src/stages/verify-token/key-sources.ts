// One key source per address for the whole process, refreshed in the background from the first time it is asked for.
import { createKeySource, type KeySource, type KeySourceDependencies } from './key-source.ts'

/** Gives the source of an address, always the same one. */
export interface KeySources {
  at(jwksUri: string): KeySource
  /** All sources so far, with their addresses. */
  all(): readonly { readonly jwksUri: string; readonly source: KeySource }[]
  /** Ends the background refreshes. */
  close(): void
}

/**
 * How often published keys are fetched again, in milliseconds: the longest a withdrawn key stays accepted while the
 * address answers (else `MAX_AGE_MS`). The first token of its successor ends it at once.
 */
const REFRESH_EVERY_MS = 5 * 60 * 1000

/** Creates the register. Addresses come from configuration only, never from a token. */
export function createKeySources(dependencies: KeySourceDependencies, refreshEveryMs = REFRESH_EVERY_MS): KeySources {
  const sources = new Map<string, KeySource>()
  const timers: NodeJS.Timeout[] = []

  return {
    at(jwksUri) {
      const known = sources.get(jwksUri)
      if (known) return known
      const source = createKeySource(jwksUri, dependencies)
      sources.set(jwksUri, source)
      timers.push(setInterval(() => void source.refresh(), refreshEveryMs).unref())
      return source
    },
    all: () => [...sources].map(([jwksUri, source]) => ({ jwksUri, source })),
    close() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
