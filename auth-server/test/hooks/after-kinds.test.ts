// Hooks hear of every kind of change that they want to hear of, whoever makes it: routes, the management API, triggers of the database.
import { pino } from 'pino'
import t from 'tap'
import type { AuditEvent } from '../../src/audit/events.ts'
import { defineApi } from '../../src/catalogue/apis.ts'
import { subscriptionsOf } from '../../src/delivery/hooks/hooks.ts'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { AFTER_EVENTS, type AfterEvent, UNTOLD } from '../../src/store/hook-events.ts'
import { confirmSubscriptions } from '../../src/store/tables/hook-subscriptions.ts'
import { atAccount } from '../support/account.ts'
import { newPerson, PASSWORD } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { mailServer } from '../support/mail-visit.ts'
import { machine } from '../support/management.ts'
import { logIn } from '../support/phone.ts'
import { inRole } from '../support/portal-actor.ts'
import { API } from '../support/server.ts'
import { Website } from '../support/website.ts'

const receiver = await hookReceiver(t, (response) => void response.writeHead(204).end())
const events = Object.keys(AFTER_EVENTS).filter((event) => event !== 'login.ended')
const server = await mailServer(t, await hookEnvironment(t, { url: receiver.url, events }))
const { db, deps, personId } = server
const owner = await inRole(server, 'owner@example.com', { role: 'developer' })
const root = await inRole(server, 'root@example.com', { role: 'administrator' })

/** What the hook has heard since it was asked last. */
async function heard() {
  await sendDueEntries(deps, pino({ level: 'silent' }))
  return receiver.heard.splice(0).map(({ body: { at: _, ...body } }) => body)
}
async function heardEvents() {
  return (await heard()).map(({ event }) => event).toSorted()
}

type NameOf<E> = E extends { readonly type: infer Type extends string; readonly outcome: infer Outcome extends string }
  ? `${Type} ${Outcome}`
  : never
type Decided = (typeof AFTER_EVENTS)[AfterEvent][number] | (typeof UNTOLD)[number]
type Undecided = Exclude<NameOf<AuditEvent>, Decided>

t.test('of every event of the audit log it is decided whether hooks hear of it', async (t) => {
  // Names the missing ones, where it does not compile.
  const nothing: Undecided[] = []
  const untold: readonly NameOf<AuditEvent>[] = UNTOLD
  const told: readonly string[] = Object.values(AFTER_EVENTS).flat()
  t.strictSame(nothing, [])
  t.strictSame(
    untold.filter((name) => told.includes(name)),
    [],
  )
  const undecided: [Undecided] extends [never] ? 'none' : Undecided = 'none'
  t.equal(undecided, 'none')
})

t.test('applications and subscriptions: made, changed, decided on, suspended, gone; with the client_id', async (t) => {
  await heard()
  const made = await owner.ask('applications.create', {
    body: { name: 'Notes', kind: 'native', redirect_uris: ['https://notes.example.com/callback'] },
  })
  const { id: application, client_id } = Object(made.body)
  const params = { client_id: String(client_id) }
  t.match(await heard(), [{ event: 'application.created', application, client_id }])
  await owner.ask('applications.update', { params, body: { name: 'Our notes' }, ifMatch: '*' })
  t.strictSame(await heardEvents(), ['application.changed'])

  const wish = { client_id, api_id: API.id, plan: 'basic', scopes: [] }
  const asked = await owner.ask('subscriptions.create', { body: wish })
  const one = { params: { subscription_id: String(Object(asked.body).id) } }
  t.match(await heard(), [{ event: 'subscription.requested', application, client_id, api: API.id }])
  await root.ask('approvals.decline', one)
  const again = await owner.ask('subscriptions.create', { body: wish })
  const other = { params: { subscription_id: String(Object(again.body).id) } }
  await root.ask('approvals.approve', { ...other, body: {} })
  await root.ask('subscriptions.suspend', other)
  await root.ask('subscriptions.restore', other)
  t.strictSame(
    await heardEvents(),
    ['declined', 'requested', 'approved', 'suspended', 'restored'].map((what) => `subscription.${what}`).toSorted(),
  )
  await root.ask('applications.suspend', { params })
  await root.ask('applications.restore', { params })
  await root.ask('applications.delete', { params, ifMatch: '*' })
  const ends = await heard()
  t.strictSame(ends.map(({ event }) => event).toSorted(), [
    'application.deleted',
    'application.restored',
    'application.suspended',
  ])
  t.ok(ends.every((end) => end.client_id === client_id))
  await root.ask('applications.delete', { params, ifMatch: '*' })
  t.strictSame(await heard(), [], 'what did not happen is not told')
})

t.test('teams: who joined, left, and who handed over', async (t) => {
  const made = await owner.ask('applications.create', { body: { name: 'Weather', kind: 'native' } })
  const params = { client_id: String(Object(made.body).client_id) }
  await newPerson(server, 'friend@example.com')
  await owner.ask('applications.invite', { params, body: { email: 'friend@example.com' } })
  const mail = (await server.mailbox.deliver(server)).find(({ link }) => link.includes('/join/'))
  const path = (mail?.link ?? '').replace(server.config.issuer, '')
  await heard()
  const browser = await atAccount(server, { email: 'friend@example.com', password: PASSWORD })
  await browser.submit(await browser.open(path), path.slice(1))
  const joined = await heard()
  t.match(joined, [{ event: 'team.joined', client_id: params.client_id }])
  const [{ sub } = {}] = joined
  await owner.ask('applications.remove_person', { params: { ...params, person_id: String(sub) } })
  t.match(await heard(), [{ event: 'team.left', sub, client_id: params.client_id }])
})

