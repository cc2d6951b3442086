// A Prometheus histogram that is filled when it is read, from the plain counts that the handlers keep.
import { Histogram, type Registry } from 'prom-client'
import { BUCKETS_MILLIS, type Decisions } from './decisions.ts'

const NAME = 'mobile_gateway_handler_duration_seconds'
const HELP = 'Time from the start of a handler to its end, in which Kong answers its calls'

/** Its `observe` is never used: it costs fifty times what the plain counts do. */
export class HandlerLatency extends Histogram<'plugin' | 'policy'> {
  readonly #decisions: Decisions

  constructor(decisions: Decisions, registry: Registry) {
    super({
      name: NAME,
      help: HELP,
      labelNames: ['plugin', 'policy'],
      buckets: BUCKETS_MILLIS.map(seconds),
      registers: [registry],
    })
    this.#decisions = decisions
  }

  /** What prom-client (15, lib/registry.js and lib/histogram.js) asks every metric for; its types do not say so. */
  async getForPromString(): Promise<object> {
    return { name: NAME, help: HELP, type: 'histogram', aggregator: 'sum', values: samples(this.#decisions) }
  }
}

function samples(decisions: Decisions): object[] {
  return decisions.all().flatMap(({ plugin, policy, byDuration, totalMillis }) => {
    const labels = { plugin, policy }
    let sofar = 0
    const buckets = byDuration.map((calls, bucket) => {
      sofar += calls
      const end = BUCKETS_MILLIS[bucket]
      return { metricName: `${NAME}_bucket`, labels: { ...labels, le: end ? seconds(end) : '+Inf' }, value: sofar }
    })
    const sum = { metricName: `${NAME}_sum`, labels, value: seconds(totalMillis) }
    return [...buckets, sum, { metricName: `${NAME}_count`, labels, value: sofar }]
  })
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000
}
