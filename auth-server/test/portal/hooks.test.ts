// Hooks in the portal: administrators see how they fare and what they have not taken, test them, send again and drop.
import { pino } from 'pino'
import t from 'tap'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { suspendPerson } from '../../src/identity/administration/people.ts'
import { setDeadHooksAside } from '../../src/store/tables/outbox.ts'
import { newPerson } from '../support/administrator.ts'
import { turnClock } from '../support/database.ts'
import { hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { atPortalAs, portalServer, post } from '../support/portal.ts'

const receiver = await hookReceiver(t, (response) => void response.writeHead(500).end())
const events = ['before.sign-up', 'person.suspended']
const server = await portalServer(t, await hookEnvironment(t, { url: receiver.url, events, on_failure: 'continue' }))
const { db, deps } = server
const HOOKS = '/portal/administration/hooks'

/** A call that waits, and one that is dead. */
async function fail(t: Parameters<typeof turnClock>[0]): Promise<readonly string[]> {
  await db.deleteFrom('outbox').where('kind', '=', 'hook').execute()
  const people = [await newPerson(server, 'dead@example.com'), await newPerson(server, 'waits@example.com')]
  for (const [index, person] of people.entries()) {
    await suspendPerson(db, OPERATOR, person)
    await sendDueEntries(deps, pino({ level: 'silent' }))
    if (index === 0) await turnClock(t, db, 3 * 24 * 3600 + 60)
    await setDeadHooksAside(db)
  }
  return people
}

t.test(
  'a dead call comes first, with its answer; it is sent again or dropped after a question that names it',
  async (t) => {
    const [dead = '', waits = ''] = await fail(t)
    const chief = await atPortalAs(server, 'administrator')
    const page = async (path: string) => (await chief.browser.request('GET', path)).body
    const list = await page(HOOKS)
    for (const part of [/Hears of: before\.sign-up, person\.suspended/, /goes on without it/, /status 500/])
      t.match(list, part)
    t.match(list, /Calls that wait: 1 · dead: 1/)
    t.ok(list.indexOf(dead) > 0 && list.indexOf(dead) < list.indexOf(waits))
    const [again = ''] = /\/portal\/administration\/hooks\/deliveries\/[\w.-]+\/again/.exec(list) ?? []
    t.equal(list.split('/again"').length, 2, 'what waits is sent anyway')
    t.match(await page(again), /Send the call to crm again\?[\s\S]*same webhook-id/)
    t.equal((await post(chief, again)).headers.location?.split('?')[0], HOOKS)
    t.match(await post(chief, again), { statusCode: 409, body: /role="alert"/ })
    t.match(await page(HOOKS), /Calls that wait: 2 · dead: 0/)

    const drop = again.replace(/again$/, 'drop')
    t.match(
      await page(drop),
      new RegExp(`Drop the call to crm\\?[\\s\\S]*never hears of person\\.suspended \\(${dead}\\)`),
    )
    const done = await post(chief, drop)
    t.match(await page(String(done.headers.location)), /role="status"[^>]*>It is dropped\.[\s\S]*Calls that wait: 1/)
    t.equal((await post(chief, drop)).statusCode, 404)
  },
)

t.test('a test call says whether it was taken, and why not', async (t) => {
  const chief = await atPortalAs(server, 'administrator', { email: 'second@example.com' })
  const call = async () => {
    const answer = await post(chief, `${HOOKS}/crm/test`)
    return (await chief.browser.request('GET', String(answer.headers.location))).body
  }
  t.match(await call(), /has not taken the test call[\s\S]*Failed last[\s\S]*hook\.test, status 500/)
  receiver.answers((response) => void response.writeHead(204).end())
  t.match(await call(), /has taken the test call/)
  t.equal((await post(chief, `${HOOKS}/nothing/test`)).statusCode, 404)
})

t.test('nobody else finds any of it', async (t) => {
  for (const role of ['developer', 'nobody'] as const) {
    const other = await atPortalAs(server, role)
    for (const path of [HOOKS, `${HOOKS}/deliveries/a.1/drop`])
      t.equal((await other.browser.request('GET', path)).statusCode, 404, `${role} ${path}`)
    t.equal((await post(other, `${HOOKS}/crm/test`)).statusCode, 404)
  }
})
