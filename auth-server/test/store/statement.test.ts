// A statement that is compiled once takes its values anew at each call.
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { statement } from '../../src/store/statement.ts'
import { testDatabase } from '../support/database.ts'

const db = openDatabase(await testDatabase(t), () => {})
t.teardown(() => db.destroy())

interface Pair {
  readonly left: string
  readonly right: readonly string[] | null
  readonly missing?: string
}

t.test('each call has its own values, also side by side, and a constant stays', async (t) => {
  let written = 0
  const pair = statement<Pair, { said: string }>(({ left, right, missing }, db) => {
    written++
    return sql<{ said: string }>`
      select concat_ws('/', ${left}::text, ${right}::text[], ${missing}::text, ${left}::text, ${7}::int) as said`.compile(
      db,
    )
  })
  const said = await Promise.all([
    pair(db, { left: 'a', right: ['b'] }),
    pair(db, { left: 'c', right: null, missing: 'd' }),
    db.transaction().execute((trx) => pair(trx, { left: "'; drop table people; --", right: [] })),
  ])
  t.strictSame(said, [
    [{ said: 'a/{b}/a/7' }],
    [{ said: 'c/d/c/7' }],
    [{ said: "'; drop table people; --/{}/'; drop table people; --/7" }],
  ])
  t.equal(written, 1)
})
