// Behind PgBouncer, with its defaults: what opens a connection, what a session would remember, and migrations.

import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { POOLERS } from '../../src/config/settings.ts'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { hasTimeLimit } from '../../src/store/reach.ts'
import { emptyDatabase, testDatabase } from '../support/database.ts'
import { startPgBouncer, withoutPgBouncer } from '../support/pgbouncer.ts'
import { startServer } from '../support/start.ts'

const skip = withoutPgBouncer

function open(t: Test, url: string, options: Parameters<typeof openDatabase>[2] = {}): Db {
  const db = openDatabase(url, () => {}, options)
  t.teardown(() => db.destroy())
  return db
}
async function timeLimit(db: Db): Promise<string | undefined> {
  const { rows } = await sql<{ limit: string }>`select current_setting('statement_timeout') as limit`.execute(db)
  return rows[0]?.limit
}

t.test('pooling by session: statements have their time limit, without any setting', { skip }, async (t) => {
  const url = await startPgBouncer(t, await testDatabase(t), { mode: 'session' })
  const db = open(t, url, { statementTimeoutMillis: 150 })
  t.equal(await timeLimit(db), '150ms')
  await t.rejects(sql`select pg_sleep(20)`.execute(db), { code: '57014' })
})

t.test(
  'pooling by transaction: nothing is set that would reach others, and the role’s limit counts',
  { skip },
  async (t) => {
    const direct = await testDatabase(t)
    const url = await startPgBouncer(t, direct, { mode: 'transaction', poolSize: 1 })
    const db = open(t, url, { pooler: 'transaction' })
    t.equal(await timeLimit(db), '0')
    t.notOk(await hasTimeLimit(db), 'which the server warns of')
    // For everybody in this database, as a test may have no role of its own; docs/operations.md says how for a role.
    await sql`alter database ${sql.id(new URL(direct).pathname.slice(1))} set statement_timeout = '150ms'`.execute(
      open(t, direct, { connections: 1 }),
    )
    const limited = open(t, await startPgBouncer(t, direct, { mode: 'transaction' }), { pooler: 'transaction' })
    t.equal(await timeLimit(limited), '150ms')
    await t.rejects(sql`select pg_sleep(20)`.execute(limited), { code: '57014' })
  },
)

for (const mode of POOLERS)
  t.test(
    `8 migrators at once, pooled by ${mode}: each migration once, and no lock is left behind`,
    { skip },
    async (t) => {
      const direct = await emptyDatabase(t)
      const url = await startPgBouncer(t, direct, { mode, poolSize: mode === 'session' ? 20 : 3 })
      const instances = Array.from({ length: 8 }, () => open(t, url, { connections: 1, statementTimeoutMillis: 0 }))
      const applied = (await Promise.all(instances.map((db) => migrate(db)))).flatMap((each) => each.applied)
      t.ok(applied.length > 0)
      t.strictSame(applied.toSorted(), [...new Set(applied)].sort())
      const { rows } = await sql`
      select from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`.execute(open(t, direct))
      t.equal(rows.length, 0)
    },
  )

t.test('a migration that fails leaves no lock with a session that others get', { skip }, async (t) => {
  const direct = await emptyDatabase(t)
  const db = open(t, await startPgBouncer(t, direct, { mode: 'transaction', poolSize: 2 }), {
    statementTimeoutMillis: 0,
  })
  await sql`create table users (theirs text)`.execute(db)
  await t.rejects(migrate(db), /users/)
  await sql`drop table users`.execute(db)
  const other = open(t, direct, { connections: 1, statementTimeoutMillis: 0 })
  t.ok((await migrate(other)).applied.length > 0, 'nobody waits for it')
})

for (const pooler of POOLERS)
  t.test(`the server starts behind PgBouncer (${pooler}) and is ready`, { skip }, async (t) => {
    const direct = await emptyDatabase(t)
    const DATABASE_URL = await startPgBouncer(t, direct, { mode: pooler, poolSize: 12 })
    const server = startServer(t, { DATABASE_URL, DATABASE_POOLER: pooler })
    const url = await server.url
    t.equal((await fetch(`${url}/health/ready`)).status, 200)
    t.equal(/no statement_timeout/.test(server.log()), pooler === 'transaction')
  })

t.test('what PgBouncer refuses is said in a sentence', { skip }, async (t) => {
  const url = await startPgBouncer(t, await emptyDatabase(t), { mode: 'session' })
  const wrong = new URL(url)
  wrong.password = 'not-it'
  const rows: [string, RegExp][] = [
    [`${url}?options=-cwork_mem%3D1MB`, /refuses a parameter of DATABASE_URL \(.*options.*\)\. Take it out/],
    [wrong.href, /does not accept the role "postgres" with this password/],
  ]
  for (const [DATABASE_URL, says] of rows) {
    const { code, errors } = await startServer(t, { DATABASE_URL }).ended
    t.match({ code, errors }, { code: 1, errors: says })
    t.equal(errors.trimEnd().split('\n').length, 1)
  }
})
