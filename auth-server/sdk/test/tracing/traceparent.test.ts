// What counts as a traceparent (W3C Trace Context §3.2).
import t from 'tap'
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
