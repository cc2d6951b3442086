// Traces of this process, where a collector is named: only then are OpenTelemetry's libraries loaded.
import { readTracing as read, type TracingSettings } from '@mobile-api-gateway/sdk/tracing/settings.ts'
import { type Tracing, useTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { Logger } from 'pino'

/** What this plugin server is called among traces unless it is told. */
const NAME = 'gateway'

/**
 * OpenTelemetry's own variables. @returns undefined where tracing is off
 * @throws {UsageError} that says what is wrong with which
 */
export function readTracing(env: NodeJS.ProcessEnv): TracingSettings | undefined {
  return read(env, NAME)
}

/** Turns tracing on, unless there are no settings for it. Whoever turned it on closes it. */
export async function openTracing(settings: TracingSettings | undefined, log: Logger): Promise<Tracing | undefined> {
  if (!settings) return undefined
  const [{ createTracing }, api, exporter, resources, sdk] = await Promise.all([
    import('@mobile-api-gateway/sdk/tracing/tracer.ts'),
    import('@opentelemetry/api'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
  ])
  const tracing = createTracing({ api, exporter, resources, sdk }, settings, log)
  useTracing(tracing)
  return tracing
}
