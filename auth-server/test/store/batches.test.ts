// Statements that go together: each hears what it would alone, whatever becomes of those beside it.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { shareOf } from '../../src/store/connection-share.ts'
import { batchOutcomes, type Db, openDatabase, poolUse } from '../../src/store/database.ts'
import { isDatabaseAway } from '../../src/store/health.ts'
import { statement } from '../../src/store/statement.ts'
import { emptyDatabase, untilBlocked } from '../support/database.ts'

interface Move {
  readonly id: number
  readonly by: number
}
/** Each adds to a row of its own, and says in which transaction and session. */
const move = statement<Move, { a: number; trx: string; pid: number }>(({ id, by }, db) =>
  sql<{ a: number; trx: string; pid: number }>`
    update things set a = a + ${by} where id = ${id}
    returning a, pg_current_xact_id()::text as trx, pg_backend_pid() as pid`.compile(db),
)
const divide = statement<{ by: number }, { said: number }>(({ by }, db) =>
  sql<{ said: number }>`select (100 / ${by}::int)::int as said`.compile(db),
)
/** What refers to another row is looked for when the transaction commits. */
const pair = statement<{ id: number; with: number }, { id: number }>((given, db) =>
  sql<{ id: number }>`update things set partner = ${given.with} where id = ${given.id} returning id`.compile(db),
)
const nap = statement<{ id: number; seconds: number }, { a: number }>(({ id, seconds }, db) =>
  sql<{ a: number }>`
    update things set a = a + 1 from pg_sleep(${seconds}) where id = ${id} returning a`.compile(db),
)

async function setUp(t: Test, { connections = 5, statementTimeoutMillis = 5000 } = {}) {
  const url = await emptyDatabase(t)
  const db = openDatabase(url, () => {}, { connections, statementTimeoutMillis })
  t.teardown(() => db.destroy())
  await sql`create table things (id int primary key, a int not null,
    partner int references things deferrable initially deferred)`.execute(db)
  await sql`insert into things select id, 0 from generate_series(1, 40) id`.execute(db)
  return { db, url }
}
async function all(db: Db) {
  const { rows } = await sql<{ id: number; a: number }>`select id, a from things where a <> 0 order by id`.execute(db)
  return rows.map(({ id, a }) => [id, a])
}
function moves(db: Db, count: number, from = 1) {
  return Array.from({ length: count }, (_, index) => move(db, { id: from + index, by: from + index }))
}

t.test('what is asked in one turn shares a transaction, also by a share of the pool, sixteen at most', async (t) => {
  // However slow the machine is.
  const { db } = await setUp(t, { statementTimeoutMillis: 60_000 })
  const { db: share } = shareOf(db)
  const rows = (await Promise.all([...moves(db, 10), ...moves(share, 10, 11)])).flat()
  t.strictSame(
    rows.map(({ a }) => a),
    Array.from({ length: 20 }, (_, index) => index + 1),
  )
  const sizes = Map.groupBy(rows, ({ trx }) => trx)
  t.strictSame(
    [...sizes.values()].map(({ length }) => length),
    [16, 4],
  )
  t.equal((await all(db)).length, 20)
  t.strictSame(batchOutcomes(share), { done: 2, undone: 0, lost: 0 })
})

t.test('what only reads shares no transaction with what writes, and so waits for no commit', async (t) => {
  const { db } = await setUp(t)
  const look = statement<{ id: number }, { trx: string | null; pid: number }>(
    ({ id }, db) =>
      sql<{ trx: string | null; pid: number }>`
        select pg_current_xact_id_if_assigned()::text as trx, pg_backend_pid() as pid from things where id = ${id}`.compile(
        db,
      ),
    'reads',
  )
  const [moved, seen] = await Promise.all([
    Promise.all(moves(db, 3)),
    Promise.all([1, 2, 3].map((id) => look(db, { id }))),
  ])
  const pids = new Set(moved.flat().map(({ pid }) => pid))
  const [first] = seen.flat()
  for (const each of seen.flat()) t.strictSame(each, { trx: null, pid: first?.pid }, 'they go together')
  t.notOk(pids.has(first?.pid ?? 0))
})

t.test('the same row twice is changed one after the other', async (t) => {
  const { db } = await setUp(t)
  const rows = await Promise.all([move(db, { id: 1, by: 1 }), move(db, { id: 1, by: 1 }), move(db, { id: 1, by: 1 })])
  t.strictSame(
    rows.flat().map(({ a }) => a),
    [1, 2, 3],
  )
})

