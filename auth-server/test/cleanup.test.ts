// Rows that nobody can use any more go in the background; what is in use or is evidence stays.
import t from 'tap'
import { removeObsoleteRows } from '../src/store/cleanup.ts'
import { turnClock } from './support/database.ts'
import { obtainTokens, refresh } from './support/phone.ts'
import { testServer } from './support/server.ts'

const DAY = 24 * 3600

t.test('a login leaves rows that disappear when their time has come, in batches', async (t) => {
  const { app, db } = await testServer(t)
  const { refresh_token } = await obtainTokens(app)
  t.same(await removeObsoleteRows(db), {}, 'nothing is obsolete at once')
  await turnClock(db, 2 * 3600 + 60)
  t.same(await removeObsoleteRows(db), { authorization_requests: 1 })
  await turnClock(db, DAY + 120)
  t.same(await removeObsoleteRows(db), { authorization_codes: 1 })
  t.equal((await refresh(app, refresh_token)).statusCode, 200, 'the family lives on')
  await turnClock(db, 15 * DAY)
  t.same(await removeObsoleteRows(db), { sessions: 1 })
  await turnClock(db, 62 * DAY)
  t.same(await removeObsoleteRows(db), { refresh_families: 1 })
})

t.test('two instances that clean at once take different rows, and a batch is no larger than asked', async (t) => {
  const { db } = await testServer(t)
  const rows = Array.from({ length: 25 }, (_, index) => ({ jti_hash: `jti ${index}`, expires_at: new Date(0) }))
  await db.insertInto('used_jtis').values(rows).execute()
  const both = await Promise.all([removeObsoleteRows(db, 10), removeObsoleteRows(db, 10)])
  const taken = both.map((removed) => removed.used_jtis ?? 0)
  t.ok(taken.every((count) => count <= 10))
  const left = await db.selectFrom('used_jtis').select('jti_hash').execute()
  t.equal(left.length, 25 - taken.reduce((sum, count) => sum + count, 0))
})
