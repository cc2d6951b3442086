// The log of the embedded gateway: a line names the request that it is about and, where tracing is on, its trace.
import t, { type Test } from 'tap'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { traced } from '../support/traced.ts'
import { renderKongYml, startFront } from './support/front.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const ANOTHER = '0af7651916cd43dd8448eb211c80319c'
const PARENT = '00f067aa0ba902b7'
const NOBODY = 'http://127.0.0.1:9'

const key = await createSigningKey()
const authorization = `Bearer ${await signToken(key)}`

/** A gateway whose backend is away; what it logs of a call with these headers. */
async function setUp(t: Test, namesTraces: boolean) {
  const { jwksUri } = await startKeyServer(t, key)
  const { socketPath } = await startPluginServer(t)
  const yaml = await renderKongYml(NOBODY, jwksUri)
  const front = await startFront(t, 'embedded', { yaml, socketPath, namesTraces })
  return async (...traceparents: string[]) => {
    const headers = new Headers({ authorization })
    for (const traceparent of traceparents) headers.append('traceparent', traceparent)
    const answer = await fetch(`${front.url}/mobile/x`, { headers })
    t.equal(answer.status, 502)
    const requestId = answer.headers.get('x-kong-request-id')
    const lines: Record<string, unknown>[] = (await front.log())
      .split('\n')
      .flatMap((line) => (line === '' ? [] : JSON.parse(line)))
    return lines.find((line) => line.requestId === requestId)
  }
}

t.test('a line names the request, as its answer does, and no trace where tracing is off', async (t) => {
  const logged = await setUp(t, false)
  const line = await logged(`00-${TRACE}-${PARENT}-01`)
  t.match(line, { method: 'GET', path: '/mobile/x', msg: /while proxying/ })
  t.notOk(line && ('trace_id' in line || 'span_id' in line))
})

t.test('where it is on, the trace and the span that the plugin server tells the backend of', async (t) => {
  const { collector, close } = await traced(t)
  const logged = await setUp(t, true)
  const going = await logged(`00-${TRACE}-${PARENT}-01`)
  const begun = await logged('00-nonsense')
  const several = await logged(`00-${TRACE}-${PARENT}-01`, `00-${ANOTHER}-${PARENT}-01`)
  await close()
  const spans = collector.spans().filter(({ name }) => name === 'mobile-gateway')
  t.equal(going?.trace_id, TRACE)
  for (const [what, line] of Object.entries({ going, begun, several }))
    t.ok(
      spans.some(({ traceId, spanId }) => traceId === line?.trace_id && spanId === line.span_id),
      what,
    )
  t.notOk([TRACE, ANOTHER].includes(String(several?.trace_id)), 'of two traces neither goes on')
})

t.test('where no plugin has begun a trace, a line names the one that came, if it is one', async (t) => {
  const { socketPath } = await startPluginServer(t)
  const yaml = `
_format_version: "3.0"
services:
- { name: s, url: "${NOBODY}", retries: 0 }
routes:
- { name: r, service: s, paths: [/] }
`
  const front = await startFront(t, 'embedded', { yaml, socketPath, namesTraces: true })
  for (const traceparent of [`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}`, 'x'])
    await fetch(`${front.url}/`, { headers: { traceparent } })
  const told = (await front.log())
    .split('\n')
    .flatMap((line): Record<string, unknown>[] => (line.includes('while proxying') ? [JSON.parse(line)] : []))
  t.strictSame(
    told.map(({ trace_id, span_id }) => [trace_id, span_id]),
    [
      [TRACE, PARENT],
      [undefined, undefined],
      [undefined, undefined],
    ],
  )
})