t.test('one that fails is told so alone, and the others are done once', async (t) => {
  const { db } = await setUp(t)
  for (const place of [0, 3, 6]) {
    const asked: Promise<unknown>[] = moves(db, 6)
    asked.splice(place, 0, divide(db, { by: 0 }))
    const settled = await Promise.allSettled(asked)
    t.match(settled[place], { status: 'rejected', reason: { code: '22012' } })
    t.equal(settled.filter(({ status }) => status === 'fulfilled').length, 6)
  }
  t.strictSame(
    await all(db),
    Array.from({ length: 6 }, (_, index) => [index + 1, 3 * (index + 1)]),
  )
  t.strictSame(batchOutcomes(db), { done: 0, undone: 3, lost: 0 }, 'and what is asked alone is no batch')
  t.strictSame(await divide(db, { by: 5 }), [{ said: 20 }], 'what was parsed before is as good as ever')
})

t.test('after a failure the same statements share a transaction again, on the same connection', async (t) => {
  const { db } = await setUp(t, { connections: 1, statementTimeoutMillis: 60_000 })
  const [[before] = []] = await Promise.all(moves(db, 2))
  for (let round = 0; round < 3; round++) {
    await Promise.allSettled([...moves(db, 3), divide(db, { by: 0 })])
    const [said, ...rows] = await Promise.all([divide(db, { by: 5 }), ...moves(db, 4)])
    t.strictSame(said, [{ said: 20 }])
    t.equal(new Set(rows.flat().map(({ trx }) => trx)).size, 1)
    t.ok(rows.flat().every(({ pid }) => pid === before?.pid))
  }
})

t.test('one whose commit fails is told so alone, and the others are done once', async (t) => {
  const { db } = await setUp(t)
  const [broken, ...rest] = await Promise.allSettled([pair(db, { id: 40, with: 99 }), ...moves(db, 5)])
  t.match(broken, { status: 'rejected', reason: { code: '23503' } })
  t.ok(rest.every(({ status }) => status === 'fulfilled'))
  t.strictSame(
    (await all(db)).map(([, a]) => a),
    [1, 2, 3, 4, 5],
  )
})

t.test('a value that cannot be sent fails alone', async (t) => {
  const { db } = await setUp(t)
  const unsendable = { toPostgres: () => ({ toPostgres: () => unsendable }) }
  const bad = { id: unsendable as unknown as number, by: 1 }
  const [broken, ...rest] = await Promise.allSettled([move(db, bad), ...moves(db, 3)])
  t.equal(broken.status, 'rejected')
  t.ok(rest.every(({ status }) => status === 'fulfilled'))
})

t.test('behind one that waits for a lock nobody waits who comes later', async (t) => {
  const { db } = await setUp(t)
  const holder = await db.startTransaction().execute()
  await sql`update things set a = a where id = 1`.execute(holder)
  const blocked = [move(db, { id: 1, by: 1 })]
  await untilBlocked(db)
  blocked.push(move(db, { id: 1, by: 1 }))
  await untilBlocked(db, 2)
  t.strictSame(await divide(db, { by: 2 }), [{ said: 50 }])
  await holder.commit().execute()
  await Promise.all(blocked)
  t.strictSame(await all(db), [[1, 2]])
})

t.test('who has to wait for a row goes on alone, and those beside it do not wait', async (t) => {
  const { db } = await setUp(t)
  const holder = await db.startTransaction().execute()
  await sql`select from things where id = 2 for update`.execute(holder)
  const [one, blocked, other] = moves(db, 3)
  await Promise.all([one, other])
  await holder.commit().execute()
  t.match(await blocked, [{ a: 2 }])
})

t.test('so does who has to wait at the commit, which no time limit of a statement ends', async (t) => {
  const { db } = await setUp(t)
  const holder = await db.startTransaction().execute()
  await sql`select from things where id = 39 for update`.execute(holder)
  const blocked = pair(db, { id: 40, with: 39 })
  await Promise.all(moves(db, 3))
  await holder.commit().execute()
  t.strictSame(await blocked, [{ id: 40 }])
})

t.test('a transaction that locks rows in another order is not ended for the sake of a batch', async (t) => {
  const { db } = await setUp(t)
  const holder = await db.startTransaction().execute()
  await sql`update things set a = a where id = 3`.execute(holder)
  // Half the time after which PostgreSQL looks for circles: the holder itself would find one after the whole.
  const batch = Promise.all([move(db, { id: 1, by: 1 }), nap(db, { id: 2, seconds: 0.5 }), move(db, { id: 3, by: 1 })])
  const napping = sql`select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`
  const deadline = Date.now() + 10_000
  while ((await napping.execute(db)).rows.length === 0) if (Date.now() > deadline) throw new Error('nobody naps')
  await sql`update things set a = a where id = 1`.execute(holder)
  await holder.commit().execute()
  await batch
  t.strictSame(
    await all(db),
    [1, 2, 3].map((id) => [id, 1]),
  )
})

