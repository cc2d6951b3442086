// How the plugin server writes its log: errors without what libraries hang on them, and lines with their trace where there is one.
import { errorFacts } from '@mobile-api-gateway/sdk/error-facts.ts'
import { traceOfLine } from '@mobile-api-gateway/sdk/tracing/traced-lines.ts'
import { type LoggerOptions, pino } from 'pino'

/** @param namesTraces where tracing is on */
export function logOptions(level: string, namesTraces: boolean): LoggerOptions {
  return { level, serializers: { err: serializeError }, ...(namesTraces && { mixin: traceOfLine }) }
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { type, message, stack } = pino.stdSerializers.err(error)
  return { type, message, stack, ...errorFacts(error) }
}
