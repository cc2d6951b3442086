// What counts as a traceparent (W3C Trace Context §3.2), and which settings of OpenTelemetry count.
import t from 'tap'
import {
  collectorAddress,
  collectorHeaders,
  sampledShare,
  serviceName,
  traceSampler,
  tracingSettings,
} from '../../src/tracing/settings.ts'
import { readTraceParent, writeTraceParent } from '../../src/tracing/traceparent.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

t.test('a well-formed traceparent is read and written, anything else is none', async (t) => {
  for (const [flags, isSampled] of [
    ['00', false],
    ['01', true],
    ['02', false],
    ['03', true],
  ] as const)
    t.strictSame(readTraceParent(`00-${TRACE}-${SPAN}-${flags}`), { traceId: TRACE, spanId: SPAN, isSampled })
  t.equal(writeTraceParent({ traceId: TRACE, spanId: SPAN, isSampled: true }), `00-${TRACE}-${SPAN}-01`)
  t.match(
    readTraceParent(`01-${TRACE}-${SPAN}-01-more`),
    { traceId: TRACE },
    'of a later version the known fields count',
  )
  for (const value of [
    undefined,
    '',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
    `00-${TRACE}-${SPAN}-1`,
  ])
    t.equal(readTraceParent(value), undefined, String(value))
})

t.test('settings: what is good is read, what is bad is told in words that repeat no secret', async (t) => {
  t.strictSame(collectorHeaders('api-key=abc%20d, X-Other=1,'), { value: { 'api-key': 'abc d', 'x-other': '1' } })
  for (const bad of ['a secret', 'key', '=secret', 'key=%zz', 'key=a%0d%0aother: secret'])
    t.match(collectorHeaders(bad), { problem: /^(?!.*secret)lists headers/ }, bad)
  for (const bad of ['localhost:4318', 'ftp://x', 'http://user:secret@x', 'collector'])
    t.match(collectorAddress(bad), { problem: /^(?!.*secret)is the http/ }, bad)
  t.strictSame(collectorAddress('HTTPS://Collector:4318'), { value: 'https://collector:4318/' }, 'as it is compared')
  t.match(traceSampler('jaeger_remote'), { problem: /^is one of always_on, / })
  t.match(traceSampler('toString'), { problem: /./ })
  for (const bad of ['2', '-0.1', '1e-3', 'half', '1.5', ''])
    t.match(sampledShare(bad), { problem: /from 0 to 1/ }, bad)
  t.strictSame(sampledShare('0.05'), { value: 0.05 })
  t.match(serviceName('ä'), { problem: /./ })
})

t.test('without a collector there are no settings; the address of traces takes precedence', async (t) => {
  const read = { headers: {}, serviceName: 'x', sampler: 'parentbased_traceidratio', share: 0.1 } as const
  t.equal(tracingSettings({ ...read, endpoint: undefined, tracesEndpoint: undefined }), undefined)
  const endpoint = 'http://collector:4318'
  for (const base of [endpoint, `${endpoint}/`])
    t.match(tracingSettings({ ...read, endpoint: base, tracesEndpoint: undefined }), {
      address: 'http://collector:4318/v1/traces',
      share: 0.1,
    })
  t.match(tracingSettings({ ...read, endpoint: `${endpoint}/in?key=1`, tracesEndpoint: undefined }), {
    address: 'http://collector:4318/in/v1/traces?key=1',
  })
  const tracesEndpoint = 'https://else.example/in?x=1'
  t.match(tracingSettings({ ...read, endpoint, tracesEndpoint, sampler: 'always_off' }), {
    address: tracesEndpoint,
    share: 0,
  })
})
