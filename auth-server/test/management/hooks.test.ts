// Hooks at the management API: told as configured and never with a secret, tested, and what they did not take sent again or dropped.
import { pino } from 'pino'
import t from 'tap'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { restorePerson, suspendPerson } from '../../src/identity/administration/people.ts'
import { setDeadHooksAside } from '../../src/store/tables/outbox.ts'
import { turnClock } from '../support/database.ts'
import { HOOK_SECRET, hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { machine } from '../support/management.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'

const DAY = 24 * 3600
const receiver = await hookReceiver(t, (response) => void response.writeHead(204).end())
const events = ['before.sign-in', 'person.suspended', 'person.restored']
const server = await testServer(
  t,
  await hookEnvironment(t, { url: `${receiver.url}?key=hidden`, events, apis: [API.id], timeout_ms: 700 }),
)
const { db, deps, personId } = server
const root = await inRole(server, 'root@example.com', { role: 'administrator' })
/** By a token of now, since tests turn the clock. */
const ask: Awaited<ReturnType<typeof machine>>['ask'] = async (...asked) => (await machine(server)).ask(...asked)
const CRM = { params: { hook: 'crm' } }

async function deliveries(query: Readonly<Record<string, string>> = {}) {
  return (await ask('GET', '/hook-deliveries', { query })).json()
}
async function tell() {
  await suspendPerson(db, OPERATOR, personId)
  await restorePerson(db, OPERATOR, personId)
}
function send() {
  return sendDueEntries(deps, pino({ level: 'silent' }))
}
function answers(status: number) {
  receiver.answers((response) => void response.writeHead(status).end())
}
async function die(t: Parameters<typeof turnClock>[0]) {
  await turnClock(t, db, 3 * DAY + 60)
  await setDeadHooksAside(db)
}
t.beforeEach(async () => {
  await db.deleteFrom('outbox').where('kind', '=', 'hook').execute()
  answers(204)
})

t.test(
  'a hook is told as the file says it, with how it fares, and without its secret or the key in its address',
  async (t) => {
    answers(500)
    await tell()
    await send()
    const answer = await ask('GET', '/hooks')
    t.match(answer.json(), {
      items: [
        {
          name: 'crm',
          url: `${receiver.url}?…`,
          events,
          apis: [API.id],
          on_failure: 'refuse',
          timeout_ms: 700,
          configured: true,
          last_call: { event: /^person\./ },
          last_failure: { event: /^person\./, because: 'status 500' },
          waiting: 2,
          dead: 0,
        },
      ],
    })
    for (const hidden of ['hidden', HOOK_SECRET]) t.notMatch(answer.body, hidden)
    answers(204)
    await turnClock(t, db, 3600)
    await send()
    const [hook] = (await ask('GET', '/hooks')).json().items
    t.ok(hook.last_call.at > hook.last_failure.at)
    t.match(hook, { last_failure: { because: 'status 500' }, waiting: 0 })
    const problems = hook.recent_calls.map(({ problem }: { problem: string | null }) => problem)
    t.strictSame(problems, [null, null, 'status 500', 'status 500'], 'each call, the newest first')
    t.strictSame(Object.keys(hook.recent_calls[0]).toSorted(), ['at', 'event', 'problem'], 'and nobody in it')
    for (let n = 0; n < 30; n++) deps.hooks.calls.answered('crm', `event.${n}`)
    const [after] = (await ask('GET', '/hooks')).json().items
    t.equal(after.recent_calls.length, 20)
  },
)

t.test('a test call says what it was answered, is signed, and is not tried again', async (t) => {
  receiver.heard.length = 0
  const taken = await ask('POST', '/hooks/crm/test')
  t.match(taken.json(), { taken: true, status: 204, problem: null, took_ms: Number })
  t.match(receiver.heard, [{ event: 'hook.test', id: /^msg_/ }])
  answers(302)
  t.match((await ask('POST', '/hooks/crm/test')).json(), { taken: false, status: 302, problem: 'status 302' })
  t.match(await deliveries(), { items: [], next: null })
  t.equal((await ask('POST', '/hooks/other/test')).statusCode, 404)
  await db
    .insertInto('hook_subscriptions')
    .values({ name: 'elsewhere', receiver: 'https://there', events: [] })
    .execute()
  t.match((await ask('POST', '/hooks/elsewhere/test')).json(), { status: 409, detail: /catalogue file/ })
  t.match((await ask('GET', '/hooks')).json().items[1], { name: 'elsewhere', configured: false, on_failure: null })
  const [event] = (await ask('GET', '/audit', { query: { type: 'hook' } })).json().items
  t.match(event, { outcome: 'tested', change: { before: ['crm'] } })
})

t.test(
  'what waits says what was answered and when it is tried next; a dead one is sent again, once, or dropped',
  async (t) => {
    answers(503)
    await tell()
    await send()
    const { items } = await deliveries()
    t.match(items, [
      { hook: 'crm', event: 'person.restored', state: 'waiting', person_id: personId, attempts: 1 },
      { event: 'person.suspended', last_answer: 'status 503', next_attempt_at: /Z$/ },
    ])
    const [{ id: restored }, { id: suspended }] = items
    t.match((await ask('POST', `/hook-deliveries/${restored}/again`)).json(), {
      status: 409,
      detail: /tried again anyway/,
    })
    await die(t)
    answers(204)
    await tell()
    t.match(
      (await deliveries()).items.map((item: { state: string }) => item.state),
      ['dead', 'dead', 'waiting', 'waiting'],
    )
    t.match((await deliveries({ state: 'dead' })).items, [{ next_attempt_at: null }, { state: 'dead' }])
    receiver.heard.length = 0
    const both = await Promise.all([0, 1].map(() => ask('POST', `/hook-deliveries/${restored}/again`)))
    t.strictSame(both.map(({ statusCode }) => statusCode).toSorted(), [200, 409])
    t.equal((await ask('DELETE', `/hook-deliveries/${suspended}`)).statusCode, 204)
    t.equal((await ask('DELETE', `/hook-deliveries/${suspended}`)).statusCode, 404)
    await send()
    t.equal(receiver.heard.length, 3)
    t.ok(receiver.heard.some(({ id }) => id === `msg_${restored}`))
    t.match(await deliveries(), { items: [], next: null })
    const [dropped, sent] = (await ask('GET', '/audit', { query: { type: 'hook' } })).json().items
    t.match(
      [dropped, sent],
      [
        { outcome: 'dropped', change: { before: ['crm person.suspended'] } },
        { outcome: 'sent-again', change: { before: ['crm person.restored'] } },
      ],
    )
  },
)

t.test('pages of the list lose none and tell none twice; a cursor of another list is refused', async (t) => {
  answers(500)
  await tell()
  await send()
  await die(t)
  await tell()
  await tell()
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: { id: string }[]; next: string | null } = await deliveries({
      limit: '1',
      ...(cursor && { cursor }),
    })
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next
  }
  t.equal(seen.length, 6)
  t.equal(new Set(seen).size, 6)
  for (const key of ['nonsense', '2~1~a.1', '1~x~a.1', "1~1~' or 1"])
    t.match(await deliveries({ cursor: Buffer.from(key).toString('base64url') }), { status: 400 }, key)
})

