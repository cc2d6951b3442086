// Logout notices that were under way when the outbox came: they keep their place, their attempts and their end.
import { sql } from 'kysely'
import t from 'tap'
import { up } from '../../src/store/migrations/0012_outbox.ts'
import { testServer } from '../support/server.ts'

t.test('notices under way move into the outbox as they are', async (t) => {
  const { db, applicationId } = await testServer(t)
  await db
    .updateTable('applications')
    .set({ backchannel_logout_uri: 'https://Shop.example.com:8443/logout?x=1' })
    .execute()
  await sql`drop table outbox`.execute(db)
  await sql`create table logout_notices (id text primary key, application_id text not null references applications,
    user_id text not null, session_id text not null, attempts integer not null default 0,
    next_attempt_at timestamptz not null default auth_now(), expires_at timestamptz not null)`.execute(db)
  await sql`insert into logout_notices values ('n.1', ${applicationId}, 'usr_ada', 'sess', 3,
    '2030-01-01T00:00:00Z', '2030-01-02T00:00:00Z')`.execute(db)
  await up(db)
  t.strictSame(await db.selectFrom('outbox').selectAll().execute(), [
    {
      id: 'n.1',
      kind: 'logout-notice',
      receiver: 'https://shop.example.com:8443',
      application_id: applicationId,
      person_id: 'usr_ada',
      payload: { sessionId: 'sess' },
      attempts: 3,
      created_at: new Date('2030-01-01T00:00:00Z'),
      next_attempt_at: new Date('2030-01-01T00:00:00Z'),
      expires_at: new Date('2030-01-02T00:00:00Z'),
    },
  ])
})
