// What takes how long, told to a collector of traces. Nothing at all happens here unless tracing is on.

/** Fixed words and numbers of ours: never anything of a person, of a secret or of what somebody sent. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>

/** Who waits for whom: `server` answers somebody, `client` asks somebody. */
export type SpanKind = 'server' | 'client' | 'internal'

/** What a line of the log says of the trace that it belongs to, under the names that OpenTelemetry has for it. */
export interface TraceIds {
  readonly trace_id: string
  readonly span_id: string
}

/** One piece of work that is timed. */
export interface OpenSpan {
  /** Undefined until it is known what it hangs below. */
  readonly ids: TraceIds | undefined
  /** What others are told, to hang their spans below this one (W3C Trace Context). */
  readonly traceparent: string
  tell(facts: SpanFacts): void
  /** @param failure what kind of failure it ended with (see `failureOf`) */
  end(failure?: string): void
}

/** One that somebody outside caused. Until it is known who, what is begun within it stands by itself. */
export interface ArrivedSpan extends OpenSpan {
  /** @param traceparent as it came; one that is none is ignored. @returns whether the trace of the caller goes on here */
  from(traceparent: string | undefined): boolean
}

/** A span that is over already. */
export interface PastSpan {
  readonly kind: SpanKind
  readonly facts: SpanFacts
  readonly millis: number
  readonly failure?: string | undefined
}

/** What spans are given to. */
export interface Tracing {
  arrive(name: string, kind: SpanKind, facts: SpanFacts): ArrivedSpan
  /** The one within which this is asked, until it ends: what goes on after it, such as a timer, belongs to nobody. */
  current(): OpenSpan | undefined
  /** Below the current one; where there is none, a trace begins. */
  begin(name: string, kind: SpanKind, facts: SpanFacts): OpenSpan
  /** Below the current one; nothing where there is none. */
  note(name: string, past: PastSpan): void
  /** Does the work, however long it takes, with this as the current span. */
  within<T>(span: OpenSpan, work: () => T): T
  /** Sends what is left, in bounded time. */
  close(): Promise<void>
}

let current: Tracing | undefined

/** Undefined unless tracing is on. */
export function currentTracing(): Tracing | undefined {
  return current
}

/** From now on spans are given to this; undefined: to nobody. */
export function useTracing(tracing: Tracing | undefined): void {
  current = tracing
}

/** Times the work as a span below the current one. @param facts asked for only where tracing is on */
export function inSpan<T>(
  name: string,
  { kind = 'internal', facts }: Readonly<{ kind?: SpanKind; facts?: () => SpanFacts }>,
  work: (span: OpenSpan | undefined) => Promise<T>,
): Promise<T> {
  if (current === undefined) return work(undefined)
  return timed(current, current.begin(name, kind, facts?.() ?? {}), work)
}

async function timed<T>(tracing: Tracing, span: OpenSpan, work: (span: OpenSpan) => Promise<T>): Promise<T> {
  let failure: string | undefined
  try {
    return await tracing.within(span, () => work(span))
  } catch (error) {
    failure = failureOf(error)
    throw error
  } finally {
    span.end(failure)
  }
}

/** The code or the name of an error, as far as it is a word: messages may hold anything. */
export function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error'
  const code: unknown = Reflect.get(error, 'code')
  if (typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code)) return code
  return /^[A-Za-z]{2,40}$/.test(error.name) ? error.name : 'Error'
}
