// Health, and every endpoint while PostgreSQL is away: 503 with Retry-After, never 500, and back without a restart.
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { buildApp } from '../src/app.ts'
import { createLogger } from '../src/logger.ts'
import { openDatabase } from '../src/store/database.ts'
import { isDatabaseAway } from '../src/store/health.ts'
import { readClients } from '../src/store/kept-clients.ts'
import { Browser, formsOf } from './support/browser.ts'
import { authorizeUrl, obtainTokens, pkcePair, redeem, refresh } from './support/phone.ts'
import { databaseProxy } from './support/proxy.ts'
import { testServer, USER } from './support/server.ts'
import { CLAIMED_URI, nextCode, signedInBrowser } from './support/session.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** A server behind a cable that can be cut. */
async function behindProxy(t: Test) {
  const { deps, config } = await testServer(t)
  const cable = await databaseProxy(t, config.databaseUrl)
  const db = openDatabase(cable.url, () => {}, { connections: 4, statementTimeoutMillis: 300 })
  const app = await buildApp({ ...deps, db, clients: readClients(db) }, createLogger('silent'))
  t.teardown(async () => {
    await app.close()
    await db.destroy()
  })
  return { app, cable }
}

async function untilReady(app: FastifyInstance) {
  const deadline = Date.now() + 10_000
  while ((await app.inject('/health/ready')).statusCode !== 200) {
    if (Date.now() > deadline) throw new Error('the server did not recover')
    await delay(20)
  }
}

function unavailable(t: Test, response: LightMyRequestResponse) {
  t.equal(response.statusCode, 503)
  t.equal(response.headers['retry-after'], '5')
  t.equal(response.headers.location, undefined)
  t.equal(response.headers['cache-control'], 'no-store')
  t.notMatch(response.body, /ECONN|postgres|pg_|127\.0\.0\.1/i, 'nothing about the inside')
}

t.test('live and ready', async (t) => {
  const { app } = await testServer(t)
  for (const path of ['/health/live', '/health/ready']) {
    const response = await app.inject(path)
    t.equal(response.statusCode, 200)
    t.strictSame(response.json(), { status: 'ok' })
    t.equal(response.headers['cache-control'], 'no-store')
  }
})

t.test('health checks that go well are no news for the log; those that do not are', async (t) => {
  const { app, log, db } = await testServer(t)
  log.length = 0
  for (const url of ['/health/live', '/health/ready'])
    for (const method of ['GET', 'HEAD'] as const) t.equal((await app.inject({ method, url })).statusCode, 200)
  t.strictSame(log, [])
  await app.inject('/jwks')
  t.equal(log.length, 2, 'other requests are told of')
  await db.destroy()
  log.length = 0
  t.equal((await app.inject('/health/ready')).statusCode, 503)
  t.match(
    log.map((line) => JSON.parse(line)),
    [{ level: 40, msg: 'the database does not answer' }],
  )
})

t.test('a database that can only be read is not ready', async (t) => {
  const { app, db, deps, config } = await testServer(t)
  const name = new URL(config.databaseUrl).pathname.slice(1)
  await sql`alter database ${sql.id(name)} set default_transaction_read_only = on`.execute(db)
  // As when all connections are new, after a failover.
  const standby = openDatabase(config.databaseUrl, () => {}, { connections: 2 })
  const other = await buildApp({ ...deps, db: standby, clients: readClients(standby) }, createLogger('silent'))
  t.teardown(async () => {
    await other.close()
    await standby.destroy()
  })
  const answer = await other.inject('/health/ready')
  t.match(answer, { statusCode: 503, headers: { 'retry-after': '5' } })
  t.strictSame(answer.json(), { status: 'database cannot be written' })
  t.equal((await app.inject('/health/ready')).statusCode, 200, 'who can write is ready')
})

t.test('a full disk makes it unready when a write has met it, until writing works again', async (t) => {
  const { app, db } = await testServer(t)
  const ready = async () => (await app.inject('/health/ready')).statusCode
  const written = async () => {
    const { rows } = await sql<{ pages: string }>`select pg_relation_size('write_trials') as pages`.execute(db)
    return Number(rows[0]?.pages)
  }
  t.equal(await ready(), 200)
  t.equal(await written(), 0, 'asking writes nothing')

  // PostgreSQL's own answer where there is no room, from everything that writes.
  await sql`create function full_disk() returns trigger language plpgsql
            as $$ begin raise 'could not extend file' using errcode = 'disk_full'; end $$`.execute(db)
  for (const table of ['authorization_requests', 'write_trials'])
    await sql`create trigger full_disk before insert on ${sql.id(table)} execute function full_disk()`.execute(db)
  t.equal(await ready(), 200, 'nobody knows yet')
  unavailable(t, await app.inject(authorizeUrl(pkcePair().challenge)))
  t.equal(await ready(), 503)
  t.equal(await ready(), 503)

  for (const table of ['authorization_requests', 'write_trials'])
    await sql`drop trigger full_disk on ${sql.id(table)}`.execute(db)
  t.equal(await ready(), 200)
  const pages = await written()
  t.ok(pages > 0, 'that was tried')
  t.equal(await ready(), 200)
  t.equal(await written(), pages, 'and once was enough')
  t.strictSame((await sql`select from write_trials`.execute(db)).rows, [])
})

