// Guests who are not seen any more: they are erased, and nobody ever gets their `sub` again.
import { sql } from 'kysely'
import t from 'tap'
import { BY_COMMAND } from '../../../src/audit/context.ts'
import { removeApplication } from '../../../src/catalogue/applications.ts'
import { eraseDueAccounts } from '../../../src/identity/deletion.ts'
import { eraseUnseenGuests } from '../../../src/identity/unseen-guests.ts'
import { refuseErasure, turnClock } from '../../support/database.ts'
import { admitGuests, Device, GUEST_APP } from '../../support/device.ts'
import { tracesOf } from '../../support/people.ts'
import { testServer } from '../../support/server.ts'

const DAY_SECONDS = 24 * 3600

t.test('an expired guest comes back: it is a new sub, and the retired one is never used again', async (t) => {
  const server = await testServer(t)
  const { app, db, personId } = server
  await admitGuests(server)
  const device = await Device.create(app)
  const { sub } = (await device.register()).json()
  t.equal((await device.tokens()).statusCode, 200)
  t.equal(await eraseUnseenGuests(db), 0)
  await turnClock(t, db, 80 * DAY_SECONDS)
  const recent = await Device.create(app)
  const seen = (await recent.register()).json().sub
  await turnClock(t, db, 91 * DAY_SECONDS)
  t.match((await device.register()).json(), { error: 'invalid_proof' }, 'before it is erased its key is of no use')
  t.equal(await eraseUnseenGuests(db), 1)
  t.strictSame(await tracesOf(db, sub, device.jkt), [])
  const people = await db.selectFrom('people').select('id').execute()
  t.strictSame(people.map(({ id }) => id).toSorted(), [personId, seen].toSorted(), 'nobody else is concerned')
  const again = await device.register()
  t.equal(again.statusCode, 201)
  t.not(again.json().sub, sub)
  await t.rejects(db.insertInto('people').values({ id: sub }).execute(), /retired/)
})

t.test('who has an account is no guest, however long ago the device was seen', async (t) => {
  const server = await testServer(t)
  const { app, db } = server
  await admitGuests(server)
  const device = await Device.create(app)
  const { sub } = (await device.register()).json()
  await db.updateTable('people').set({ kind: 'member' }).where('id', '=', sub).execute()
  await turnClock(t, db, 400 * DAY_SECONDS)
  t.equal(await eraseUnseenGuests(db), 0)
  t.equal((await db.selectFrom('people').selectAll().where('id', '=', sub).execute()).length, 1)
})

t.test('one who cannot be erased keeps no other guest, however many there are', async (t) => {
  const { db, applicationId } = await testServer(t)
  await sql`insert into people (id, kind) select 'usr_guest' || n, 'guest' from generate_series(0, 149) n`.execute(db)
  await sql`insert into device_keys (jkt, person_id, auth_epoch, application_id, public_jwk, created_at)
    select 'key' || n, 'usr_guest' || n, 1, ${applicationId}, '{}', now() - make_interval(days => 300 - n)
    from generate_series(0, 149) n`.execute(db)
  await refuseErasure(db, 'usr_guest0')
  await t.rejects(eraseUnseenGuests(db), { errors: [{ message: /usr_guest0 stays/ }] })
  const left = await db.selectFrom('people').where('kind', '=', 'guest').select('id').execute()
  t.strictSame(left, [{ id: 'usr_guest0' }])
})

t.test('the guests of an application that is removed are erased, and only they', async (t) => {
  const server = await testServer(t)
  const { app, db, personId } = server
  await admitGuests(server)
  const [guest, member] = [await Device.create(app), await Device.create(app)]
  const { sub } = (await guest.register()).json()
  const { sub: stays } = (await member.register()).json()
  await db.updateTable('people').set({ kind: 'member' }).where('id', '=', stays).execute()
  await removeApplication(db, GUEST_APP.clientId, { context: BY_COMMAND })
  t.equal(await eraseDueAccounts(db, undefined), 1)
  t.strictSame(await tracesOf(db, sub, guest.jkt), [])
  const people = await db.selectFrom('people').select('id').execute()
  t.strictSame(people.map(({ id }) => id).toSorted(), [personId, stays].toSorted())
})
