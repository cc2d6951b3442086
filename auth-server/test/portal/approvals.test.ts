// Approvals in the portal: who is told what, who decides, what is refused, and what the people of the application read by mail.
import t, { type Test } from 'tap'
import { putMember } from '../../src/store/tables/application-members.ts'
import { replacePlanLimits } from '../../src/store/tables/plan-limits.ts'
import { turnClock } from '../support/database.ts'
import { openMailbox } from '../support/mailbox.ts'
import { machine } from '../support/management.ts'
import { atPortalAs, type PersonAtPortal, portalServer, post } from '../support/portal.ts'
import { API } from '../support/server.ts'

t.setTimeout(120_000)

const LIST = '/portal/approvals'

async function opened(t: Test) {
  const mailbox = await openMailbox(t)
  const server = await portalServer(t, mailbox.environment)
  const { db } = server
  const { ask } = await machine(server)
  const ada = await atPortalAs(server, 'developer')
  const approver = await atPortalAs(server, 'approver', { apiId: API.id })
  const chief = await atPortalAs(server, 'administrator')
  /** An application of somebody asks for the API. Returns the page of the request. */
  const asks = async (who: PersonAtPortal, name: string) => {
    const body = {
      name,
      kind: 'native',
      redirect_uris: ['https://shop.example.com/callback'],
      policy_uri: 'https://example.com/privacy',
    }
    const made = await ask('POST', '/applications', { body })
    if (made.statusCode !== 201) throw new Error(made.body)
    const { id: applicationId, client_id: clientId } = made.json()
    await db.transaction().execute((trx) => putMember(trx, { applicationId, personId: who.personId, role: 'owner' }))
    const sent = await post(who, `/portal/apis/${API.id}/subscribe/basic/${clientId}`, { 'scope:orders:read': '1' })
    if (sent.statusCode !== 303) throw new Error(sent.body)
    const id = /sub_[\w-]{22}/.exec(String(sent.headers.location))?.[0] ?? ''
    return { id, applicationId: String(applicationId), clientId: String(clientId), at: `${LIST}/${id}` }
  }
  const state = async (id: string) => (await ask('GET', `/subscriptions/${id}`)).json()
  return { server, db, ask, mailbox, ada, approver, chief, asks, state }
}

async function shown({ browser }: PersonAtPortal, url: string, status = 200): Promise<string> {
  const { statusCode, body } = await browser.request('GET', url)
  if (statusCode !== status) throw new Error(`${url}: ${statusCode} ${body.slice(0, 2000)}`)
  return body
}

t.test('a request tells all that a decision needs, and nobody else is told of it', async (t) => {
  const { server, db, ada, approver, chief, asks } = await opened(t)
  t.match(await shown(approver, LIST), /No application waits for your decision/)
  const gateway = await db.selectFrom('applications').select('id').executeTakeFirstOrThrow()
  await replacePlanLimits(db, { applicationId: gateway.id, node: 'one' }, [
    { policy: 'orders', plan: 'basic', counted: 'user', period: 'minute', calls: 60, audience: API.resource },
    { policy: 'orders', plan: 'gold', counted: 'user', period: 'minute', calls: 777, audience: API.resource },
  ])
  const { at, clientId } = await asks(ada, 'Field <notes>')
  for (const who of [approver, chief]) {
    t.match(await shown(who, '/portal'), `href="${LIST}"`)
    t.match(
      await shown(who, LIST),
      new RegExp(`href="${at}">Field &lt;notes&gt; and ${API.name}[\\s\\S]*developer@example`),
    )
    const page = await shown(who, at)
    for (const part of [
      'developer@example.com',
      'basic<br>60 calls a minute for each person in each app',
      '<code>orders:read</code>',
      'nobody vouches for it yet',
      clientId,
      'App on a phone or computer',
      '<code>https://shop.example.com/callback</code>',
      'href="https://example.com/privacy"',
      `href="${at}/approve"`,
      `href="${at}/decline"`,
    ])
      t.match(page, part)
    t.notMatch(page, '777')
    t.match(page, API.scopes['orders:read'], 'scopes in words')
  }
  for (const role of ['developer', 'nobody'] as const) {
    const other = await atPortalAs(server, role, { email: `${role}-2@example.com` })
    for (const url of [LIST, at, `${at}/approve`, `${at}/decline`]) await shown(other, url, 404)
    t.equal((await post(other, `${at}/approve`)).statusCode, 404)
    t.notMatch(await shown(other, '/portal'), LIST)
  }
})

