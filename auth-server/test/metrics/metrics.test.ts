// What an instance tells Prometheus: on an address of its own, and under labels that nobody outside can choose.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Gauge } from 'prom-client'
import t, { type Test } from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { listenForMetrics } from '../../src/metrics/listener.ts'
import { atAccount } from '../support/account.ts'
import { basic, clientCredentials, secretClient } from '../support/clients.ts'
import { testDatabase } from '../support/database.ts'
import { obtainTokens, refresh } from '../support/phone.ts'
import { atPortalAs, portalServer } from '../support/portal.ts'
import { sendRaw } from '../support/raw-http.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { startServer } from '../support/start.ts'

/** Scrapes; each sample by its name and labels as they stand in the text. */
async function scraper(t: Test, { app, deps }: TestServer) {
  const listener = await listenForMetrics({ host: '127.0.0.1', port: 0 }, deps.metrics, deps.db, app.log)
  t.teardown(() => listener.close())
  return async () => {
    const text = await (await fetch(listener.url)).text()
    const samples = text.split('\n').flatMap((line) => {
      const [, sample, value] = /^mobile_gateway_auth_(\S+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
      return sample === undefined ? [] : [[sample, Number(value)] as const]
    })
    return { text, samples: new Map(samples) }
  }
}

t.test('sign-ins, tokens, requests, refusals and what waits are told', async (t) => {
  const server = await testServer(t)
  const scrape = await scraper(t, server)
  const { refresh_token } = await obtainTokens(server.app)
  await refresh(server.app, refresh_token)
  await refresh(server.app, 'never issued')
  const { clientId, headers } = await secretClient(server)
  await clientCredentials(server.app, headers)
  for (let n = 0; n < 12; n++) await clientCredentials(server.app, basic(clientId, `guess ${n}`))
  await server.db
    .insertInto('outbox')
    .values({ id: 'n', kind: 'logout-notice', receiver: 'x', payload: '{}', expires_at: new Date(Date.now() + 60_000) })
    .execute()

  const { text, samples } = await scrape()
  const expected = {
    'tokens_issued_total{grant="authorization_code"}': 1,
    'tokens_issued_total{grant="refresh_token"}': 1,
    'tokens_issued_total{grant="client_credentials"}': 1,
    'refusals_total{code="invalid_grant"}': 1,
    'refusals_total{code="invalid_client"}': 10,
    'refusals_total{code="too_many_requests"}': 2,
    'limit_refusals_total{limit="clientGuesses"}': 2,
    'requests_total{endpoint="/token",method="POST",status="200"}': 3,
    'requests_total{endpoint="/token",method="POST",status="429"}': 2,
    'request_duration_seconds_count{endpoint="/token"}': 16,
    'outbox_entries{kind="logout-notice"}': 1,
    'password_checks{state="running"}': 0,
    'password_checks{state="waiting"}': 0,
    'database_connections{state="waiting"}': 0,
    'statement_batches_total{outcome="undone"}': 0,
  }
  for (const [sample, value] of Object.entries(expected)) t.equal(samples.get(sample), value, sample)
  t.ok((samples.get('outbox_oldest_seconds{kind="logout-notice"}') ?? -1) >= 0)
  t.match(text, /nodejs_eventloop_lag_seconds /)
})

t.test('a problem that is answered in the frame of the portal or the account counts as any other', async (t) => {
  const server = await portalServer(t)
  const scrape = await scraper(t, server)
  const { browser } = await atPortalAs(server, 'developer')
  const account = await atAccount(server)
  const counted = async (code: string) => (await scrape()).samples.get(`refusals_total{code="${code}"}`) ?? 0
  const before = [await counted('foreign_or_old_form'), await counted('invalid_request'), await counted('not_found')]
  const form = { csrf: 'x' }
  t.equal((await browser.request('POST', '/portal/sign-out', { form })).statusCode, 403)
  t.equal((await account.request('POST', '/account/profile/name', { form })).statusCode, 403)
  t.equal((await browser.open('/portal/usage/of-nobody')).statusCode, 404)
  const after = [await counted('foreign_or_old_form'), await counted('invalid_request'), await counted('not_found')]
  t.strictSame(
    after.map((count, place) => count - (before[place] ?? 0)),
    [2, 0, 1],
  )
})

t.test('whatever is asked for, labels stay few and hold nothing of it', async (t) => {
  const server = await testServer(t)
  const scrape = await scraper(t, server)
  for (let n = 0; n < 30; n++) {
    await server.app.inject(`/wp-admin-${n}/secret`)
    await server.app.inject(`/interaction/visit-${n}/login`)
    await server.app.inject({ method: 'POST', url: '/token', payload: `grant_type=made-up-${n}` })
  }
  await server.app.inject('/%zz')
  const { text, samples } = await scrape()
  t.notMatch(text, /wp-admin|secret|visit-|made-up|%zz/)
  t.equal(samples.get('requests_total{endpoint="(none)",method="GET",status="404"}'), 30)
  t.ok([...samples.keys()].filter((sample) => sample.startsWith('requests_total')).length < 8)
})

t.test('without the database the rest is told', async (t) => {
  const server = await testServer(t)
  const scrape = await scraper(t, server)
  await server.app.inject('/jwks')
  const { deps } = server
  const connected = deps.db.destroy
  await deps.db.destroy()
  deps.db.destroy = async () => {}
  t.teardown(() => {
    deps.db.destroy = connected
  })
  const { samples } = await scrape()
  t.equal(samples.get('requests_total{endpoint="/jwks",method="GET",status="200"}'), 1)
  t.notOk([...samples.keys()].some((sample) => sample.startsWith('outbox')))
})

t.test('the listener knows /metrics and nothing else; the public port does not know it', async (t) => {
  const server = await testServer(t)
  const listener = await listenForMetrics(
    { host: '127.0.0.1', port: 0 },
    server.deps.metrics,
    server.db,
    server.app.log,
  )
  t.teardown(() => listener.close())
  const answer = await fetch(listener.url)
  t.equal(answer.status, 200)
  t.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.equal((await fetch(listener.url, { method: 'POST' })).status, 405)
  t.equal((await fetch(new URL('/token', listener.url))).status, 404)
  t.equal((await server.app.inject('/metrics')).statusCode, 404)
})

t.test('each of its answers has the id of its request, and so has what the log says of one', async (t) => {
  const { app, deps, db, log } = await testServer(t)
  const listener = await listenForMetrics({ host: '127.0.0.1', port: 0 }, deps.metrics, db, app.log)
  t.teardown(() => listener.close())
  const { pathname } = new URL(listener.url)
  const ids = new Set<string>()
  const send = async (bytes: string, status: number) => {
    log.length = 0
    const answer = await sendRaw(listener.url, bytes)
    t.match(answer, `HTTP/1.1 ${status} `, bytes.slice(0, 40))
    const [, id = ''] = /^x-request-id: ([\w-]{16})\r$/im.exec(answer) ?? []
    t.ok(id && !ids.has(id), `${status} has an id of its own`)
    ids.add(id)
    for (const line of log) t.equal(JSON.parse(line).reqId, id, line)
    return log.length
  }
  const request = (start: string, more = '') =>
    `${start} HTTP/1.1\r\nHost: x\r\nx-request-id: of-the-caller\r\nConnection: close\r\n${more}\r\n`
  await send(request(`GET ${pathname}`), 200)
  await send(request('GET /elsewhere'), 404)
  await send(request(`DELETE ${pathname}`), 405)
  t.ok(await send('\0\0\0', 400), 'and the log tells of it')
  t.ok(await send(request(`GET ${pathname}`, `Cookie: ${'a'.repeat(20_000)}\r\n`), 431), 'and of this')
  deps.metrics.registry.registerMetric(
    new Gauge({
      name: 'broken',
      help: 'fails',
      registers: [],
      collect: () => {
        throw new Error('it cannot be read')
      },
    }),
  )
  t.ok(await send(request(`GET ${pathname}`), 500), 'and of this')
  t.equal(ids.size, 6)
})

t.test('the server listens where AUTH_METRICS_LISTEN says, and nowhere by default', async (t) => {
  const secrets = ['PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY']
  const environment = {
    DATABASE_URL: await testDatabase(t),
    ...Object.fromEntries(secrets.map((name) => [name, randomSecret()])),
  }
  const silent = startServer(t, environment)
  t.ok(await silent.url)
  t.notMatch(silent.log(), /metrics at/)
  const watched = startServer(t, { ...environment, AUTH_METRICS_LISTEN: '127.0.0.1:0' })
  await watched.says(/metrics at http:\/\/127\.0\.0\.1:\d+\/metrics/)
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(watched.log()) ?? []
  t.match(await (await fetch(url)).text(), /mobile_gateway_auth_requests_total/)
  watched.signal('SIGINT')
  t.equal((await watched.ended).code, 0, 'and it ends')
})

t.test(
  'an address of AUTH_METRICS_LISTEN that cannot be had is named, and nobody has been answered by then',
  async (t) => {
    const secrets = ['PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY']
    const environment = {
      DATABASE_URL: await testDatabase(t),
      ...Object.fromEntries(secrets.map((name) => [name, randomSecret()])),
    }
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.teardown(() => taken.close())
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const wrong: readonly (readonly [value: string, says: RegExp])[] = [
      [
        `127.0.0.1:${port}`,
        /Port \d+ of 127\.0\.0\.1 is in use\. Stop what listens there, or set AUTH_METRICS_LISTEN to/,
      ],
      ['192.0.2.1:9465', /AUTH_METRICS_LISTEN=192\.0\.2\.1 is no address of this machine/],
      ['nowhere.invalid:9465', /nowhere\.invalid/],
    ]
    for (const [value, says] of wrong) {
      const server = startServer(t, { ...environment, AUTH_METRICS_LISTEN: value })
      const { code, errors } = await server.ended
      t.equal(code, 1, value)
      t.match(errors, says)
      t.notMatch(errors, /DATABASE_URL/)
      t.equal(await server.url, undefined, 'it never listened')
    }
  },
)
