// What all plugin instances of this process share: keys, caches and counters outlive every instance, worker and reload.
import type { Logger } from 'pino'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import type { Holder } from './holder.ts'
import { createDecisions, type Decisions } from './metrics/decisions.ts'
import type { NotedOnce } from './noted-once.ts'
import { createKnownLimits, type KnownLimits } from './plan-limits/known-limits.ts'
import { createRedisLinks, type RedisLinks } from './redis/links.ts'
import { createUnusableClaims } from './stages/claims/unusable-claims.ts'
import { createProofMemories, type ProofMemories } from './stages/dpop/proof-memories.ts'
import { type CounterStores, createCounterStores } from './stages/quota/counter-stores.ts'
import { createUnknownPlans } from './stages/quota/unknown-plans.ts'
import { createStandings, type Standings } from './stages/revocation/standings.ts'
import { type FetchKeys, fetchKeys } from './stages/token/fetch-keys.ts'
import { createKeySources, type KeySources } from './stages/token/key-sources.ts'
import { createTokenCache, type TokenCache } from './stages/token/token-cache.ts'
import { createLedgers, type Ledgers } from './usage/ledgers.ts'

/** The shared state and the outside world, handed to every plugin. */
export interface Services {
  readonly clock: Clock
  readonly keySources: KeySources
  readonly tokenCache: TokenCache
  readonly redis: RedisLinks
  readonly counters: CounterStores
  readonly proofs: ProofMemories
  readonly standings: Standings
  readonly unknownPlans: NotedOnce
  readonly unusableClaims: NotedOnce
  readonly knownLimits: KnownLimits
  readonly ledgers: Ledgers
  readonly decisions: Decisions
  readonly log: Logger
  /** On the machine of a developer, refusals are told with method and path. */
  readonly tellsRequests: boolean
  /** Longest time from the start of a handler to its answer, in milliseconds. */
  readonly deadlineMillis: number
}

/** The same in the hands of one configuration. */
export interface HeldServices extends Services {
  /** The configuration, as what it shares with others knows it. */
  readonly holder: Holder
}

/** What a test may replace. */
export interface Outside {
  readonly clock?: Clock
  readonly fetchKeys?: FetchKeys
  readonly deadlineMillis?: number
  readonly tellsRequests?: boolean
}

/** Creates the services of one process. */
export function createServices(log: Logger, outside: Outside = {}): Services {
  const clock = outside.clock ?? SYSTEM_CLOCK
  const redis = createRedisLinks(log)
  return {
    clock,
    keySources: createKeySources({ clock, fetchKeys: outside.fetchKeys ?? fetchKeys, log }),
    tokenCache: createTokenCache(),
    redis,
    counters: createCounterStores(clock, redis),
    proofs: createProofMemories(clock, redis),
    standings: createStandings(clock, log),
    unknownPlans: createUnknownPlans(log),
    unusableClaims: createUnusableClaims(log),
    knownLimits: createKnownLimits(),
    ledgers: createLedgers(clock),
    decisions: createDecisions(),
    log,
    tellsRequests: outside.tellsRequests ?? false,
    deadlineMillis: outside.deadlineMillis ?? 2000,
  }
}
