// The audit log is only ever added to: by rights, where migrations run under a role of their own; else by a trigger.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { record } from '../../src/audit/record.ts'
import { sealAuditLog } from '../../src/audit/seal.ts'
import { verifyDatabase } from '../../src/audit/verify-database.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { removeObsoleteRows } from '../../src/store/cleanup.ts'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { mayChangeAuditEvents } from '../../src/store/server-rights.ts'
import { upgradeDatabase } from '../../src/store/upgrade.ts'
import { testDatabase, turnClock } from '../support/database.ts'
import { obtainTokens, refresh } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { startServer } from '../support/start.ts'
import { twoRoles } from '../support/two-roles.ts'

const CONTEXT = { requestId: 'request', address: '192.0.2.1', userAgent: 'Shop/1.0' }
const SILENT = { onError() {}, onWait() {} }
const CHANGES = {
  update: sql`update audit_events set outcome = 'never happened'`,
  'update by a condition that nothing fits': sql`update audit_events set person = null where false`,
  delete: sql`delete from audit_events`,
  truncate: sql`truncate audit_events`,
}

function open(t: Test, url: string): Db {
  const db = openDatabase(url, () => {}, { connections: 2 })
  t.teardown(() => db.destroy())
  return db
}
function addEvent(db: Db) {
  return record(db, { type: 'sign-out', outcome: 'succeeded', personId: 'usr_ada' }, CONTEXT)
}
function readEvents(db: Db) {
  return db.selectFrom('audit_events').selectAll().execute()
}

t.test(
  'audit row update/delete by the application’s role: denied by the database; it adds and reads events, and the hash chain verifies',
  async (t) => {
    const { owner, server } = await twoRoles(t)
    await upgradeDatabase({ databaseUrl: server, migrationDatabaseUrl: owner }, SILENT)
    const db = open(t, server)
    await addEvent(db)
    t.equal(await sealAuditLog(db), 1)
    const before = await readEvents(db)
    t.match(before, [{ type: 'sign-out', outcome: 'succeeded', request_id: 'request' }])
    for (const [name, change] of Object.entries(CHANGES)) await t.rejects(change.execute(db), { code: '42501' }, name)
    const waysOut = {
      'switching the trigger off': sql`alter table audit_events disable trigger all`,
      'dropping it': sql`drop table audit_events`,
      'pretending to be another release': sql`insert into schema_floor (migration) values ('9999')`,
      'a migration that never ran': sql`delete from kysely_migration`,
      'another pseudonym for somebody': sql`update people set pseudonym = gen_random_uuid()`,
      'another address for an event': sql`update audit_details set address = '198.51.100.1'`,
      'another event for an address': sql`update audit_details set event_seq = event_seq + 1`,
      'an event of another time': sql`insert into audit_events (at, type, outcome) values ('2001-01-01', 'sign-in', 'succeeded')`,
      'an event before all others': sql`
      insert into audit_events (seq, type, outcome) overriding system value values (-1, 'sign-in', 'succeeded')`,
    }
    for (const [name, way] of Object.entries(waysOut)) await t.rejects(way.execute(db), name)
    // Says only, in a notice, that nothing was granted.
    await sql`grant all on audit_events to public`.execute(db)
    const { rows } = await sql<{ may: boolean }>`
    select has_table_privilege('audit_events', 'update, delete, truncate') as may`.execute(db)
    t.strictSame(rows, [{ may: false }])
    t.equal(await mayChangeAuditEvents(db), false)
    t.strictSame(await readEvents(db), before)
    t.match(await verifyDatabase(db), { count: 1, unsealed: 0, misfit: undefined })
    // Whoever has more rights than the application is found out by the chain.
    const other = open(t, owner)
    await sql`alter table audit_events disable trigger all`.execute(other)
    await sql`update audit_events set outcome = 'never happened'`.execute(other)
    t.match(await verifyDatabase(db), { misfit: { position: 1, problem: /is not what was sealed/ } })
  },
)

t.test('everything else works under that role: sign-in, tokens, refresh, removal of details', async (t) => {
  const { owner, server } = await twoRoles(t)
  await upgradeDatabase({ databaseUrl: server, migrationDatabaseUrl: owner }, SILENT)
  const { app, db } = await testServer(t, { DATABASE_URL: server })
  const { refresh_token } = await obtainTokens(app)
  t.equal((await refresh(app, refresh_token)).statusCode, 200)
  t.equal((await app.inject('/health/ready')).statusCode, 200)
  await addEvent(db)
  const details = await db.selectFrom('audit_details').select('address').execute()
  t.strictSame(
    details.map(({ address }) => address),
    ['127.0.0.1', '192.0.2.1'],
    'of the sign-in, and of the event',
  )
  await turnClock(t, open(t, owner), 91 * 24 * 3600)
  t.ok((await removeObsoleteRows(db)).audit_details)
  t.strictSame(await db.selectFrom('audit_details').selectAll().execute(), [])
  t.ok((await readEvents(db)).length > 0)
})

