// The feed of revocations: whatever ends a login is in it, in the order of commits, once, and gateways hear it at once.
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { watchRevocations } from '../../../src/oauth/feed/watch.ts'
import { removeObsoleteRows } from '../../../src/store/cleanup.ts'
import { openDatabase, type Trx } from '../../../src/store/database.ts'
import { endSessions } from '../../../src/store/end-sessions.ts'
import { endInstallations } from '../../../src/store/queries/installations.ts'
import { replacePassword } from '../../../src/store/tables/passwords.ts'
import { ACCESS_TOKEN_TTL_SECONDS } from '../../../src/tokens/access-token.ts'
import { SAME_SUCCESSOR_SECONDS } from '../../../src/tokens/refresh-family.ts'
import { clientCredentials, postForm, secretClient } from '../../support/clients.ts'
import { turnClock, untilBlocked } from '../../support/database.ts'
import { feedReader } from '../../support/feed.ts'
import { storedPassword } from '../../support/people.ts'
import { obtainCode, obtainTokens, redeem, refresh, type Tokens } from '../../support/phone.ts'
import { API, APP, ISSUER, type TestServer, testServer } from '../../support/server.ts'

// The whole file; tap's own limit is for smaller ones.
t.setTimeout(120_000)

function familyOf({ refresh_token }: Tokens): string {
  return refresh_token.split('.')[0] ?? ''
}
function revoke({ app }: TestServer, token: string) {
  return postForm(app, '/revoke', { token, client_id: APP.clientId })
}
function nowSeconds() {
  return Math.floor(Date.now() / 1000)
}

t.test('without a cursor everything that still counts, after it what is new; nothing twice', async (t) => {
  const server = await testServer(t)
  const { read } = await feedReader(server)
  const first = await read()
  t.strictSame({ ...first, cursor: '', now: 0 }, { cursor: '', complete: true, resync: false, events: [], now: 0 })
  t.ok(Math.abs(first.now - nowSeconds()) <= 1)
  const [one, other] = [await obtainTokens(server.app), await obtainTokens(server.app)]
  await revoke(server, one.refresh_token)
  await revoke(server, one.refresh_token)
  const second = await read({ cursor: first.cursor })
  const event = { type: 'grant', grant_id: familyOf(one), exp: second.events[0]?.exp ?? 0 }
  t.strictSame(second.events, [event])
  t.ok(event.exp >= second.now + ACCESS_TOKEN_TTL_SECONDS, 'no token of the family outlives exp')
  t.ok(event.exp <= second.now + ACCESS_TOKEN_TTL_SECONDS + 120)
  await revoke(server, other.access_token)
  t.strictSame(
    (await read({ cursor: second.cursor })).events.map(({ grant_id }) => grant_id),
    [familyOf(other)],
  )
  t.strictSame(
    (await read()).events.map(({ grant_id }) => grant_id),
    [familyOf(one), familyOf(other)],
  )
})

type Ending = readonly [string, (server: TestServer, tokens: Tokens) => Promise<unknown>]
const ENDINGS: readonly Ending[] = [
  ['RFC 7009, by refresh token', (server, tokens) => revoke(server, tokens.refresh_token)],
  ['RFC 7009, by access token', (server, tokens) => revoke(server, tokens.access_token)],
  ['password change', ({ db, personId }) => replacePassword(db, personId, { hash: 'x', pepperId: null })],
  ['sign-out', ({ db, personId }) => endSessions(db, { personId })],
  ['devices signed out', ({ db, personId }) => endInstallations(db, { personId }, 'test')],
  ['suspension by hand', ({ db }) => db.updateTable('people').set({ status: 'suspended' }).execute()],
  ['the epoch raised by hand', ({ db }) => db.updateTable('people').set({ auth_epoch: sql`auth_epoch + 1` }).execute()],
  ['the person deleted', ({ db, personId }) => db.deleteFrom('people').where('id', '=', personId).execute()],
  ['the family deleted by hand', ({ db }) => db.deleteFrom('refresh_families').execute()],
  [
    'a refresh token used again',
    async ({ app }, { refresh_token }) => {
      const next = (await refresh(app, refresh_token)).json()
      await refresh(app, next.refresh_token)
      await refresh(app, refresh_token)
    },
  ],
]

