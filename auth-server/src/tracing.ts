// Traces of this process, where a collector is named: only then are OpenTelemetry's libraries loaded.

import type { TracingLog } from '@mobile-api-gateway/sdk/tracing/sender.ts'
import type { TracingSettings } from '@mobile-api-gateway/sdk/tracing/settings.ts'
import { type Tracing, useTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'

/** Turns tracing on, unless there are no settings for it. Whoever turned it on closes it. */
export async function openTracing(
  settings: TracingSettings | undefined,
  log: TracingLog,
): Promise<Tracing | undefined> {
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