t.test('a wrong sign-in that led to nobody ends after 90 days, under either role; nothing else does', async (t) => {
  const { owner, server } = await twoRoles(t)
  await upgradeDatabase({ databaseUrl: server, migrationDatabaseUrl: owner }, SILENT)
  for (const [url, clock] of [
    [server, owner],
    [await testDatabase(t), undefined],
  ] as const) {
    const db = open(t, url)
    const personId = (await createAccount(db, randomSecret(), USER)) ?? ''
    for (const whose of [{}, {}, { applicationId: 'app_x' }, { personId }])
      await record(db, { type: 'sign-in', outcome: 'wrong-credentials', ...whose }, CONTEXT)
    await addEvent(db)
    await record(db, { type: 'key-rotation', outcome: 'scheduled' }, CONTEXT)
    await turnClock(t, clock === undefined ? db : open(t, clock), 89 * 24 * 3600)
    t.notOk((await removeObsoleteRows(db)).audit_events)
    await t.rejects(sql`delete from audit_events where person is null`.execute(db), 'not yet')
    await turnClock(t, clock === undefined ? db : open(t, clock), 91 * 24 * 3600)
    t.equal((await removeObsoleteRows(db, { batch: 2 })).audit_events, 3)
    const left = await db.selectFrom('audit_events').select(['type', 'person']).orderBy('seq').execute()
    t.match(left, [{ type: 'sign-in', person: /-/ }, { type: 'sign-out' }, { type: 'key-rotation' }])
    t.equal(left.length, 3)
    await t.rejects(sql`delete from audit_events`.execute(db), 'and no other one then, either')
    t.notOk((await removeObsoleteRows(db)).audit_events)
  }
})

t.test('a server that owns its tables is refused by the trigger', async (t) => {
  const db = open(t, await testDatabase(t))
  await addEvent(db)
  for (const [name, change] of Object.entries(CHANGES))
    await t.rejects(change.execute(db), { code: '23001', message: /only ever added/ }, name)
  t.equal((await readEvents(db)).length, 1)
})

t.test(
  'the server itself: migrates under the one role, serves under the other, from several instances at once',
  async (t) => {
    const { owner, server } = await twoRoles(t)
    const secrets = ['PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY']
    const shared = Object.fromEntries(secrets.map((name) => [name, randomSecret()]))
    const environment = { DATABASE_URL: server, MIGRATION_DATABASE_URL: owner, ...shared }
    const instances = [startServer(t, environment), startServer(t, environment)]
    for (const { url, log } of instances) {
      t.ok(await url)
      t.notMatch(log(), /could change the audit log/)
    }
    const url = (await instances[0]?.url) ?? ''
    t.equal((await fetch(`${url}/health/ready`)).status, 200)
  },
)

t.test('a role without the right to change the log counts as one that could, where it can get at it', async (t) => {
  const admin = new URL(process.env.TEST_DATABASE_URL ?? '')
  const { username, password } = admin
  const superuserOf = (url: string) => Object.assign(new URL(url), { username, password }).href
  const roleOf = (url: string) => sql.id(new URL(url).username)
  const databaseOf = (url: string) => sql.id(new URL(url).pathname.slice(1))
  const harmless = sql`select 1`
  interface Case {
    readonly before?: (owner: string, server: string) => typeof harmless
    readonly way: (owner: string) => readonly (typeof harmless)[]
  }
  const cases: Readonly<Record<string, Case>> = {
    'it owned the tables before another role migrated': {
      way: () => [
        sql`grant all on audit_events to current_user`,
        sql`alter table audit_events disable trigger all`,
        sql`delete from audit_events`,
      ],
    },
    'it owns the database, and so the schema': {
      before: (owner, server) => sql`alter database ${databaseOf(owner)} owner to ${roleOf(server)}`,
      way: () => [sql`drop table audit_events`],
    },
    'it may become the owner': {
      before: (owner, server) => sql`grant ${roleOf(owner)} to ${roleOf(server)}`,
      way: (owner) => [sql`set role ${roleOf(owner)}`, sql`drop table audit_events`],
    },
  }
  for (const [name, { before, way }] of Object.entries(cases)) {
    const { owner, server } = await twoRoles(t)
    const root = open(t, superuserOf(owner))
    if (before) {
      await sql`grant create on schema public to ${roleOf(owner)}`.execute(root)
      await sql`alter role ${roleOf(server)} noinherit`.execute(root)
      await before(owner, server).execute(root)
    } else await upgradeDatabase({ databaseUrl: server, migrationDatabaseUrl: owner }, SILENT)
    const [databaseUrl, migrationDatabaseUrl] = before ? [server, owner] : [owner, superuserOf(owner)]
    await upgradeDatabase({ databaseUrl, migrationDatabaseUrl }, SILENT)
    const db = open(t, databaseUrl)
    await addEvent(db)
    t.equal(await mayChangeAuditEvents(db), true, name)
    await db.connection().execute(async (one) => {
      for (const statement of way(owner)) await statement.execute(one)
    })
  }
})

t.test('a role that could change the log all the same is told of; a wrong one is named by its variable', async (t) => {
  const { owner, server } = await twoRoles(t)
  const loose = startServer(t, { DATABASE_URL: owner, MIGRATION_DATABASE_URL: owner })
  await loose.says(/could change the audit log/)
  const wrong = Object.assign(new URL(owner), { password: 'wrong' }).href
  const refused = startServer(t, { DATABASE_URL: server, MIGRATION_DATABASE_URL: wrong })
  const { code, errors } = await refused.ended
  t.equal(code, 1)
  t.match(errors, /does not accept the role "owner_\w+" with this password\. Correct MIGRATION_DATABASE_URL\./)
})
