// Hooks after changes: what they hear of, told by the transaction of the change; retries, the same id each time, and what never arrived.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import t from 'tap'
import type { AuditEvent } from '../../src/audit/events.ts'
import { NO_HOOKS } from '../../src/delivery/hooks/hooks.ts'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { restorePerson, suspendPerson } from '../../src/identity/administration/people.ts'
import { removeObsoleteRows } from '../../src/store/cleanup.ts'
import { AFTER_EVENTS } from '../../src/store/hook-events.ts'
import { erasePerson, exportPerson } from '../../src/store/person.ts'
import { listHookDeliveries, reviveHooks } from '../../src/store/queries/hook-deliveries.ts'
import { confirmSubscriptions } from '../../src/store/tables/hook-subscriptions.ts'
import { countDeadHooks, setDeadHooksAside } from '../../src/store/tables/outbox.ts'
import { turnClock } from '../support/database.ts'
import { hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { testServer } from '../support/server.ts'

const DAY = 24 * 3600
const receiver = await hookReceiver(t, (response) => void response.writeHead(204).end())
const server = await testServer(
  t,
  await hookEnvironment(t, { url: receiver.url, events: ['person.suspended', 'person.restored', 'person.deleted'] }),
)
const { db, deps, personId } = server

function send() {
  return sendDueEntries(deps, pino({ level: 'silent' }))
}
/** npm run hooks */
function command(...words: readonly string[]) {
  const file = join(import.meta.dirname, '../../src/commands/manage.ts')
  const { databaseUrl, issuer, passwordPepper, tokenSecret, cookieSecret, keyEncryptionKey } = server.config
  const secrets = { PASSWORD_PEPPER: passwordPepper, TOKEN_SECRET: tokenSecret, COOKIE_SECRET: cookieSecret }
  const env = {
    ...process.env,
    ...secrets,
    DATABASE_URL: databaseUrl,
    ISSUER: issuer,
    KEY_ENCRYPTION_KEY: keyEncryptionKey,
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, 'hooks', ...words], { env, encoding: 'utf8' })
  return { code: status, output: stdout, said: stderr }
}
function queued() {
  return db.selectFrom('outbox').selectAll().where('kind', '=', 'hook').execute()
}

type NameOf<E> = E extends { readonly type: infer Type extends string; readonly outcome: infer Outcome extends string }
  ? `${Type} ${Outcome}`
  : never

t.test('every event of the audit log that hooks are told for is one; none is told as two', async (t) => {
  const names: readonly NameOf<AuditEvent>[] = Object.values(AFTER_EVENTS).flat()
  t.equal(new Set(names).size, names.length)
})

t.test('a change is told to who wants to hear of it, with ids alone; nothing else is queued', async (t) => {
  await suspendPerson(db, OPERATOR, personId)
  t.equal((await queued()).length, 1)
  t.match((await exportPerson(db, personId))?.outbox ?? [], [{ payload: { event: 'person.suspended' } }])
  await send()
  t.strictSame(await queued(), [])
  const { at, ...body } = receiver.heard[0]?.body ?? {}
  t.strictSame(body, { event: 'person.suspended', sub: personId })
  t.ok(Math.abs(Date.now() - Date.parse(String(at))) < 60_000)
})

t.test(
  'what was not taken comes again under the same id, and three days later is dead until somebody sends it again',
  async (t) => {
    receiver.heard.length = 0
    receiver.answers((response) => void response.writeHead(500).end())
    await restorePerson(db, OPERATOR, personId)
    await send()
    await turnClock(t, db, 60)
    await send()
    t.equal(receiver.heard.length, 2)
    t.equal(receiver.heard[0]?.id, receiver.heard[1]?.id)
    t.equal(await countDeadHooks(db), 0)

    await turnClock(t, db, 3 * DAY + 60)
    await send()
    t.equal(receiver.heard.length, 2, 'it is given up')
    await removeObsoleteRows(db, { which: 'indexed' })
    await setDeadHooksAside(db)
    const asked = { hook: 'crm', state: 'dead' } as const
    const [dead] = await listHookDeliveries(db, asked, { after: undefined, limit: 10 })
    t.match(dead, { hook: 'crm', event: 'person.restored', personId, attempts: 2, lastAnswer: 'status 500' })
    t.equal(await countDeadHooks(db), 1)
    t.match(command('dead'), { code: 0, output: new RegExp(`^${dead?.id}\tcrm\tperson.restored\t`) })
    t.match(command('again', 'other'), { code: 2, said: 'There is no hook of this id.\n' })

    receiver.answers((response) => void response.writeHead(200).end())
    t.match(command('again', dead?.id ?? ''), { code: 0, output: 'Sending again: 1.\n' })
    t.equal(await reviveHooks(db, { hook: 'crm' }), 0, 'it is dead no more')
    await send()
    t.match(receiver.heard[2], { id: receiver.heard[0]?.id, event: 'person.restored' })
    t.strictSame(await queued(), [])
  },
)

t.test('who is forgotten is told as deleted; a month after the last attempt nothing is left', async (t) => {
  receiver.heard.length = 0
  receiver.answers((response) => void response.writeHead(410).end())
  await suspendPerson(db, OPERATOR, personId)
  await erasePerson(db, personId)
  await send()
  t.match(receiver.heard, [{ event: 'person.suspended' }])
  await turnClock(t, db, 4 * DAY)
  await setDeadHooksAside(db)
  await turnClock(t, db, 40 * DAY)
  await removeObsoleteRows(db, { which: 'indexed' })
  t.strictSame(await queued(), [])
})

t.test(
  'dead calls stand in the way of nothing that is due, and no hook keeps more of them than its bound',
  async (t) => {
    await sql`
    insert into outbox (id, kind, receiver, payload, next_attempt_at, expires_at)
    select 'dead.' || n, 'hook', 'http://there', jsonb_build_object('hook', 'crm', 'event', 'e', 'at', auth_now()),
           auth_now() - interval '1 hour', auth_now() - make_interval(secs => n) from generate_series(1, 25) n`.execute(
      db,
    )
    t.equal(await setDeadHooksAside(db, { batch: 10, most: 20 }), 25)
    t.equal(await countDeadHooks(db), 20)
    const { rows } = await sql`select from outbox where next_attempt_at <= auth_now()`.execute(db)
    t.strictSame(rows, [])
    t.equal(await reviveHooks(db, { hook: 'crm' }), 20)
    await sql`delete from outbox`.execute(db)
  },
)

t.test('an instance without a hook takes nothing from it, neither what waits nor what it will hear', async (t) => {
  await sql`
    insert into outbox (id, kind, receiver, payload, expires_at)
    values ('old.1', 'hook', 'http://there', jsonb_build_object('hook', 'crm', 'event', 'e', 'at', auth_now()),
            auth_now() + interval '1 day')`.execute(db)
  t.strictSame(await confirmSubscriptions(db, []), ['crm'], 'it is told which it does not have')
  await sendDueEntries({ ...deps, hooks: NO_HOOKS }, pino({ level: 'silent' }))
  t.match(await queued(), [{ id: 'old.1' }])
  t.match(await db.selectFrom('hook_subscriptions').select('name').execute(), [{ name: 'crm' }])
  t.match(command('forget', 'crm'), { code: 0, output: 'Forgotten, with all that waited for it.\n' })
  t.strictSame(await db.selectFrom('hook_subscriptions').selectAll().execute(), [])
  t.strictSame(await queued(), [])
  t.match(command('forget', 'crm'), { code: 2 })
})
