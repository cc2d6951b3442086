// Who waits for a database connection has a span of it, whether for one of all or for one of the pages' share; who finds one has none.
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { shareOf } from '../../src/store/connection-share.ts'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { testDatabase } from '../support/database.ts'
import { traced } from '../support/traced.ts'

const WAIT = 'wait for a database connection'

async function pool(t: Test, connections: number) {
  const db = openDatabase(await testDatabase(t), () => {}, { connections })
  t.teardown(() => db.destroy())
  /** All of them are made, and nobody uses one. */
  const held = await Promise.all(Array.from({ length: connections }, () => db.startTransaction().execute()))
  await Promise.all(held.map((each) => each.rollback().execute()))
  return db
}
function ask(name: string, db: Db) {
  return inSpan(name, {}, () => sql`select 1`.execute(db))
}

t.test('the wait is below whoever waits, beside the statement, and a free connection is none', async (t) => {
  const { collector, close } = await traced(t)
  const db = await pool(t, 3)
  const { db: share } = shareOf(db)
  await ask('finds one', db)
  await ask('finds one of the share', share)
  const ofShare = await share.startTransaction().execute()
  const waits = ask('waits for the share', share)
  await ask('finds one beside it', db)
  await ofShare.rollback().execute()
  await waits
  const all = await Promise.all(Array.from({ length: 3 }, () => db.startTransaction().execute()))
  const [last, ofAll] = [ask('waits', db), ask('waits for all and the share', share)]
  await Promise.all(all.map((each) => each.rollback().execute()))
  await Promise.all([last, ofAll])
  const impatient = shareOf(db, 1)
  const taken = await impatient.db.startTransaction().execute()
  await t.rejects(ask('gives up', impatient.db))
  await taken.rollback().execute()
  await close()
  const spans = collector.spans()
  const below = (name: string) => {
    const { spanId } = spans.find((span) => span.name === name) ?? {}
    t.ok(spanId, name)
    return spans.filter(({ parentSpanId }) => parentSpanId === spanId).sort((a, b) => (a.name < b.name ? -1 : 1))
  }
  for (const name of ['finds one', 'finds one of the share', 'finds one beside it'])
    t.match(below(name), [{ name: 'select' }], name)
  for (const name of ['waits for the share', 'waits', 'waits for all and the share'])
    t.match(below(name), [{ name: 'select' }, { name: WAIT, kind: 3, hasFailed: false }], name)
  t.match(below('gives up'), [{ name: WAIT, hasFailed: true, facts: { 'error.type': 'ConnectionsInUse' } }])
})

t.test('who waits for one that is made anew has a span of that', async (t) => {
  const { collector, close } = await traced(t)
  const db = openDatabase(await testDatabase(t), () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  await ask('first', db)
  await close()
  t.ok(collector.spans().some(({ name }) => name === WAIT))
})
