// What the tables declare is true of the database: none is missing, foreign keys do what they say, indexes are there.
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { type AnyDeclaration, exportsOf } from '../../src/store/declaration.ts'
import { TABLES } from '../../src/store/tables/index.ts'
import { testDatabase } from '../support/database.ts'

const DECLARED: readonly (readonly [string, AnyDeclaration])[] = Object.entries(TABLES)
const db = openDatabase(await testDatabase(t), () => {}, { connections: 1 })
t.teardown(() => db.destroy())

t.test('every table of the database has a declaration', async (t) => {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
    order by 1`.execute(db)
  t.strictSame(
    rows.map(({ name }) => name),
    DECLARED.map(([table]) => table).sort(),
  )
})

t.test('of each column of a table about people it is said whether it is exported, and if not why', async (t) => {
  for (const [table, declaration] of DECLARED)
    for (const { columns } of exportsOf(declaration)) {
      const { rows } = await sql<{ name: string }>`
        select column_name as name from information_schema.columns where table_name = ${table} order by 1`.execute(db)
      t.strictSame(Object.keys(columns).sort(), rows.map(({ name }) => name).sort(), table)
    }
})

t.test('rows that go with another row have the foreign key that takes them along', async (t) => {
  for (const [table, { people }] of DECLARED) {
    if ('nobody' in people || !('cascade' in people.erased)) continue
    const { rows } = await sql`
      select from pg_constraint where contype = 'f' and confdeltype = 'c'
      and conrelid = ${table}::regclass and confrelid = ${people.erased.cascade}::regclass`.execute(db)
    t.equal(rows.length, 1, table)
  }
})

t.test('an index leads to obsolete rows exactly where a table says so', async (t) => {
  // PostgreSQL takes an index then whenever there is one.
  await sql`set enable_seqscan = off`.execute(db)
  for (const [table, { lifetime }] of DECLARED) {
    if ('kept' in lifetime) continue
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain select ctid from ${sql.table(table)} where ${lifetime.obsolete}`.execute(db)
    const plan = rows.map((row) => row['QUERY PLAN'])
    t.equal(!plan.some((line) => line.includes(`Seq Scan on ${table} `)), lifetime.indexed, `${table}: ${plan[0]}`)
  }
})
