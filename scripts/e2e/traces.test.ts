// One trace from the call through the gateway to the backend, and one from each request at the auth server to its SQL; sent as the stack ends.
import t from 'tap'
import { type CollectedSpan, startCollector } from '../testing/trace-collector.ts'
import { call, logIn } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const CALLER = { traceparent: `00-${TRACE}-${PARENT}-00`, tracestate: 'vendor=1' }

onEachGateway(t, 'calls, logins and what the gateway asks hang together, with the right parents', async (t, kind) => {
  const collector = await startCollector(t)
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url
  t.teardown(() => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  })
  const stack = await testStack(t, kind)
  const { access_token: token } = await logIn(stack)
  const answer = await call(stack, token, { headers: CALLER })
  t.equal(answer.status, 200)
  const received = Object(answer.body.headers)
  t.match(received.traceparent, new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-01$`))
  t.equal(received.tracestate, 'vendor=1')
  const begun = await call(stack, token, { headers: { traceparent: 'none', tracestate: 'vendor=1' } })
  t.match(Object(begun.body.headers).traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  t.equal(Object(begun.body.headers).tracestate, undefined)
  await stack.stop()

  const spans = collector.spans()
  const one = (found: (span: CollectedSpan) => boolean): CollectedSpan => {
    const span = spans.find(found)
    if (!span) throw new Error(`no such span: ${found}`)
    return span
  }
  t.match(
    one(({ spanId }) => received.traceparent.includes(spanId)),
    {
      service: 'gateway',
      name: 'mobile-gateway',
      traceId: TRACE,
      parentSpanId: PARENT,
      facts: {
        'mobile_gateway.outcome': 'pass',
        'mobile_gateway.request_id': answer.headers.get('x-kong-request-id'),
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
})
