// Whom PostgreSQL sends back, from a circle of locks or from what was deleted meanwhile, begins anew, and is done once.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { type Db, openDatabase, type Trx } from '../../src/store/database.ts'
import { codeOf } from '../../src/store/health.ts'
import { emptyDatabase, untilBlocked } from '../support/database.ts'

async function setUp(t: Test): Promise<Db> {
  const url = await emptyDatabase(t, { mayCircle: true })
  const db = openDatabase(url, () => {}, { connections: 5 })
  t.teardown(() => db.destroy())
  await sql`create table things (id int primary key, a int not null)`.execute(db)
  await sql`insert into things select id, 0 from generate_series(1, 3) id`.execute(db)
  return db
}
function add(db: Db | Trx, id: number) {
  return sql`update things set a = a + 1 where id = ${id}`.execute(db)
}
async function sums(db: Db): Promise<readonly number[]> {
  const { rows } = await sql<{ a: number }>`select a from things order by id`.execute(db)
  return rows.map(({ a }) => a)
}

/** Resolves for all when so many have come. */
function meeting(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let came = 0
  return () => {
    came += 1
    if (came >= count) resolve()
    return promise
  }
}

t.test('two transactions in each other’s way are both done, once', async (t) => {
  const db = await setUp(t)
  const meet = meeting(2)
  let begun = 0
  const inOrder = (first: number, second: number) =>
    db.transaction().execute(async (trx) => {
      begun += 1
      await add(trx, first)
      await meet()
      await add(trx, second)
      return first
    })
  t.strictSame(await Promise.all([inOrder(1, 2), inOrder(2, 1)]), [1, 2])
  t.equal(begun, 3)
  t.strictSame(await sums(db), [2, 2, 0])
})

t.test('so are three in a ring', async (t) => {
  const db = await setUp(t)
  const meet = meeting(3)
  const inOrder = (first: number, second: number) =>
    db.transaction().execute(async (trx) => {
      await add(trx, first)
      await meet()
      await add(trx, second)
    })
  await Promise.all([inOrder(1, 2), inOrder(2, 3), inOrder(3, 1)])
  t.strictSame(await sums(db), [2, 2, 2])
})

t.test('a statement that is sent back is asked again', async (t) => {
  const db = await setUp(t)
  const holder = await db.startTransaction().execute()
  await add(holder, 1)
  const asked = sql<{ count: number }>`
    with second as (update things set a = a + 1 where id = 2 returning a),
    first as (update things set a = a + 1 where id = 1 and exists (select from second) returning a)
    select count(*)::int as count from first`.execute(db)
  await untilBlocked(db)
  // It waited first, and so is the first to look for a circle.
  await add(holder, 2)
  await holder.commit().execute()
  t.match(await asked, { rows: [{ count: 1 }] })
  t.strictSame(await sums(db), [2, 2, 0])
})

t.test('one in a transaction is not asked again by itself, which would lose those before it', async (t) => {
  const db = await setUp(t)
  const [one, other] = [await db.startTransaction().execute(), await db.startTransaction().execute()]
  await add(one, 1)
  await add(other, 2)
  const sentBack = add(one, 2).catch(codeOf)
  await untilBlocked(db)
  await add(other, 1).then(() => other.commit().execute())
  t.equal(await sentBack, '40P01')
  await one.rollback().execute()
  t.strictSame(await sums(db), [1, 1, 0])
})

t.test('nor is an index made anew that is made in steps, of which the first are not undone', async (t) => {
  const db = await setUp(t)
  const holder = await db.startTransaction().execute()
  await add(holder, 1)
  const made = sql`create index concurrently of_a on things (a)`.execute(db).catch(codeOf)
  await untilBlocked(db)
  await sql`lock table things in share row exclusive mode`.execute(holder)
  t.equal(await made, '40P01')
  await holder.rollback().execute()
})

t.test('who refers to what is deleted at that moment hears that it is not there', async (t) => {
  const db = await setUp(t)
  await sql`create table parts (of_thing int not null references things)`.execute(db)
  const holder = await db.startTransaction().execute()
  await sql`delete from things where id = 1`.execute(holder)
  const added = db.transaction().execute(async (trx) => {
    const { rows } = await sql`select from things where id = 1`.execute(trx)
    if (rows.length === 0) return 'no such thing'
    await sql`insert into parts values (1)`.execute(trx)
    return 'added'
  })
  await untilBlocked(db)
  await holder.commit().execute()
  t.equal(await added, 'no such thing')
})

t.test('who is sent back each time hears of it', async (t) => {
  const db = await setUp(t)
  let begun = 0
  const work = db.transaction().execute(async (trx) => {
    begun += 1
    await sql`do ${sql.lit("begin raise exception 'a circle' using errcode = '40P01'; end")}`.execute(trx)
  })
  await t.rejects(work, { code: '40P01' })
  t.equal(begun, 3)
})

t.test('any other error ends a transaction at once', async (t) => {
  const db = await setUp(t)
  let begun = 0
  const work = db.transaction().execute(async (trx) => {
    begun += 1
    await sql`select 1 / 0`.execute(trx)
  })
  await t.rejects(work, { code: '22012' })
  t.equal(begun, 1)
})