t.test('approver of API 1 sees nothing of API 2, and decides nothing of it', async (t) => {
  const { server, ask, ada, asks, state } = await opened(t)
  const body = {
    id: 'second',
    name: 'Second',
    resource: 'https://api.example.com/second',
    scopes: [],
    plans: ['basic'],
  }
  t.equal((await ask('POST', '/apis', { body })).statusCode, 201)
  const other = await atPortalAs(server, 'approver', { email: 'other@example.com', apiId: 'second' })
  const { id, at } = await asks(ada, 'Shop')
  t.match(await shown(other, LIST), /No application waits for your decision/)
  for (const url of [at, `${at}/approve`, `${at}/decline`]) await shown(other, url, 404)
  for (const url of [`${at}/approve`, `${at}/decline`])
    t.equal((await post(other, url, { reason: 'No.' })).statusCode, 404)
  t.match(await state(id), { status: 'pending' })
})

t.test(
  'nobody decides on their own request or their team’s: it is said, and a form posted by hand is 403',
  async (t) => {
    const { server, db, approver, chief, ada, asks, state } = await opened(t)
    const own = await asks(ada, 'Of the team')
    for (const { personId } of [approver, chief])
      await db
        .transaction()
        .execute((trx) => putMember(trx, { applicationId: own.applicationId, personId, role: 'collaborator' }))
    for (const who of [approver, chief]) {
      const page = await shown(who, own.at)
      t.match(page, /You or your team asked for this: somebody else decides/)
      t.notMatch(page, `${own.at}/`)
      for (const step of ['approve', 'decline']) {
        const url = `${own.at}/${step}`
        t.match(await who.browser.request('GET', url), { statusCode: 303, headers: { location: own.at } })
        const posted = await post(who, url, { reason: 'So be it.' })
        t.match(posted, { statusCode: 403, body: /[Nn]obody approves what they or their team asked for/ }, step)
      }
    }
    t.match(await state(own.id), { status: 'pending' })
    await db.deleteFrom('application_members').where('person_id', '=', chief.personId).execute()
    await db
      .updateTable('subscriptions')
      .set({ requested_by_person: chief.personId })
      .where('id', '=', own.id)
      .execute()
    t.equal((await post(chief, `${own.at}/approve`)).statusCode, 403, 'who asked and left the team decides as little')
    const second = await atPortalAs(server, 'administrator', { email: 'second@example.com' })
    t.equal((await post(second, `${own.at}/approve`)).statusCode, 303)
  },
)

t.test('trusted is an administrator’s to say: an approver is not asked, and refused when they post it', async (t) => {
  const { ada, approver, chief, asks, state } = await opened(t)
  const { id, at } = await asks(ada, 'Shop')
  t.notMatch(await shown(approver, `${at}/approve`), /name="trusted"/)
  const refused = await post(approver, `${at}/approve`, { trusted: 'yes' })
  t.match(refused, { statusCode: 403, body: /administrator alone makes an application trusted/ })
  t.match(await state(id), { status: 'pending', trusted: false })
  t.match(
    await shown(chief, `${at}/approve`),
    /Is it trusted\?[\s\S]*name="trusted" value="no" checked[\s\S]*is not asked to allow/,
  )
  t.equal((await post(chief, `${at}/approve`, { trusted: 'yes' })).statusCode, 303)
  t.match(await state(id), { status: 'approved', trusted: true })
  const plain = await asks(ada, 'Second')
  const done = await post(approver, `${plain.at}/approve`)
  t.match(done, { statusCode: 303, headers: { location: /^\/portal\/approvals\?news=subscriptionApproved/ } })
  t.match(await state(plain.id), { status: 'approved', trusted: false })
  t.match(await shown(ada, `/portal/subscriptions/${plain.id}`), /This subscription works/)
})