for (const [kind, away] of [
  ['its connections are cut', 'cut'],
  ['it falls silent', 'hold'],
] as const)
  t.test(`PostgreSQL away, ${kind}: 503 everywhere but for what needs none, then everything works again`, async (t) => {
    const { app, cable } = await behindProxy(t)
    const browser = await signedInBrowser(app)
    const tokens = await obtainTokens(app)
    const { code, verifier } = await nextCode(browser)
    const login = new Browser(app)
    const loginPage = await login.open(authorizeUrl(pkcePair().challenge))
    const continuePage = await browser.open(authorizeUrl(pkcePair().challenge))
    const cookie = (of: Browser) => [...of.cookies].map((pair) => pair.join('=')).join('; ')
    const post = (of: Browser, page: LightMyRequestResponse, end: string): InjectOptions => {
      const form = formsOf(page.body).find(({ action }) => action.endsWith(end))
      return {
        method: 'POST',
        url: form?.action ?? '',
        headers: { ...FORM, cookie: cookie(of) },
        payload: new URLSearchParams({ ...form?.hidden, ...USER }).toString(),
      }
    }
    const id = post(browser, continuePage, '/continue').url?.toString().split('/')[2]
    const rows: [string, InjectOptions][] = [
      ['GET /authorize', { url: authorizeUrl(pkcePair().challenge) }],
      ['POST /authorize', { method: 'POST', url: '/authorize', headers: FORM, payload: 'client_id=shop-app' }],
      ['the way back from the pages', { url: `/authorize/resume/${id}`, headers: { cookie: cookie(browser) } }],
      ['the login page', { url: post(login, loginPage, '/login').url ?? '', headers: { cookie: cookie(login) } }],
      ['the login form', post(login, loginPage, '/login')],
      ['the continue form', post(browser, continuePage, '/continue')],
      ['the switch form', post(browser, continuePage, '/switch')],
      ['the deny form', post(browser, continuePage, '/deny')],
      [
        'a code at /token',
        {
          method: 'POST',
          url: '/token',
          headers: FORM,
          payload: `grant_type=authorization_code&client_id=shop-app&code=${code}&code_verifier=${verifier}`,
        },
      ],
      [
        'a refresh at /token',
        {
          method: 'POST',
          url: '/token',
          headers: FORM,
          payload: `grant_type=refresh_token&client_id=shop-app&refresh_token=${tokens.refresh_token}`,
        },
      ],
    ]

    cable[away]()
    const answers = await Promise.all(rows.map(async ([name, options]) => [name, await app.inject(options)] as const))
    for (const [name, response] of answers) await t.test(name, async (t) => unavailable(t, response))
    const ready = await app.inject('/health/ready')
    t.equal(ready.statusCode, 503)
    t.equal(ready.headers['retry-after'], '5')
    t.strictSame(ready.json(), { status: 'database unavailable' })
    for (const path of ['/health/live', '/jwks', '/.well-known/openid-configuration'])
      t.equal((await app.inject(path)).statusCode, 200, `${path} needs no database`)

    cable.mend()
    await untilReady(app)
    t.equal((await refresh(app, tokens.refresh_token)).statusCode, 200, 'the token from before still works')
    t.equal((await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })).statusCode, 200, 'and so does the code')
    t.match((await obtainTokens(app)).token_type, 'Bearer')
  })

t.test('an answer lost between database and server costs the phone nothing', async (t) => {
  const { app, cable } = await behindProxy(t)
  const { refresh_token } = await obtainTokens(app)
  const first = (await refresh(app, refresh_token)).json()
  // The statement may or may not have happened when the cable broke.
  const racing = Array.from({ length: 8 }, () => refresh(app, first.refresh_token))
  cable.cut()
  for (const response of await Promise.all(racing)) t.ok([200, 503].includes(response.statusCode))
  cable.mend()
  await untilReady(app)
  t.equal((await refresh(app, first.refresh_token)).statusCode, 200)
})

t.test('what counts as the database being away', async (t) => {
  const failing = (code: string, message = 'x') => Object.assign(new Error(message), { code })
  const away = [
    '08006',
    '53300',
    '57P01',
    '57P03',
    '57014',
    '25006',
    '40001',
    '40P01',
    '55P03',
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ETIMEDOUT',
  ]
  for (const code of away) t.ok(isDatabaseAway(failing(code)), code)
  for (const code of ['23505', '42601', '22021', '']) t.notOk(isDatabaseAway(failing(code)), code)
  t.ok(isDatabaseAway(new AggregateError([failing('ECONNREFUSED'), failing('ECONNREFUSED')])))
  t.notOk(isDatabaseAway('ECONNREFUSED'))
  for (const said of [
    'timeout exceeded when trying to connect',
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
  ])
    t.ok(isDatabaseAway(new Error(said)), said)
})
