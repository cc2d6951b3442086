// Rows that nobody can use any more go in the background; what is in use or is evidence stays.
import { sql } from 'kysely'
import t from 'tap'
import { removeObsoleteRows } from '../../src/store/cleanup.ts'
import { turnClock } from '../support/database.ts'
import { obtainTokens, refresh } from '../support/phone.ts'
import { testServer } from '../support/server.ts'

const DAY = 24 * 3600

t.test('a login leaves rows that disappear when their time has come, in batches', async (t) => {
  const { app, db } = await testServer(t)
  const { refresh_token } = await obtainTokens(app)
  t.same(await removeObsoleteRows(db), {}, 'nothing is obsolete at once')
  await turnClock(t, db, 3600 + 60)
  t.same(await removeObsoleteRows(db), {}, 'whoever comes back to an expired page is told so for an hour')
  await turnClock(t, db, 2 * 3600 + 60)
  t.same(await removeObsoleteRows(db), { authorization_requests: 1 })
  await turnClock(t, db, DAY + 120)
  t.same(await removeObsoleteRows(db), { authorization_codes: 1 })
  t.equal((await refresh(app, refresh_token)).statusCode, 200, 'the family lives on')
  await turnClock(t, db, 15 * DAY)
  t.same(await removeObsoleteRows(db), { sessions: 1 })
  await turnClock(t, db, 62 * DAY)
  t.same(await removeObsoleteRows(db), { refresh_families: 1 })
})

t.test('codes that have all gone are still looked for by their index: the next ones come in a crowd', async (t) => {
  const { app, db } = await testServer(t)
  await obtainTokens(app)
  await sql`insert into authorization_codes
    select (jsonb_populate_record(code, jsonb_build_object('code_hash', 'hash ' || n))).*
    from authorization_codes code, generate_series(1, 2000) n`.execute(db)
  await sql`delete from authorization_codes`.execute(db)
  await sql`vacuum analyze authorization_codes`.execute(db)
  const { rows } = await sql`explain select from authorization_codes where code_hash = 'hash'`.execute(db)
  t.match(JSON.stringify(rows), /Index/)
  t.notMatch(JSON.stringify(rows), /Seq Scan/)
})

function unusable(count: number) {
  return Array.from({ length: count }, (_, index) => ({ jti_hash: `jti ${index}`, expires_at: new Date(0) }))
}

t.test('a flood of rows is worked off in one run, whatever the size of a batch', async (t) => {
  const { db } = await testServer(t)
  await db.insertInto('used_jtis').values(unusable(95)).execute()
  t.same(await removeObsoleteRows(db, { batch: 10 }), { used_jtis: 95 })
})

t.test('two instances that clean at once take different rows', async (t) => {
  const { db } = await testServer(t)
  await db.insertInto('used_jtis').values(unusable(95)).execute()
  const both = await Promise.all([removeObsoleteRows(db, { batch: 10 }), removeObsoleteRows(db, { batch: 10 })])
  const taken = both.reduce((sum, { used_jtis = 0 }) => sum + used_jtis, 0)
  const left = await db.selectFrom('used_jtis').select('jti_hash').execute()
  t.equal(left.length, 95 - taken, 'no row counts twice')
  await removeObsoleteRows(db, { batch: 10 })
  t.same(await db.selectFrom('used_jtis').select('jti_hash').execute(), [])
})

t.test(
  'the server stops after the batch under way; what takes a scan of the table is asked for by itself',
  async (t) => {
    const { db } = await testServer(t)
    await db.insertInto('used_jtis').values(unusable(5)).execute()
    t.same(await removeObsoleteRows(db, { signal: AbortSignal.abort() }), {})
    t.same(await removeObsoleteRows(db, { which: 'scanned' }), {})
    t.same(await removeObsoleteRows(db, { which: 'indexed' }), { used_jtis: 5 })
  },
)

t.test(
  'a table without an index is looked through page by page: what is obsolete goes, wherever it lies',
  async (t) => {
    const { app, db } = await testServer(t)
    await obtainTokens(app)
    // Each tenth has ended long ago, and so has the last one, alone in the last page.
    await sql`
    insert into refresh_families
    select (jsonb_populate_record(family, jsonb_build_object(
      'id', 'grant_' || n, 'revoked_at', case when n % 10 = 0 or n = 205 then '2020-01-01Z' end))).*
    from refresh_families family, generate_series(1, 205) n`.execute(db)
    const { rows } = await sql<{ pages: number }>`
    select pg_relation_size('refresh_families') / 8192 as pages`.execute(db)
    t.ok(Number(rows[0]?.pages) > 4, 'several pages')
    const statements: string[] = []
    const watched = db.withPlugin({
      transformQuery({ node }) {
        statements.push(node.kind)
        return node
      },
      transformResult: async ({ result }) => result,
    })
    t.same(await removeObsoleteRows(watched, { which: 'scanned', batch: 500, pages: 1 }), { refresh_families: 21 })
    t.ok(statements.length > Number(rows[0]?.pages), 'a statement for each page')
    const left = await db.selectFrom('refresh_families').select('revoked_at').execute()
    t.same(left, Array(185).fill({ revoked_at: null }))
  },
)