t.test('all dead calls of a hook are sent again at once; one that the file still has is not forgotten', async (t) => {
  answers(500)
  await tell()
  await send()
  await die(t)
  t.strictSame((await ask('POST', '/hooks/crm/again')).json(), { sent_again: 2 })
  t.strictSame((await ask('POST', '/hooks/crm/again')).json(), { sent_again: 0 })
  t.equal((await ask('POST', '/hooks/nothing/again')).statusCode, 404)
  t.match((await ask('DELETE', '/hooks/crm')).json(), { status: 409, detail: /take it out of there first/ })
  await db.insertInto('hook_subscriptions').values({ name: 'former', receiver: 'https://there', events: [] }).execute()
  t.equal((await ask('DELETE', '/hooks/former')).statusCode, 204)
  t.equal((await ask('DELETE', '/hooks/former')).statusCode, 404)
})

t.test('administrators alone, and machines with the scope', async (t) => {
  const developer = await inRole(server, 'dev@example.com', { role: 'developer' })
  const approver = await inRole(server, 'approver@example.com', { role: 'approver', apiId: API.id })
  for (const { ask } of [developer, approver]) {
    t.equal((await ask('hooks.list')).status, 403)
    t.equal((await ask('hooks.deliveries')).status, 403)
    t.equal((await ask('hooks.test', CRM)).status, 403)
  }
  t.equal((await root.ask('hooks.test', CRM)).status, 200)
  const reader = await machine(server, ['hooks:read'])
  t.equal((await reader.ask('GET', '/hook-deliveries')).statusCode, 200)
  t.equal((await reader.ask('POST', '/hooks/crm/test')).statusCode, 403)
})
