// Statements are prepared: planned once per connection, and anew when a migration of another instance changed a table.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import type { Pooler } from '../../src/config/settings.ts'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { emptyDatabase } from '../support/database.ts'

async function setUp(t: Test, pooler: Pooler) {
  const db = openDatabase(await emptyDatabase(t), () => {}, { connections: 1, pooler })
  t.teardown(() => db.destroy())
  await sql`create table things (a int)`.execute(db)
  await sql`insert into things values (1)`.execute(db)
  return db
}
async function things(db: Db, least: number) {
  return (await sql`select * from things where a >= ${least}`.execute(db)).rows
}
async function prepared(db: Db) {
  return (await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db)).rows.map(
    ({ statement }) => statement,
  )
}

t.test('a statement with parameters is prepared once, whatever their values', async (t) => {
  const db = await setUp(t, 'session')
  t.strictSame(await things(db, 0), [{ a: 1 }])
  t.strictSame(await things(db, 2), [])
  t.strictSame(await prepared(db), ['select * from things where a >= $1'])
  const failed = sql`select ${1}::int / ${0}::int`.execute(db)
  await t.rejects(failed, { code: '22012' }, 'what goes wrong is told as ever')
})

t.test('a plan from before a migration is made anew, without an error', async (t) => {
  const db = await setUp(t, 'session')
  await things(db, 0)
  await sql`alter table things add column b int not null default 2`.execute(db)
  t.strictSame(await things(db, 0), [{ a: 1, b: 2 }])
  t.strictSame(await things(db, 0), [{ a: 1, b: 2 }])
})

t.test('behind a pooler of transactions nothing has a name', async (t) => {
  const db = await setUp(t, 'transaction')
  t.strictSame(await things(db, 0), [{ a: 1 }])
  t.strictSame(await prepared(db), [])
})
