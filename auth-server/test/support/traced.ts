// Traces of this process, sent to a collector of the test.
import { startCollector } from '@mobile-api-gateway/scripts/testing/trace-collector.ts'
import { useTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { Test } from 'tap'
import { openTracing } from '../../src/tracing.ts'

/** Turns tracing on until the test ends; servers that are made from now on are traced. */
export async function traced(
  t: Test,
  { share = 1, headers = {} }: Readonly<{ share?: number; headers?: Record<string, string> }> = {},
) {
  const collector = await startCollector(t)
  const said: string[] = []
  const note = (...about: unknown[]) => void said.push(JSON.stringify(about))
  const attributes = { 'service.name': 'auth-server' }
  const settings = {
    address: `${collector.url}/v1/traces`,
    headers,
    authorities: [],
    client: undefined,
    attributes,
    share,
  }
  const tracing = await openTracing(settings, { info: note, warn: note })
  if (!tracing) throw new Error('tracing is off')
  const close = () => {
    useTracing(undefined)
    return tracing.close()
  }
  t.teardown(close)
  return { collector, close, tracing, said }
}