for (const [name, end] of ENDINGS)
  t.test(`${name}: the family, once, and no other`, async (t) => {
    const server = await testServer(t)
    const { follow } = await feedReader(server)
    const tokens = await obtainTokens(server.app)
    await refresh(server.app, tokens.refresh_token)
    t.strictSame(await follow(), [])
    await end(server, tokens)
    t.match(await follow(), [{ type: 'grant', grant_id: familyOf(tokens) }])
    t.strictSame(await follow(), [])
  })

t.test('an authorization code used again: the family', async (t) => {
  const server = await testServer(t)
  const { follow } = await feedReader(server)
  const { code, verifier } = await obtainCode(server.app)
  const tokens: Tokens = (await redeem(server.app, code, verifier)).json()
  await turnClock(t, server.db, 11)
  t.equal((await redeem(server.app, code, verifier)).statusCode, 400)
  t.match(await follow(), [{ type: 'grant', grant_id: familyOf(tokens) }])
})

t.test('who signs in in the very second of a password change is not among the ended', async (t) => {
  const server = await testServer(t)
  const { follow } = await feedReader(server)
  const before = await Promise.all([obtainTokens(server.app), obtainTokens(server.app)])
  const password = await storedPassword(server.db, server.personId)
  await replacePassword(server.db, server.personId, password)
  const after = await obtainTokens(server.app)
  const ended = (await follow()).map(({ grant_id }) => grant_id)
  t.strictSame(new Set(ended), new Set(before.map(familyOf)))
  t.notOk(ended.includes(familyOf(after)))
  await replacePassword(server.db, server.personId, password)
  t.match(await follow(), [{ grant_id: familyOf(after) }], 'the next change ends the new one alone')
})

t.test('what was quiet for longer than any access token lives is not worth an event', async (t) => {
  const server = await testServer(t)
  const tokens = await obtainTokens(server.app)
  t.ok(ACCESS_TOKEN_TTL_SECONDS + SAME_SUCCESSOR_SECONDS + 120 < 3600, 'the hour of the triggers is long enough')
  await turnClock(t, server.db, 3601)
  await revoke(server, tokens.refresh_token)
  await server.db.deleteFrom('refresh_families').execute()
  t.equal((await server.db.selectFrom('revocations').selectAll().execute()).length, 0)
})

t.test('a client that loses an API: every token of it there, up to now; a deleted client: everywhere', async (t) => {
  const server = await testServer(t)
  const { follow } = await feedReader(server)
  const machine = await secretClient(server, { clientId: 'machine' })
  await obtainTokens(server.app)
  await follow()
  const { db } = server
  const withdraw = (status: 'pending' | 'approved') =>
    db.updateTable('subscriptions').set({ status }).where('application_id', '=', machine.applicationId).execute()
  const minted = (await clientCredentials(server.app, machine.headers)).json().access_token
  await withdraw('pending')
  const [event, ...more] = await follow()
  t.strictSame(more, [])
  t.match(event, { type: 'client', client_id: 'machine', aud: API.resource })
  const { iat } = JSON.parse(Buffer.from(minted.split('.')[1], 'base64url').toString())
  t.ok(iat <= (event?.issued_until ?? 0) && (event?.issued_until ?? 0) <= nowSeconds() + 3)
  await withdraw('pending')
  await withdraw('approved')
  t.strictSame(await follow(), [], 'neither withdrawn again nor approved')
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('subscriptions')
      .set({ status: 'pending' })
      .where('application_id', '=', machine.applicationId)
      .execute()
    await trx
      .updateTable('subscriptions')
      .set({ status: 'approved' })
      .where('application_id', '=', machine.applicationId)
      .execute()
  })
  t.strictSame(await follow(), [], 'nor changed to and fro within one transaction')
  await db.deleteFrom('subscriptions').where('application_id', '=', machine.applicationId).execute()
  t.match(await follow(), [{ type: 'client', client_id: 'machine', aud: API.resource }])
  await db.deleteFrom('applications').where('client_id', '=', 'machine').execute()
  t.match(await follow(), [{ type: 'client', client_id: 'machine', aud: undefined }])
  await db.deleteFrom('applications').where('client_id', '=', APP.clientId).execute()
  t.match(
    await follow(),
    [{ type: 'client', client_id: APP.clientId, aud: undefined }],
    'one event for all its families',
  )
})

