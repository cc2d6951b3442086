// Counts what the handlers decide, and how long they take: plain numbers, because this is done for every request.

/** What became of a request in one plugin. */
export type Outcome = 'pass' | 'deny' | 'answer'

/** Upper ends of the latency buckets, in milliseconds; longer ones are in the last, which has no end. */
export const BUCKETS_MILLIS = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] as const

/** The counts of one plugin under one policy. */
export interface Meter {
  /** @param reason fixed words of ours, never anything from a request */
  count(outcome: Outcome, reason: string, tookMillis: number): void
}

/** The same to be read. */
export interface Counts {
  readonly plugin: string
  readonly policy: string
  readonly byReason: ReadonlyMap<string, { readonly outcome: Outcome; readonly calls: number }>
  /** Calls by bucket, one more than there are ends. */
  readonly byDuration: readonly number[]
  readonly totalMillis: number
}

/** All counts of this process. */
export interface Decisions {
  /** The meter of a plugin and policy, always the same one. */
  meter(plugin: string, policy: string): Meter
  all(): readonly Counts[]
}

/** More policies, or reasons of one, are counted together: names in a configuration must not fill the memory of whoever collects. */
const MAX_POLICIES = 200
const MAX_REASONS = 100
const OTHERS = 'others'

/** Creates the counts, all zero. */
export function createDecisions(): Decisions {
  const meters = new Map<string, Meter & Counts>()

  return {
    meter(plugin, policy) {
      const named = `${plugin} ${policy}`
      const known = meters.get(named)
      if (known) return known
      if (meters.size >= MAX_POLICIES && policy !== OTHERS) return this.meter(plugin, OTHERS)
      const meter = createMeter(plugin, policy)
      meters.set(named, meter)
      return meter
    },
    all: () => [...meters.values()],
  }
}

function createMeter(plugin: string, policy: string): Meter & Counts {
  const byReason = new Map<string, { readonly outcome: Outcome; calls: number }>()
  const byDuration = [...BUCKETS_MILLIS, Number.POSITIVE_INFINITY].map(() => 0)
  let totalMillis = 0

  return {
    plugin,
    policy,
    byReason,
    byDuration,
    get totalMillis() {
      return totalMillis
    },
    count(outcome, reason, tookMillis) {
      const name = byReason.has(reason) || byReason.size < MAX_REASONS ? reason : OTHERS
      const row = byReason.get(name) ?? { outcome, calls: 0 }
      if (row.calls === 0) byReason.set(name, row)
      row.calls += 1
      totalMillis += tookMillis
      let bucket = 0
      while (tookMillis > (BUCKETS_MILLIS[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1
      byDuration[bucket] = (byDuration[bucket] ?? 0) + 1
    },
  }
}
