// What a stack tells a collector of traces: of a call that went through the gateway, of the login before it, and of what the gateway asked.
import type { Test } from 'tap'
import { type CollectedSpan, startCollector } from '../../testing/trace-collector.ts'
import type { ApiAnswer } from './app.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'

/** What a client that traces, too, sends with its calls. */
export const TRACED_CALLER = { traceparent: `00-${TRACE}-${PARENT}-00`, tracestate: 'vendor=1' } as const

/** A collector that the stacks send to that are started from now on, until the test ends. */
export async function collectTraces(t: Test) {
  const collector = await startCollector(t)
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url
  t.teardown(() => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  })
  return collector
}

/**
 * Whether all hangs together, with the right parents.
 * @param continued what the demo API answered to a call of TRACED_CALLER
 * @param begun and to one whose traceparent was none
 * @param spans all, once the stack has ended
 */
export function checkTraces(
  t: Test,
  { continued, begun, spans }: { continued: ApiAnswer; begun: ApiAnswer; spans: readonly CollectedSpan[] },
): void {
  const one = (found: (span: CollectedSpan) => boolean): CollectedSpan => {
    const span = spans.find(found)
    if (!span) throw new Error(`no such span: ${found}`)
    return span
  }
  const { traceparent, tracestate } = Object(continued.body.headers)
  t.match(traceparent, new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-01$`))
  t.equal(tracestate, TRACED_CALLER.tracestate)
  t.match(Object(begun.body.headers).traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  t.equal(Object(begun.body.headers).tracestate, undefined)
  t.match(
    one(({ spanId }) => traceparent.includes(spanId)),
    {
      service: 'gateway',
      name: 'mobile-gateway',
      traceId: TRACE,
      parentSpanId: PARENT,
      facts: {
        'mobile_gateway.outcome': 'pass',
        'mobile_gateway.request_id': continued.headers.get('x-kong-request-id'),
      },
    },
    'the backend hangs below the span of the gateway, that below the caller',
  )
  const feed = one(({ name, facts }) => name === 'read the feed' && facts['http.response.status_code'] === 200)
  const answered = one(({ parentSpanId }) => parentSpanId === feed.spanId)
  t.match(
    [feed, answered],
    [
      { service: 'gateway', kind: 3 },
      { service: 'auth-server', kind: 2, name: 'GET /revocations', traceId: feed.traceId },
    ],
  )
  t.ok(
    spans.some(
      ({ parentSpanId, facts }) => parentSpanId === answered.spanId && facts['db.system.name'] === 'postgresql',
    ),
    'from the gateway to SQL',
  )
  const redeemed = one(({ name, parentSpanId }) => name === 'POST /token' && parentSpanId === undefined)
  t.ok(spans.some(({ name, parentSpanId }) => parentSpanId === redeemed.spanId && /authorization_codes/.test(name)))
}