t.test('the order of the feed is the order of commits: a late commit is never skipped', async (t) => {
  const server = await testServer(t)
  const { read } = await feedReader(server)
  await secretClient(server, { clientId: 'machine' })
  const families = [await obtainTokens(server.app), await obtainTokens(server.app), await obtainTokens(server.app)]
  const end = (trx: Trx, tokens: Tokens | undefined) =>
    trx
      .updateTable('refresh_families')
      .set({ revoked_at: sql<Date>`auth_now()` })
      .where('id', '=', tokens ? familyOf(tokens) : '')
      .execute()
  let { cursor } = await read()
  const gate = () => {
    let open = (): void => {}
    return { opened: new Promise<void>((resolve) => (open = resolve)), open: () => open() }
  }
  // The first revokes first and commits last; the second starts later and commits in between.
  const [revoked, commit] = [gate(), gate()]
  const slow = server.db.transaction().execute(async (trx) => {
    await end(trx, families[0])
    revoked.open()
    await commit.opened
  })
  await revoked.opened
  await server.db.transaction().execute((trx) => end(trx, families[1]))
  const between = await read({ cursor })
  t.match(between.events, [{ grant_id: families[1] && familyOf(families[1]) }])
  t.equal(between.events.length, 1)
  ;({ cursor } = between)
  commit.open()
  await slow
  const late = await read({ cursor })
  t.match(late.events, [{ grant_id: families[0] && familyOf(families[0]) }], 'the late one comes after it')

  // Also when a transaction has reached its commit and is held up there: nobody overtakes it.
  const other = openDatabase(server.config.databaseUrl, () => {}, { connections: 1 })
  t.teardown(() => other.destroy())
  const held = gate()
  const reached = gate()
  const holder = server.db.transaction().execute(async (trx) => {
    await end(trx, families[2])
    await sql`set constraints all immediate`.execute(trx)
    reached.open()
    await held.opened
  })
  await reached.opened
  const blocked = other.deleteFrom('applications').where('client_id', '=', 'machine').execute()
  const early = await Promise.race([blocked.then(() => 'committed'), delay(300).then(() => 'waits')])
  t.equal(early, 'waits')
  t.strictSame((await read({ cursor: late.cursor })).events, [])
  held.open()
  await Promise.all([holder, blocked])
  t.match(
    (await read({ cursor: late.cursor })).events,
    [{ grant_id: families[2] && familyOf(families[2]) }, { client_id: 'machine' }],
    'in the order of their locks',
  )
})

