// Spans by OpenTelemetry's libraries, which are handed in: who needs them loads them, and nobody else has them.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context, Span } from '@opentelemetry/api'
import type { TracingLibraries } from './libraries.ts'
import { drawnShare } from './sampler.ts'
import { openSender, type TracingLog } from './sender.ts'
import type { TracingSettings } from './settings.ts'
import type { ArrivedSpan, OpenSpan, SpanFacts, SpanKind, Tracing } from './span.ts'
import { readTraceParent, writeTraceParent } from './traceparent.ts'

const MAX_FACT_LENGTH = 255

/** Begins to take spans. */
export function createTracing(libraries: TracingLibraries, settings: TracingSettings, log: TracingLog): Tracing {
  const { api, resources, sdk } = libraries
  const sender = openSender(libraries, settings, log)
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({ ...settings.attributes }),
    sampler: drawnShare(libraries, settings.share),
    spanLimits: { attributeValueLengthLimit: MAX_FACT_LENGTH },
    spanProcessors: [sender.processor],
  })
  const tracer = provider.getTracer('mobile-api-gateway')
  const { ROOT_CONTEXT, SpanStatusCode, TraceFlags, trace } = api
  const kinds = { server: api.SpanKind.SERVER, client: api.SpanKind.CLIENT, internal: api.SpanKind.INTERNAL }
  const storage = new AsyncLocalStorage<TracedSpan>()

  const finish = (span: Span, failure: string | undefined, at?: number): void => {
    if (failure !== undefined) span.setAttributes({ 'error.type': failure }).setStatus({ code: SpanStatusCode.ERROR })
    span.end(at)
  }

  /** Until it is known what it hangs below, it only has a beginning. */
  class TracedSpan implements ArrivedSpan {
    readonly #name: string
    readonly #kind: SpanKind
    readonly #facts: SpanFacts
    readonly #begunAt = Date.now()
    #span: Span | undefined
    hasEnded = false

    constructor(name: string, kind: SpanKind, facts: SpanFacts) {
      this.#name = name
      this.#kind = kind
      this.#facts = facts
    }

    below(parent: Context): Span {
      // The library's own beginning is the finer one.
      const startTime = this.#begunAt < Date.now() ? { startTime: this.#begunAt } : {}
      const options = { kind: kinds[this.#kind], attributes: { ...this.#facts }, ...startTime }
      this.#span ??= tracer.startSpan(this.#name, options, parent)
      return this.#span
    }

    from(traceparent: string | undefined): boolean {
      const parent = readTraceParent(traceparent)
      if (!parent) this.below(ROOT_CONTEXT)
      else {
        const { traceId, spanId, isSampled } = parent
        const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE
        this.below(trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true }))
      }
      return parent !== undefined
    }

    get context(): Context {
      return this.#span ? trace.setSpan(ROOT_CONTEXT, this.#span) : ROOT_CONTEXT
    }

    get ids() {
      const { traceId, spanId } = this.#span?.spanContext() ?? {}
      return traceId === undefined || spanId === undefined ? undefined : { trace_id: traceId, span_id: spanId }
    }

    get traceparent(): string {
      const { traceId, spanId, traceFlags } = this.below(ROOT_CONTEXT).spanContext()
      return writeTraceParent({ traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 })
    }

    tell(facts: SpanFacts): void {
      this.below(ROOT_CONTEXT).setAttributes(facts)
    }

    end(failure?: string): void {
      this.hasEnded = true
      finish(this.below(ROOT_CONTEXT), failure)
    }
  }

  const current = (): TracedSpan | undefined => {
    const span = storage.getStore()
    return span?.hasEnded ? undefined : span
  }

  return {
    arrive: (name, kind, facts) => new TracedSpan(name, kind, facts),
    current,
    begin(name, kind, facts) {
      const span = new TracedSpan(name, kind, facts)
      span.below(current()?.context ?? ROOT_CONTEXT)
      return span
    },
    note(name, { kind, facts, millis, failure }) {
      const parent = storage.getStore()?.context
      if (!parent) return
      const now = Date.now()
      const options = { kind: kinds[kind], attributes: { ...facts }, startTime: now - millis }
      finish(tracer.startSpan(name, options, parent), failure, now)
    },
    within: <T>(span: OpenSpan, work: () => T) => (span instanceof TracedSpan ? storage.run(span, work) : work()),
    close: () => sender.close(),
  }
}