t.test('together they take no longer than one may, after which its server is thought to be gone', async (t) => {
  const { db } = await setUp(t, { statementTimeoutMillis: 300 })
  const naps = Array.from({ length: 16 }, (_, index) => nap(db, { id: index + 1, seconds: 0.15 }))
  t.equal((await Promise.all(naps)).length, 16)
  t.strictSame(
    (await all(db)).map(([, a]) => a),
    naps.map(() => 1),
  )
})

t.test('who waits for others to go with does not count as one who waits for a connection', async (t) => {
  const { db } = await setUp(t)
  const holder = await db.startTransaction().execute()
  await sql`update things set a = a where id = 1`.execute(holder)
  const asked: Promise<unknown>[] = []
  for (const count of [1, 2]) {
    asked.push(move(db, { id: 1, by: 1 }))
    await untilBlocked(db, count)
  }
  asked.push(move(db, { id: 3, by: 1 }))
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  t.match(poolUse(db), { waiting: 0 })
  await holder.commit().execute()
  await Promise.all(asked)
})

t.test('one that takes too long is told so, and those beside it are done', async (t) => {
  const { db } = await setUp(t, { statementTimeoutMillis: 200 })
  const holder = await db.startTransaction().execute()
  await sql`update things set a = a where id = 2`.execute(holder)
  const settled = await Promise.allSettled(moves(db, 3))
  t.match(settled[1], { status: 'rejected', reason: { code: '57014' } })
  t.strictSame(
    settled.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  await holder.rollback().execute()
  t.strictSame(await all(db), [
    [1, 1],
    [3, 3],
  ])
})

t.test('where the connection is lost, all of it hear so, and nothing is done twice', async (t) => {
  const { db } = await setUp(t)
  const end = statement<{ id: number }, unknown>(({ id }, db) =>
    sql`select pg_terminate_backend(pg_backend_pid()) where ${id}::int = 1`.compile(db),
  )
  const settled = await Promise.allSettled([...moves(db, 3), end(db, { id: 1 }), ...moves(db, 3, 11)])
  for (const each of settled) {
    if (each.status === 'fulfilled') return t.fail('nobody can know')
    t.ok(isDatabaseAway(each.reason), String(each.reason))
  }
  t.strictSame(await all(db), [])
  t.equal((await Promise.all(moves(db, 3))).length, 3, 'the next ones get another connection')
})

/** A way to the database on which a connection ends once the error of this code has passed, before the server is ready. */
async function endedAt(t: Test, url: string, code: string): Promise<string> {
  const way = new URL(url)
  const readyForQuery = Buffer.from('Z\0\0\0\x05I')
  const server = createServer((near) => {
    const far = connect({ host: way.hostname, port: Number(way.port) })
    near.on('error', () => {}).pipe(far.on('error', () => {}))
    far.on('data', (data) => {
      if (!data.includes(code)) return near.write(data)
      const end = data.indexOf(readyForQuery, data.indexOf(code))
      return near.end(data.subarray(0, end < 0 ? undefined : end), () => far.destroy())
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  const there = server.address()
  return Object.assign(new URL(url), { host: `127.0.0.1:${typeof there === 'object' && there?.port}` }).href
}

t.test('where it is lost after one has failed, the others do not hear of that', async (t) => {
  const { url } = await setUp(t)
  const db = openDatabase(await endedAt(t, url, '22012'), () => {})
  t.teardown(() => db.destroy())
  for (const each of await Promise.allSettled([...moves(db, 3), divide(db, { by: 0 })]))
    t.ok(each.status === 'rejected' && isDatabaseAway(each.reason))
})

t.test('where no connection can be had, all hear so', async (t) => {
  const { db } = await setUp(t)
  await db.destroy()
  const settled = await Promise.allSettled(moves(db, 20))
  t.ok(settled.every(({ status }) => status === 'rejected'))
})

t.test('after a migration of another instance each is planned anew, without an error', async (t) => {
  const { db } = await setUp(t)
  const read = statement<{ id: number }, unknown>(({ id }, db) =>
    sql`select * from things where id = ${id}`.compile(db),
  )
  await Promise.all([1, 2, 3].map((id) => read(db, { id })))
  await sql`alter table things add column b text not null default 'new'`.execute(db)
  for (let round = 0; round < 3; round++) {
    const rows = (await Promise.all([1, 2, 3].map((id) => read(db, { id })))).flat()
    t.strictSame(
      rows,
      [1, 2, 3].map((id) => ({ id, a: 0, partner: null, b: 'new' })),
    )
  }
})

t.test('a transaction asks by its own connection', async (t) => {
  const { db } = await setUp(t)
  await db.transaction().execute(async (trx) => {
    const [one, other] = await Promise.all([move(trx, { id: 1, by: 1 }), move(trx, { id: 2, by: 2 })])
    t.equal(one[0]?.trx, other[0]?.trx)
    t.strictSame(await all(db), [])
  })
  t.strictSame(await all(db), [
    [1, 1],
    [2, 2],
  ])
})
