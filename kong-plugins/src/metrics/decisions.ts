// Counts what the handlers decide, and how long they take.
import { Histogram } from 'prom-client'

/** What became of a request in one plugin. */
export type DecisionOutcome = 'pass' | 'deny' | 'answer'

/** Upper ends of the buckets of time, in seconds. */
const BUCKETS_SECONDS = [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]

/** The counts of one plugin under one policy. */
export interface Meter {
  /** @param reason fixed words of ours, never anything from a request */
  count(outcome: DecisionOutcome, reason: string, tookMillis: number): void
}

/** The same to be read. */
export interface Counts {
  readonly plugin: string
  readonly policy: string
  readonly byReason: ReadonlyMap<string, { readonly outcome: DecisionOutcome; readonly calls: number }>
}

/** All counts of this process. */
export interface Decisions {
  /** The meter of a plugin and policy, always the same one. */
  meter(plugin: string, policy: string): Meter
  all(): readonly Counts[]
  /** How long they took, as Prometheus reads it. */
  readonly latency: Histogram<'plugin' | 'policy'>
}

/** More policies, or reasons of one, are counted together: names in a configuration must not fill the memory of whoever collects. */
const MAX_POLICIES = 200
const MAX_REASONS = 100
const OTHERS = 'others'

/** Creates the counts, all zero. */
export function createDecisions(): Decisions {
  const meters = new Map<string, Meter & Counts>()
  const latency = new Histogram({
    name: 'mobile_gateway_handler_duration_seconds',
    help: 'Time from the start of a handler to its end, in which Kong answers its calls',
    labelNames: ['plugin', 'policy'],
    buckets: BUCKETS_SECONDS,
    registers: [],
  })

  return {
    latency,
    meter(plugin, policy) {
      const named = `${plugin} ${policy}`
      const known = meters.get(named)
      if (known) return known
      if (meters.size >= MAX_POLICIES && policy !== OTHERS) return this.meter(plugin, OTHERS)
      const meter = createMeter(plugin, policy, latency.labels({ plugin, policy }))
      meters.set(named, meter)
      return meter
    },
    all: () => [...meters.values()],
  }
}

function createMeter(plugin: string, policy: string, latency: { observe(seconds: number): void }): Meter & Counts {
  const byReason = new Map<string, { readonly outcome: DecisionOutcome; calls: number }>()
  return {
    plugin,
    policy,
    byReason,
    count(outcome, reason, tookMillis) {
      const name = byReason.has(reason) || byReason.size < MAX_REASONS ? reason : OTHERS
      const row = byReason.get(name) ?? { outcome, calls: 0 }
      if (row.calls === 0) byReason.set(name, row)
      row.calls += 1
      latency.observe(tookMillis / 1000)
    },
  }
}