t.test('many writers at once, and readers on the way: no gap, no duplicate, no deadlock', async (t) => {
  const server = await testServer(t)
  const { read, follow } = await feedReader(server)
  const { db } = server
  const family = await obtainTokens(server.app)
  const ids = Array.from({ length: 120 }, (_, index) => `grant_${String(index).padStart(22, '0')}`)
  await sql`insert into refresh_families (id, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr,
              auth_time, generation, current_hash, idle_expires_at, expires_at)
            select copy, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr, auth_time, 1, copy,
              idle_expires_at, expires_at from refresh_families, unnest(${ids}::text[]) copy
            where id = ${familyOf(family)}`.execute(db)
  const seen: string[] = []
  let running = true
  const reader = (async () => {
    while (running) {
      for (const { grant_id } of await follow()) seen.push(grant_id ?? '')
      await delay(5)
    }
    for (const { grant_id } of await follow()) seen.push(grant_id ?? '')
  })()
  const end = (trx: Trx, id: string) =>
    trx.updateTable('refresh_families').set({ revoked_at: sql<Date>`auth_now()` }).where('id', '=', id).execute()
  // Pairs in one transaction, each with a pause, always in the same order of rows.
  const pairs = ids.flatMap((id, index) => (index % 2 === 0 ? [[id, ids[index + 1] ?? id]] : []))
  await Promise.all(
    pairs.map(([one = '', two = '']) =>
      db.transaction().execute(async (trx) => {
        await end(trx, one)
        await delay(Math.random() * 20)
        await end(trx, two)
      }),
    ),
  )
  running = false
  await reader
  t.strictSame([...seen].sort(), [...ids].sort())
  t.equal((await read()).events.length, ids.length)
})

t.test('a login that is under way while its epoch ends is not born', async (t) => {
  const server = await testServer(t)
  const { follow } = await feedReader(server)
  const { code, verifier } = await obtainCode(server.app)
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let raised = (): void => {}
  const raising = new Promise<void>((resolve) => {
    raised = resolve
  })
  // An operator raises the epoch by hand, without ending sessions; the code is redeemed before that commits.
  const operator = server.db.transaction().execute(async (trx) => {
    await trx.updateTable('people').set({ auth_epoch: sql`auth_epoch + 1` }).execute()
    await sql`set constraints all immediate`.execute(trx)
    raised()
    await held
  })
  await raising
  const redeeming = redeem(server.app, code, verifier)
  await untilBlocked(server.db)
  release()
  await operator
  // The trigger undid it; asked once more (batches.ts), it finds that the code is nobody's any more.
  for (const answer of [await redeeming, await redeem(server.app, code, verifier)])
    t.match([answer.statusCode, answer.json()], [400, { error: 'invalid_grant' }])
  t.strictSame(await server.db.selectFrom('refresh_families').selectAll().execute(), [])
  t.strictSame(await follow(), [])
})

t.test('a waiting gateway hears within a second, and all who wait cost one look at a time', async (t) => {
  const server = await testServer(t)
  const { read } = await feedReader(server)
  const tokens = await obtainTokens(server.app)
  const { cursor } = await read()
  const waiting = Array.from({ length: 20 }, () => read({ cursor, wait: '25' }))
  await delay(500)
  const started = performance.now()
  await revoke(server, tokens.refresh_token)
  const answers = await Promise.all(waiting)
  const took = performance.now() - started
  t.ok(took < 1000, `${Math.round(took)} ms`)
  for (const { events } of answers) t.match(events, [{ grant_id: familyOf(tokens) }])
  const quiet = performance.now()
  const nothing = await read({ cursor: answers[0]?.cursor ?? '', wait: '1' })
  t.strictSame([nothing.events, nothing.cursor, nothing.complete], [[], answers[0]?.cursor, true])
  t.ok(performance.now() - quiet > 900, 'it waits as long as it was asked to')
  // A server that stops lets everybody go.
  const last = read({ cursor: nothing.cursor, wait: '25' })
  await delay(100)
  const closing = performance.now()
  await server.app.close()
  t.strictSame((await last).events, [])
  t.ok(performance.now() - closing < 2000)
})

