// A connection whose server has fallen silent ends while somebody waits for it, and is kept while nobody does.
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { testDatabase } from '../support/database.ts'
import { databaseProxy } from '../support/proxy.ts'

/** Milliseconds; a second more makes a silence. */
const STATEMENT_TIMEOUT = 100
const url = await testDatabase(t)
const cable = await databaseProxy(t, url)
const db = openDatabase(cable.url, () => {}, { connections: 1, statementTimeoutMillis: STATEMENT_TIMEOUT })
const direct = openDatabase(url, () => {}, { statementTimeoutMillis: 10_000 })
t.teardown(() => Promise.all([db.destroy(), direct.destroy()]))

async function session(): Promise<number | undefined> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid where ${1}::int = 1`.execute(db)
  return rows[0]?.pid
}

t.test('an idle connection outlives any silence, with the plans of its statements', async (t) => {
  const before = await session()
  await sql`select pg_sleep(${(STATEMENT_TIMEOUT + 1200) / 1000})`.execute(direct)
  t.equal(await session(), before)
})

t.test('whoever waits when nothing comes through is told; the next one has a new connection', async (t) => {
  const before = await session()
  cable.hold()
  await t.rejects(session(), /terminated|closed|ended/)
  cable.mend()
  t.not(await session(), before)
})
