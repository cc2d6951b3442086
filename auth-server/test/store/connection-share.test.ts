// A third of a pool's connections: those who share it never take the rest, and none is lost.
import { sql } from 'kysely'
import t from 'tap'
import { factsOfRequest } from '../../src/catalogue/evidence.ts'
import { decoyOf } from '../../src/identity/decoys.ts'
import { ConnectionsInUse, shareOf } from '../../src/store/connection-share.ts'
import { openDatabase, poolUse } from '../../src/store/database.ts'
import { isWritable } from '../../src/store/health.ts'
import { testDatabase } from '../support/database.ts'

t.test('connections of a share', async (t) => {
  const db = openDatabase(await testDatabase(t), () => {}, { connections: 6 })
  t.teardown(() => db.destroy())
  const share = shareOf(db, 60_000)
  /** Holds a connection of the share until it is released. */
  const hold = async ({ db: shared } = share) => {
    const held = await shared.startTransaction().execute()
    return () => held.rollback().execute()
  }

  await t.test('whoever shares it gets two of six, and others are served meanwhile', async (t) => {
    const held = [await hold(), await hold()]
    const waiting = Array.from({ length: 20 }, () => sql`select 1`.execute(share.db))
    await Promise.all([isWritable(db), isWritable(db), isWritable(db)])
    t.equal(share.waiting(), 20)
    t.match(poolUse(db), { busy: 2, waiting: 20 }, 'and the metric counts who waits')
    await Promise.all(held.map((release) => release()))
    await Promise.all(waiting)
    t.equal(share.waiting(), 0)
    t.match(poolUse(db), { busy: 0, waiting: 0 })
  })

  await t.test('a statement that fails, and a connection that ends, give theirs back', async (t) => {
    const ways = ['select 1 / 0', 'select pg_terminate_backend(pg_backend_pid())', 'nonsense']
    const tries = Array.from({ length: 30 }, (_, n) => sql.raw(ways[n % 3] ?? '').execute(share.db))
    const outcomes = await Promise.allSettled(tries)
    t.ok(outcomes.every(({ status }) => status === 'rejected'))
    // Whose backend has ended may be given out once more before the news has come.
    for (let n = 0; n < 4; n++) await sql`select 1`.execute(share.db).catch(() => {})
    const held = [await hold(), await hold()]
    t.equal(poolUse(db).busy, 2)
    await Promise.all(held.map((release) => release()))
  })

  await t.test('who waits for too long is told, and takes nobody’s place', async (t) => {
    const impatient = shareOf(db, 50)
    const held = [await hold(impatient), await hold(impatient)]
    await t.rejects(sql`select 1`.execute(impatient.db), ConnectionsInUse)
    t.equal(impatient.waiting(), 0)
    await Promise.all(held.map((release) => release()))
    for (let n = 0; n < 5; n++) await sql`select 1`.execute(impatient.db)
    t.match(poolUse(db), { busy: 0 })
  })

  await t.test('what a process remembers of a database is one, by whatever connections it was read', async (t) => {
    const personId = 'usr_imported'
    await sql`insert into people (id) values (${personId})`.execute(db)
    t.equal(await decoyOf(db, 'pepper', 'nobody@example.com'), undefined)
    const password = { person_id: personId, hash: 'imported:bcrypt:x', pepper_id: null }
    await db.insertInto('passwords').values(password).execute()
    t.equal(await decoyOf(share.db, 'pepper', 'nobody@example.com'), undefined, 'counted a moment ago')
    const asked = { state: 'the same', codeChallenge: 'one' }
    const applicationId = 'application_one'
    factsOfRequest(db, { applicationId, asked, isAppLink: false })
    const again = { applicationId, asked: { ...asked, codeChallenge: 'another' }, isAppLink: false }
    t.strictSame(factsOfRequest(share.db, again), [{ fact: 'pkce' }, { fact: 'state-repeated' }])
  })

  await t.test('what could not be written by it is known of the whole', async (t) => {
    await sql`alter table write_trials rename to write_trials_away`.execute(db)
    await share.db
      .transaction()
      .setAccessMode('read only')
      .execute((trx) => sql`create table none (id int)`.execute(trx))
      .catch(() => {})
    t.equal(await isWritable(db), false)
    await sql`alter table write_trials_away rename to write_trials`.execute(db)
    t.equal(await isWritable(db), true)
  })
})