t.test('the 10th, 100th and 1000th revocation are heard as fast as any, and the next poll waits again', async (t) => {
  const server = await testServer(t)
  const { db } = server
  const { read } = await feedReader(server)
  await read()
  const add = () =>
    sql`insert into revocations (kind, data, at) values ('grant', '{"grant_id":"grant_x"}', auth_now())`.execute(db)
  const watch = watchRevocations(db)
  t.teardown(() => watch.close())
  for (const last of [9, 99, 999]) {
    await sql`select setval(pg_get_serial_sequence('revocations', 'seq'), ${last - 1})`.execute(db)
    await add()
    const { cursor } = await read()
    const [seq = '', mark = ''] = cursor.split('.')
    t.equal(seq, String(last))
    // Waits from this line on, so that what is added cannot be read before.
    const heard = watch.waitBeyond({ seq, mark }, 20_000, new AbortController().signal)
    const started = performance.now()
    await add()
    await heard
    t.ok(performance.now() - started < 2000, `${last} to ${last + 1}: ${Math.round(performance.now() - started)} ms`)
    const next = await read({ cursor })
    t.equal(next.cursor.split('.')[0], String(last + 1))
    const quiet = performance.now()
    t.strictSame((await read({ cursor: next.cursor, wait: '1' })).events, [])
    t.ok(performance.now() - quiet > 900, `after ${last + 1} a poll waits as long as it was asked to`)
  }
})

t.test('long lists come in pages', async (t) => {
  const server = await testServer(t)
  const { read, follow } = await feedReader(server)
  await read()
  await sql`insert into revocations (kind, data, at)
            select 'grant', jsonb_build_object('grant_id', 'grant_' || n), auth_now() from generate_series(1, 2500) n
            `.execute(server.db)
  const first = await read()
  t.strictSame([first.events.length, first.complete, first.resync], [1000, false, false])
  const second = await read({ cursor: first.cursor, wait: '25' })
  t.strictSame([second.events.length, second.complete], [1000, false])
  const all = (await follow()).map(({ grant_id }) => grant_id)
  t.strictSame(
    all,
    Array.from({ length: 2500 }, (_, n) => `grant_${n + 1}`),
  )
})

t.test(
  'a cursor of another database, of the future, of a lost future or of long ago starts from nothing',
  async (t) => {
    const server = await testServer(t)
    const { read } = await feedReader(server)
    const { db } = server
    const add = (grant: string) =>
      sql`insert into revocations (kind, data, at)
        values ('grant', jsonb_build_object('grant_id', ${grant}::text), auth_now())`.execute(db)
    await read()
    await add('grant_a')
    const { cursor } = await read()
    const [seq = '', mark = ''] = cursor.split('.')
    const strangers = {
      'another database': `${seq}.00000000-0000-4000-8000-000000000000`,
      'the future': `${Number(seq) + 1000}.${mark}`,
      'something else altogether': 'first page please',
      'an absurd number': `999999999999999999.${mark}`,
    }
    for (const [name, stranger] of Object.entries(strangers)) {
      const answer = await read({ cursor: stranger, wait: '25' })
      t.match(answer, { resync: true, complete: true, cursor, events: [{ grant_id: 'grant_a' }] }, name)
    }
    // A backup is restored, and goes on to the same number with another history.
    await add('grant_lost')
    const { cursor: lost } = await read()
    await sql`delete from revocations where data->>'grant_id' = 'grant_lost'`.execute(db)
    await sql`select setval(pg_get_serial_sequence('revocations', 'seq'), ${Number(seq)})`.execute(db)
    await add('grant_b')
    const restored = await read({ cursor: lost })
    t.equal(restored.cursor.split('.')[0], lost.split('.')[0], 'the same number')
    t.match(restored, { resync: true, events: [{ grant_id: 'grant_a' }, { grant_id: 'grant_b' }] })
    t.match(await read({ cursor }), { resync: false, events: [{ grant_id: 'grant_b' }] }, 'what both share is known')
    // Someone who waits is woken by it, too.
    const waiting = read({ cursor: restored.cursor, wait: '25' })
    await sql`truncate revocations restart identity`.execute(db)
    t.match(await waiting, { resync: true, events: [] })
  },
)

