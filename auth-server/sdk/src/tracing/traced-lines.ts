// The trace of a line of the log, by which either leads to the other. Where tracing is off, nobody asks for it.
import { currentTracing, type OpenSpan, type TraceIds } from './span.ts'

const SPANS = new WeakMap<object, OpenSpan>()

/** What this logger writes belongs to the span: also where nothing within it writes, and when it is over. */
export function belongsTo(span: OpenSpan, log: object): void {
  SPANS.set(log, span)
}

/** As pino's `mixin`: of its logger's span, or of what is done within that, if the line is written there. */
export function traceOfLine(_entry: object, _level: number, log: object): Partial<TraceIds> {
  const own = SPANS.get(log)?.ids
  const inner = currentTracing()?.current()?.ids
  return (own === undefined || own.trace_id === inner?.trace_id ? (inner ?? own) : own) ?? {}
}
