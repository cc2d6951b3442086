// One key source per address for the whole process, refreshed in the background for as long as a configuration names it.
import { createShared, FOREVER, type Holder } from '../../holder.ts'
import { createKeySource, type KeySource, type KeySourceDependencies } from './key-source.ts'

/** A source and whose keys it has. */
export interface NamedKeySource {
  readonly jwksUri: string
  readonly source: KeySource
  /** Issuers that were configured with this address. */
  readonly issuers: ReadonlySet<string>
}

/** Gives the source of an address, always the same one. */
export interface KeySources {
  /** @param holder who uses it; when all who do have gone, it is refreshed no more and forgotten */
  at(jwksUri: string, holder?: Holder, issuer?: string): KeySource
  /** All sources in use. */
  all(): readonly NamedKeySource[]
  /** Those of configurations that no newer one has replaced. */
  current(): readonly NamedKeySource[]
  /** Ends the background refreshes. */
  close(): void
}

/**
 * How often published keys are fetched again, in milliseconds: the longest a withdrawn key stays accepted while the
 * address answers (else `MAX_AGE_MILLIS`). The first token of its successor ends it at once.
 */
const REFRESH_EVERY_MILLIS = 5 * 60 * 1000

/** Creates the register. Addresses come from configuration only, never from a token. */
export function createKeySources(
  dependencies: KeySourceDependencies,
  refreshEveryMillis = REFRESH_EVERY_MILLIS,
): KeySources {
  interface Kept extends NamedKeySource {
    readonly issuers: Set<string>
    readonly timer: NodeJS.Timeout
  }
  const sources = createShared<Kept>(({ timer }) => clearInterval(timer))

  function start(jwksUri: string): Kept {
    const source = createKeySource(jwksUri, dependencies)
    const timer = setInterval(() => void source.refresh(), refreshEveryMillis).unref()
    return { jwksUri, source, issuers: new Set(), timer }
  }

  return {
    at(jwksUri, holder = FOREVER, issuer) {
      const { source, issuers } = sources.hold(jwksUri, holder, () => start(jwksUri))
      if (issuer !== undefined) issuers.add(issuer)
      return source
    },
    all: sources.all,
    current: sources.current,
    close: sources.close,
  }
}
