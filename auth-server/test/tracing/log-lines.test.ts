// Each line of the log that a trace has brought about names it, whatever is answered and whoever writes it; where tracing is off none does.
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import t from 'tap'
import { startJobs } from '../../src/background/job.ts'
import { createLogger } from '../../src/logger.ts'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import { sendRaw } from '../support/raw-http.ts'
import { testServer } from '../support/server.ts'
import { traced } from '../support/traced.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = `traceparent: 00-${TRACE}-00f067aa0ba902b7-01`

interface Line {
  readonly msg: string
  readonly reqId?: string
  readonly trace_id?: string
  readonly span_id?: string
}
function takeLines(log: string[]): readonly Line[] {
  return log.splice(0).map((line) => JSON.parse(line))
}

/** A logger as the server has it, and its lines. */
function written(namesTraces: boolean) {
  const log: string[] = []
  const destination = { write: (line: string) => void log.push(line) }
  return { logger: createLogger('info', { destination, namesTraces }), lines: () => takeLines(log) }
}

const REQUESTS: Readonly<Record<string, readonly [lines: readonly string[], body: string]>> = {
  'a redirect to the login': [[`GET ${authorizeUrl(pkcePair().challenge)} HTTP/1.1`], ''],
  'a refused grant': [
    ['POST /token HTTP/1.1', 'Content-Type: application/x-www-form-urlencoded', 'Content-Length: 12'],
    'grant_type=x',
  ],
  'a body that cannot be read': [
    ['POST /register HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 1'],
    '{',
  ],
  'nothing there': [['GET /nowhere HTTP/1.1'], ''],
  'a method that it does not know': [['DELETE /jwks HTTP/1.1'], ''],
  'an address that cannot be read': [['GET /%zz HTTP/1.1'], ''],
  'an id without end': [[`GET /interaction/${'x'.repeat(5000)}/login HTTP/1.1`], ''],
}

t.test('every line of a request, from its arrival to its end, whatever becomes of it', async (t) => {
  const { collector, close } = await traced(t)
  const { app, db, log } = await testServer(t)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const named: Line[] = []
  const check = async (name: string, [lines, body]: readonly [lines: readonly string[], body: string]) => {
    log.length = 0
    await sendRaw(url, [...lines, 'Host: x', 'Connection: close', CALLER, '', body].join('\r\n'))
    const said = takeLines(log)
    t.ok(said.length > 0, `${name}: ${said.length} lines`)
    for (const { msg, trace_id, span_id } of said)
      t.match({ trace_id, span_id }, { trace_id: TRACE, span_id: /^[0-9a-f]{16}$/ }, `${name}: ${msg}`)
    named.push(...said)
  }
  for (const [name, request] of Object.entries(REQUESTS)) await check(name, request)
  await db.destroy()
  await check('the database is away', [[`GET ${authorizeUrl(pkcePair().challenge)} HTTP/1.1`], ''])
  await close()
  const spans = collector.spans()
  for (const { msg, reqId, span_id } of named)
    t.equal(spans.find(({ spanId }) => spanId === span_id)?.facts['mobile_gateway.request_id'], reqId, msg)
})

t.test('what is written within a span names that one, and what no trace has brought about none', async (t) => {
  const { collector, close } = await traced(t)
  const { logger, lines } = written(true)
  await inSpan('outer', {}, async () => {
    logger.info('outer')
    await inSpan('inner', {}, async () => logger.child({ some: 'thing' }).info('inner'))
  })
  logger.info('by itself')
  let late: NodeJS.Timeout | undefined
  const wrote = Promise.withResolvers<void>()
  await inSpan('gone', {}, async () => {
    late = setTimeout(() => {
      logger.info('after its end')
      wrote.resolve()
    })
  })
  await wrote.promise
  clearTimeout(late)
  const failed = Promise.withResolvers<void>()
  const run = async () => {
    failed.resolve()
    throw new Error('it fails')
  }
  const stop = startJobs([{ name: 'a job', everySeconds: 0, run }], logger)
  await failed.promise
  await stop()
  await close()
  const [outer, inner, alone, after, job] = lines()
  const ids = (name: string) => {
    const { traceId, spanId } = collector.spans().find((span) => span.name === name) ?? {}
    return { trace_id: traceId, span_id: spanId }
  }
  t.match(outer, { msg: 'outer', ...ids('outer') })
  t.match(inner, { msg: 'inner', ...ids('inner'), some: 'thing' })
  for (const none of [alone, after]) t.match(none, { trace_id: undefined, span_id: undefined })
  t.match(job, { msg: /background job failed/, ...ids('a job') })
})

t.test('off: no line names a trace, and the log asks for none', async (t) => {
  const { app, log } = await testServer(t)
  const traceparent = CALLER.slice('traceparent: '.length)
  t.equal((await app.inject({ url: '/jwks', headers: { traceparent } })).statusCode, 200)
  t.ok(log.length > 0)
  t.notMatch(log.join(''), /trace_id|span_id|4bf92f/)
  const { logger, lines } = written(false)
  const { close } = await traced(t)
  await inSpan('within', {}, async () => logger.info('said'))
  await close()
  t.match(lines(), [{ trace_id: undefined }], 'unless it was made to')
})