t.test('old events are neither told nor kept, and the place to go on from stays', async (t) => {
  const server = await testServer(t)
  const { read, headers, ask } = await feedReader(server)
  const tokens = [await obtainTokens(server.app), await obtainTokens(server.app)]
  for (const { refresh_token } of tokens) await revoke(server, refresh_token)
  const { cursor, events } = await read()
  t.equal(events.length, 2)
  t.strictSame(await removeObsoleteRows(server.db), {})
  await turnClock(t, server.db, ACCESS_TOKEN_TTL_SECONDS + 121)
  const later: string = (await clientCredentials(server.app, headers)).json().access_token
  t.strictSame((await ask({}, later)).json().events, [], 'every token concerned has expired')
  await turnClock(t, server.db, 2 * 3600 + 60)
  await removeObsoleteRows(server.db)
  const left = await server.db.selectFrom('revocations').selectAll().execute()
  t.equal(left.length, 1)
  const much: string = (await clientCredentials(server.app, headers)).json().access_token
  t.match((await ask({ cursor }, much)).json(), { resync: false, complete: true, events: [], cursor })
})

t.test('only machines that are subscribed to the feed read it, and only as long as they are', async (t) => {
  const server = await testServer(t)
  const { app, db } = server
  const gateway = await feedReader(server)
  const resource = `${ISSUER}/revocations`
  const challenged = async (bearer: string, status: number, error: string) => {
    const response = await gateway.ask({}, bearer)
    t.strictSame([response.statusCode, response.json().error], [status, error])
    t.match(response.headers['www-authenticate'], new RegExp(`^Bearer realm="[^"]+", error="${error}"`))
    t.equal(response.headers['cache-control'], 'no-store')
  }
  const none = await app.inject('/revocations')
  t.match([none.statusCode, none.json()], [401, { error: 'invalid_token', error_description: /^a token is missing/ }])
  t.match(none.headers['www-authenticate'], /^Bearer realm="[^"]+", DPoP algs=/)
  await challenged('nonsense', 401, 'invalid_token')
  await challenged((await obtainTokens(app)).access_token, 401, 'invalid_token')
  const other = await secretClient(server, { clientId: 'other' })
  await challenged((await clientCredentials(app, other.headers)).json().access_token, 401, 'invalid_token')
  const poor = await secretClient(server, { clientId: 'poor' }, { apiId: 'revocations', plan: 'gateway', scopes: [] })
  await challenged((await clientCredentials(app, poor.headers)).json().access_token, 403, 'insufficient_scope')
  await turnClock(t, db, 601)
  await challenged(gateway.token, 401, 'invalid_token')
  await turnClock(t, db, 0)
  t.equal((await gateway.ask()).statusCode, 200)
  for (const query of [{ wait: '31' }, { wait: '-1' }, { wait: '1.5' }, { wait: 'x' }])
    t.match((await gateway.ask(query)).json(), { error: 'invalid_request' })
  t.equal((await app.inject({ method: 'POST', url: '/revocations' })).statusCode, 405)
  t.equal((await app.inject('/.well-known/oauth-authorization-server')).json().revocations_endpoint, resource)
  await db.deleteFrom('applications').where('client_id', '=', 'gateway').execute()
  await challenged(gateway.token, 401, 'invalid_token')
})

t.test('rotating a refresh token writes nothing into the feed and takes none of its locks', async (t) => {
  const server = await testServer(t)
  const { read } = await feedReader(server)
  await read()
  const tokens = await obtainTokens(server.app)
  await server.db.transaction().execute(async (trx) => {
    await sql`select lock_revocations()`.execute(trx)
    t.equal((await refresh(server.app, tokens.refresh_token)).statusCode, 200, 'although the feed is locked')
  })
  t.strictSame((await read()).events, [])
})
