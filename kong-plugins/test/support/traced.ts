// Traces of this process, sent to a collector of the test.
import { startCollector } from '@mobile-api-gateway/scripts/testing/trace-collector.ts'
import { useTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { pino } from 'pino'
import { openTracing, readTracing } from '../../src/tracing/open-tracing.ts'

/** Turns tracing on until the test ends. @param env beside the collector's address */
export async function traced(t: { teardown(ended: () => unknown): void }, env: NodeJS.ProcessEnv = {}) {
  const collector = await startCollector(t)
  const settings = readTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env })
  const tracing = await openTracing(settings, pino({ level: 'silent' }))
  if (!tracing) throw new Error('tracing is off')
  const close = () => {
    useTracing(undefined)
    return tracing.close()
  }
  t.teardown(close)
  return { collector, close }
}
