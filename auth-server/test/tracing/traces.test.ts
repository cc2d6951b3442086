// Traces: what a request does hangs together, callers may name a trace and nothing more, and no collector ever holds anybody up.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { ClientRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { CollectedSpan } from '@mobile-api-gateway/scripts/testing/trace-collector.ts'
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { pino } from 'pino'
import t from 'tap'
import { startJobs } from '../../src/background/job.ts'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { nameOfStatement } from '../../src/store/traced-statement.ts'
import { hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { mailServer } from '../support/mail-visit.ts'
import { answerOf, logIn, redeem } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { traced } from '../support/traced.ts'
import { openUpstream, UPSTREAM_SECRET } from '../support/upstream.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const CALLER = `00-${TRACE}-${PARENT}-00`
const SILENT = pino({ level: 'silent' })

function below(spans: readonly CollectedSpan[], parent: CollectedSpan | undefined): readonly CollectedSpan[] {
  if (!parent) throw new Error('there is no such span')
  const own = spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId)
  return own.flatMap((each) => [each, ...below(spans, each)])
}

t.test(
  'requests, statements, passwords, hooks, providers, mails and jobs are spans below whoever caused them',
  async (t) => {
    const { collector, close } = await traced(t)
    const receiver = await hookReceiver(t, { verdict: 'allow' })
    const corp = await openUpstream(t)
    const providers = { corp: { ...corp.settings, email_domains: ['corp.example'] } }
    const events = ['before.sign-in', 'sign-in.succeeded']
    const environment = await hookEnvironment(t, { url: receiver.url, events: events.slice(0, 1) }, providers)
    const server = await mailServer(t, { ...environment, CORP_SECRET: UPSTREAM_SECRET })
    const { app, deps } = server
    const sent: { readonly to: string; readonly traceparent: string }[] = []
    const note = (message: unknown) => {
      const { request } = message as { request: ClientRequest }
      sent.push({ to: String(request.getHeader('host')), traceparent: String(request.getHeader('traceparent')) })
    }
    subscribe('http.client.request.start', note)
    t.teardown(() => unsubscribe('http.client.request.start', note))

    const visit = await server.begin()
    const { code } = answerOf(await logIn(visit.browser, visit.page, USER))
    await redeem(app, code ?? '', visit.verifier, { redirect_uri: CLAIMED_URI })
    corp.is({ sub: 'bob-at-corp', email: 'bob@corp.example', email_verified: true })
    const other = await server.begin()
    const away = await other.browser.submit(other.page, '/provider/corp')
    const back = await corp.travel()(away.headers.location ?? '')
    await other.browser.open(`${back.pathname}${back.search}`)
    const third = await server.begin()
    await third.ask('forgotten', USER.email)
    await sendDueEntries(deps, SILENT)
    const ran = Promise.withResolvers<void>()
    const job = {
      name: 'a job',
      everySeconds: 0,
      run: async () => deps.clients.find('shop-app').then(() => ran.resolve()),
    }
    const stop = startJobs([job], SILENT)
    await ran.promise
    await stop()
    for (const traceparent of [CALLER, `${CALLER}-more`, `${CALLER}, ${CALLER}`])
      await app.inject({ url: '/jwks', headers: { traceparent } })
    const nowhere = await app.inject('/nowhere/at/all?code=1')
    await close()

    const spans = collector.spans()
    t.match(collector.headers[0], { url: '/v1/traces', 'content-type': 'application/json' })
    const one = (name: string, index = 0) => spans.filter((span) => span.name === name)[index]
    const namesBelow = (span: CollectedSpan | undefined) => below(spans, span).map(({ name }) => name)
    const token = one('POST /token')
    t.match(token, {
      service: 'auth-server',
      kind: 2,
      parentSpanId: undefined,
      facts: { 'http.route': '/token', 'http.request.method': 'POST', 'http.response.status_code': 200 },
    })
    t.match(token?.facts['mobile_gateway.request_id'], /^[\w-]{16}$/)
    t.match(namesBelow(token).join(), /update authorization_codes/)
    const signIn = spans.filter(({ name }) => name === 'POST /interaction/:id/login' || /^POST .*login$/.test(name))[0]
    const signedIn = namesBelow(signIn)
    for (const name of ['wait for a turn and hash a password', 'hash a password'])
      t.ok(signedIn.includes(name), `${name} in ${signedIn}`)
    t.ok(namesBelow(one('ask a hook')).includes('POST'), 'the request below its question')
    const asking = spans.find(({ spanId }) => spanId === one('ask a hook')?.parentSpanId)
    t.match(asking, { kind: 2, name: /^(GET|POST) \/[a-z]/ }, 'the question below the request that asks it')
    t.ok(
      namesBelow(spans.find(({ name }) => /^GET \/federation/.test(name))).filter((name) => name === 'ask a provider')
        .length > 0,
      'the provider below the return from it',
    )
    t.match(one('deliver mail'), { kind: 1 })
    t.strictSame(namesBelow(one('deliver mail')).includes('send a mail'), true)
    t.match(one('a job'), { kind: 1, parentSpanId: undefined })
    t.match(namesBelow(one('a job')).join(), /select .*apis/)
    for (const span of spans) t.equal(span.traceId.length, 32)
    t.equal(
      new Set(spans.filter(({ kind }) => kind === 2).map(({ spanId }) => spanId)).size,
      spans.filter(({ kind }) => kind === 2).length,
    )

    t.match(one('GET /jwks'), { traceId: TRACE, parentSpanId: PARENT }, 'the trace of the caller goes on')
    for (const index of [1, 2])
      t.match(one('GET /jwks', index), { parentSpanId: undefined }, 'what is no traceparent is ignored')
    t.match(
      spans.find(({ name, kind }) => name === 'GET' && kind === 2),
      { kind: 2, facts: { 'mobile_gateway.request_id': nowhere.headers['x-request-id'] } },
      'no address',
    )

    const toHook = sent.filter(({ to }) => receiver.url.includes(to))
    const toProvider = sent.filter(({ to }) => corp.origin.includes(to))
    const asked = below(spans, one('ask a hook')).find(({ name }) => name === 'POST')
    t.match(toHook[0]?.traceparent, new RegExp(`^00-${asked?.traceId}-${asked?.spanId}-01$`))
    t.ok(toProvider.length > 0)
    for (const { traceparent } of toProvider) t.equal(traceparent, 'undefined', 'a stranger learns nothing of traces')
  },
)

