// Which traces are sent: a share of those that begin here or arrive here, drawn by lot.
import type { TracingLibraries } from './libraries.ts'

/**
 * Whoever calls from outside may name the trace, and decides nothing about how much is sent: neither by the flag of the
 * traceparent nor by the id, by which a share could be told. What is below follows what it is below.
 */
export function drawnShare({ api, sdk }: Pick<TracingLibraries, 'api' | 'sdk'>, share: number) {
  const { NOT_RECORD, RECORD_AND_SAMPLED } = sdk.SamplingDecision
  return {
    shouldSample(context: ReturnType<typeof api.context.active>) {
      const parent = api.trace.getSpanContext(context)
      const isOurs = parent !== undefined && parent.isRemote !== true
      const isSampled = isOurs ? (parent.traceFlags & api.TraceFlags.SAMPLED) !== 0 : Math.random() < share
      return { decision: isSampled ? RECORD_AND_SAMPLED : NOT_RECORD }
    },
    toString: () => `a share of ${share}`,
  }
}