t.test('declined with a sentence, which arrives in the mail; without one, the page asks for it', async (t) => {
  const { server, mailbox, ada, approver, asks, ask } = await opened(t)
  const { id, at } = await asks(ada, 'Shop')
  await mailbox.deliver(server)
  const empty = await post(approver, `${at}/decline`, { reason: '  ' })
  t.match(empty, { statusCode: 400, body: /href="#reason">Write why, in one sentence[\s\S]*aria-invalid="true"/ })
  const long = await post(approver, `${at}/decline`, { reason: 'x'.repeat(301) })
  t.match(long, { statusCode: 400, body: /role="alert"[\s\S]*value="x{301}"/ })
  t.equal((await post(approver, `${at}/decline`, { reason: 'Ask for the <new> API.' })).statusCode, 303)
  const [mail] = await mailbox.deliver(server)
  t.match(mail, { recipients: ['developer@example.com'], subject: 'Shop (shop.example.com) may not use Orders' })
  t.match(mail?.text, 'Ask for the <new> API.')
  t.equal((await ask('GET', `/subscriptions/${id}`)).statusCode, 404)
  await shown(approver, at, 404)
})

t.test(
  'approve twice at once: one is told that somebody has decided; approve and withdraw at once: one wins',
  async (t) => {
    const { server, mailbox, ada, approver, chief, asks, ask } = await opened(t)
    const first = await asks(ada, 'Twice')
    await mailbox.deliver(server)
    const both = await Promise.all([approver, chief].map((who) => post(who, `${first.at}/approve`)))
    t.strictSame(both.map(({ statusCode }) => statusCode).toSorted(), [303, 409])
    const late = both.find(({ statusCode }) => statusCode === 409)?.body ?? ''
    t.match(late, /role="alert"[\s\S]*Somebody has decided: it is approved/)
    t.equal((await mailbox.deliver(server)).length, 1)
    for (let n = 0; n < 3; n++) {
      const { id, at } = await asks(ada, `Race ${n}`)
      const end = `/portal/subscriptions/${id}/end`
      const version = /name="version" value="([^"]+)"/.exec(await shown(ada, end))?.[1]?.replaceAll('&quot;', '"') ?? ''
      const [approved, withdrawn] = await Promise.all([post(approver, `${at}/approve`), post(ada, end, { version })])
      const isApproved = approved.statusCode === 303
      t.strictSame([approved.statusCode, withdrawn.statusCode], isApproved ? [303, 412] : [404, 303])
      t.equal((await ask('GET', `/subscriptions/${id}`)).statusCode, isApproved ? 200 : 404)
    }
  },
)

t.test('two factors and a recent sign-in: a browser left open shows, and decides nothing', async (t) => {
  const { db, ada, approver, asks } = await opened(t)
  const { id, at } = await asks(ada, 'Shop')
  await turnClock(t, db, 3600)
  t.match(await shown(approver, at), /Shop/)
  for (const step of ['approve', 'decline'])
    t.match(await post(approver, `${at}/${step}`, { reason: 'No.' }), { statusCode: 303, headers: { location: at } })
  await db
    .updateTable('sessions')
    .set({ acr: 'urn:mobile-api-gateway:acr:password', amr: ['pwd'] })
    .where('person_id', '=', approver.personId)
    .execute()
  t.match(await approver.browser.request('GET', LIST), { statusCode: 303, headers: { location: /^\/authorize\?/ } })
  const { status } = await db
    .selectFrom('subscriptions')
    .where('id', '=', id)
    .select('status')
    .executeTakeFirstOrThrow()
  t.equal(status, 'pending')
})
