// The log of the embedded gateway: Kong's levels in pino's words, and with each line the request that it is about.
import { readTraceParent, TRACEPARENT } from '@mobile-api-gateway/sdk/tracing/traceparent.ts'
import type { Logger } from 'pino'
import type { Exchange } from '../http/exchange.ts'

const PINO_LEVELS: Readonly<Record<string, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>> = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warn',
  err: 'error',
}

/** Writes a line. @param level as nginx has it */
export type WriteLine = (level: string, message: string, exchange?: Exchange) => void

/** @param namesTraces where tracing is on: what a client says of traces is worth nothing otherwise */
export function linesOf(logger: Logger, namesTraces: boolean): WriteLine {
  return (level, message, exchange) => {
    const facts = exchange && {
      requestId: exchange.requestId,
      method: exchange.method,
      path: exchange.path,
      ...(namesTraces && traceOf(exchange)),
    }
    logger[PINO_LEVELS[level] ?? 'fatal'](facts ?? {}, message)
  }
}

/** The trace that the backend is told of: once a plugin has verified the call, that of the plugin server. */
function traceOf({ requestHeaders }: Exchange): { readonly trace_id: string; readonly span_id: string } | undefined {
  const [value, ...others] = requestHeaders.values(TRACEPARENT)
  const parent = others.length === 0 ? readTraceParent(value) : undefined
  return parent && { trace_id: parent.traceId, span_id: parent.spanId }
}