t.test('a caller that hangs up in the middle ends the span, too', async (t) => {
  const { collector, close } = await traced(t)
  const { app } = await testServer(t)
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const arrived = once(app.server, 'connection')
  const socket = connect(Number(port), '127.0.0.1')
  const [connection] = await arrived
  const begun = once(app.server, 'request')
  socket.write(
    'POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 9\r\n\r\na',
  )
  await begun
  const closed = once(connection, 'close')
  socket.destroy()
  await closed
  await new Promise(setImmediate)
  await close()
  t.match(
    collector.spans().filter(({ kind }) => kind === 2),
    [{ name: 'POST /token', hasFailed: true, facts: { 'error.type': 'aborted' } }],
  )
})

t.test('the flag of a caller decides nothing about how much is sent, nor does the id', async (t) => {
  const { collector, close } = await traced(t, { share: 0 })
  const { app } = await testServer(t)
  for (const id of [TRACE, `${'0'.repeat(31)}1`, 'f'.repeat(32)])
    await app.inject({ url: '/jwks', headers: { traceparent: `00-${id}-${PARENT}-01` } })
  await close()
  t.strictSame(collector.spans(), [])
})

t.test('a collector that is away, refuses or hangs costs spans alone: bounded in memory and at the end', async (t) => {
  const { collector, close } = await traced(t)
  const { app } = await testServer(t)
  collector.answers('hangs')
  const began = performance.now()
  for (let each = 0; each < 6000; each++) await inSpan('much', {}, async () => {})
  t.ok(performance.now() - began < 2000, 'nobody waits')
  t.equal((await app.inject('/jwks')).statusCode, 200)
  const closing = performance.now()
  await close()
  t.ok(performance.now() - closing < 3500, `${performance.now() - closing} ms`)
  const batches = collector.headers.length
  t.ok(batches <= 4, `${batches} batches, of 12`)
  t.equal((await app.inject('/jwks')).statusCode, 200)
})

t.test('that it takes no spans is said once, without a header of ours, even if it repeats one', async (t) => {
  const { collector, close, said } = await traced(t, { headers: { 'api-key': 'key-of-ours' } })
  collector.answers('refuses')
  for (let each = 0; each < 1100; each++) await inSpan('much', {}, async () => {})
  while (said.length === 0) await delay(5)
  await close()
  t.equal(said.length, 1)
  t.match(said[0], /it answered 400.*the collector does not take spans/)
  t.notMatch(said[0], /key-of-ours/)
})

t.test('names of statements are words and tables, without values', async (t) => {
  for (const [text, name] of [
    ['select "a" from "people" where "id" = $1', 'select people'],
    ['begin', 'begin'],
    [
      `with gone as (delete from sessions where id = $1 returning id)
       insert into audit_events (a) select id from gone join people person on person.id = $2`,
      'delete sessions, insert audit_events, select people',
    ],
    ["update attempts set count = 1 where extract(epoch from attempts.at) > 'from elsewhere'", 'update attempts'],
    [
      `with ${'abcdefgh'.split('').map((each) => `${each} as (select from table_of_${each.repeat(8)})`)} update people set a = 1`,
      'update people, select table_of_aaaaaaaa, select table_of_bbbbbbbb, select table_of_cccccccc',
    ],
    ['select from unnest($1::text[]) as x where x is distinct from other for update', 'select'],
  ] as const)
    t.equal(nameOfStatement(text), name)
})