t.test('memberships, also of whoever proves an address that was invited, which a trigger sees to', async (t) => {
  await heard()
  const api_id = API.id
  const made = await root.ask('memberships.create', { body: { api_id, person_id: personId } })
  await root.ask('memberships.create', { body: { api_id, email: 'kim@example.com' } })
  t.match(await heard(), [{ event: 'membership.begun', sub: personId, api: api_id }])
  const kim = await newPerson(server, 'kim@example.com')
  t.strictSame(
    (await heard()).filter(({ event }) => event === 'membership.begun'),
    [{ event: 'membership.begun', sub: kim, api: api_id }],
  )
  await root.ask('memberships.end', { params: { membership_id: String(Object(made.body).id) } })
  t.match(await heard(), [{ event: 'membership.ended', sub: personId, api: api_id }])
})

t.test('who asks to come, is declined, asks again and is approved: each is told once, and no word of it', async (t) => {
  await defineApi(db, { ...API, signUp: 'approval' }, OPERATOR)
  t.teardown(() => defineApi(db, API, OPERATOR))
  const sub = await newPerson(server, 'nora@example.com')
  const site = await Website.open(server)
  const browser = new Browser(server.app)
  const user = { email: 'nora@example.com', password: PASSWORD }
  const page = await logIn(browser, await site.send(browser, { scope: 'openid orders:read' }), user)
  await heard()
  const asking = async () => {
    await Promise.all([1, 2, 3].map(() => browser.submit(page, '/ask-to-come', { reason: 'secretly curious' })))
    const { id } = await db.selectFrom('membership_requests').select('id').executeTakeFirstOrThrow()
    return { params: { request_id: id }, body: { reason: 'a secret word' } }
  }
  const about = { sub, api: API.id }
  const first = await asking()
  t.strictSame(await heard(), [{ event: 'membership.requested', ...about }])
  await Promise.all([1, 2].map(() => root.ask('memberships.decline', first)))
  t.strictSame(await heard(), [{ event: 'membership.declined', ...about }])
  await db.deleteFrom('membership_requests').execute()
  await root.ask('memberships.approve', await asking())
  t.strictSame((await heard()).map(({ event }) => event).toSorted(), ['membership.begun', 'membership.requested'])
})

t.test('a hook that does not want it hears nothing of what a trigger adds, and nothing is queued', async (t) => {
  const all = subscriptionsOf(deps.hooks)
  await confirmSubscriptions(
    db,
    all.map((hook) => ({ ...hook, events: ['person.deleted'] })),
  )
  t.teardown(() => confirmSubscriptions(db, all))
  await root.ask('memberships.create', { body: { api_id: API.id, email: 'lea@example.com' } })
  await newPerson(server, 'lea@example.com')
  t.strictSame(await heard(), [])
})

t.test('answers to a form: that there are some; what they are only where the file says so', async (t) => {
  const field = { name: 'size', type: 'text', label: { en: 'Size' }, max: 20 } as const
  await defineApi(db, { ...API, registration: { fields: [field] } }, OPERATOR)
  t.teardown(() => defineApi(db, API, OPERATOR))
  const site = await Website.open(server)
  const browser = new Browser(server.app)
  const page = await logIn(browser, await site.send(browser, { scope: 'openid orders:read' }))
  await heard()
  await browser.submit(page, '/registration', { 'answer.size': 'secretly L' })
  const about = { sub: personId, api: API.id }
  t.strictSame(await heard(), [{ event: 'registration.answered', ...about }])

  const [hook] = deps.hooks.all
  if (!hook) throw new Error('there is no hook')
  const withAnswers = { ...deps.hooks, byName: () => ({ ...hook, withAnswers: true }) }
  const send = async () => {
    await sendDueEntries({ ...deps, hooks: withAnswers }, pino({ level: 'silent' }))
    return heard()
  }
  const { ask } = await machine(server)
  const put = async (answer: string) => {
    await ask('DELETE', `/registrations/${API.id}/${personId}`)
    const other = new Browser(server.app)
    const asks = await logIn(other, await site.send(other, { scope: 'openid orders:read' }))
    await other.submit(asks, '/registration', { 'answer.size': answer })
  }
  await put('XL')
  const queued = await db.selectFrom('outbox').where('kind', '=', 'hook').select('payload').execute()
  t.notMatch(JSON.stringify(queued), 'XL')
  t.match(
    (await send()).filter(({ event }) => event === 'registration.answered'),
    [{ ...about, answers: { size: 'XL' } }],
  )
  await put('M')
  await ask('DELETE', `/registrations/${API.id}/${personId}`)
  const late = await send()
  t.strictSame(
    late
      .map(({ event }) => event)
      .filter((event) => String(event).startsWith('registration.'))
      .toSorted(),
    ['registration.answered', 'registration.withdrawn', 'registration.withdrawn'],
  )
  t.ok(late.every((body) => !('answers' in body)))
})
