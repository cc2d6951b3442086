// The outbox for any kind of delivery: what is queued with a change is sent if, and only if, the change was made.
import { pino } from 'pino'
import t from 'tap'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { queueEntry } from '../../src/store/tables/outbox.ts'
import { turnClock } from '../support/database.ts'
import { logoutReceiver } from '../support/logout-receiver.ts'
import { testServer } from '../support/server.ts'

const quiet = pino({ level: 'silent' })

t.test('an entry is sent once its transaction is done, and never when that is undone', async (t) => {
  const { uri, heard } = await logoutReceiver(t, 200, 200)
  const { db, deps, personId, register } = await testServer(t)
  const applicationId = await register({ clientId: 'other-app', redirectUris: [], backchannelLogoutUri: uri })
  const change = (sessionId: string, undone = false) =>
    db.transaction().execute(async (trx) => {
      const entry = { receiver: new URL(uri).origin, personId, applicationId, payload: { sessionId } }
      await queueEntry(trx, 'logout-notice', entry)
      if (undone) throw new Error('undone')
    })
  await t.rejects(change('first', true), /undone/)
  await change('second')
  t.match(await db.selectFrom('outbox').selectAll().execute(), {
    length: 1,
    0: { kind: 'logout-notice', person_id: personId, application_id: applicationId, payload: { sessionId: 'second' } },
  })
  await sendDueEntries(deps, quiet)
  t.strictSame(await db.selectFrom('outbox').selectAll().execute(), [])
  t.equal(heard.length, 1)
})

t.test('an entry is tried until the time of its kind is over, and no longer', async (t) => {
  const { uri, heard } = await logoutReceiver(t, 200)
  const { db, deps, personId, register } = await testServer(t)
  const applicationId = await register({ clientId: 'other-app', redirectUris: [], backchannelLogoutUri: uri })
  await db
    .transaction()
    .execute((trx) =>
      queueEntry(trx, 'logout-notice', { receiver: 'one', personId, applicationId, payload: { sessionId: 's' } }),
    )
  await turnClock(t, db, 24 * 3600 + 1)
  await sendDueEntries(deps, quiet)
  t.equal(heard.length, 0)
})
