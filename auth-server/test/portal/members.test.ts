// Who may come to an API, in the portal: administrators see who asks, decide with a sentence, invite an address, find a member, end a membership.
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { insertMembershipRequest } from '../../src/store/tables/membership-requests.ts'
import { insertMember } from '../../src/store/tables/memberships.ts'
import { newPerson } from '../support/administrator.ts'
import { openMailbox } from '../support/mailbox.ts'
import { atPortalAs, portalServer, post } from '../support/portal.ts'
import { API } from '../support/server.ts'
import { wordsOf } from '../support/words.ts'

t.setTimeout(120_000)
const box = await openMailbox(t)
const server = await portalServer(t, box.environment)
const { db } = server
const BELOW = '/portal/administration'
const [MEMBERS, REQUESTS] = [`${BELOW}/members/${API.id}`, `${BELOW}/membership-requests`]
await defineApi(db, { ...API, signUp: 'approval' }, OPERATOR)
const chief = await atPortalAs(server, 'administrator')
function open(path: string) {
  return chief.browser.request('GET', path)
}
async function words(path: string) {
  return wordsOf(await open(path))
}

/** Somebody asks to come; the request. */
async function asks(email: string, name?: string): Promise<Readonly<{ personId: string; at: string }>> {
  const personId = await newPerson(server, email, name)
  const asking = { personId, apiId: API.id, reason: 'I teach <there>' }
  await db.transaction().execute((trx) => insertMembershipRequest(trx, asking))
  const { id } = await db
    .selectFrom('membership_requests')
    .where('person_id', '=', personId)
    .select('id')
    .executeTakeFirstOrThrow()
  return { personId, at: `${REQUESTS}/${id}` }
}
function members(personId: string) {
  return db.selectFrom('memberships').where('person_id', '=', personId).selectAll().execute()
}

t.test('who asks is counted where approvals are, and let in or declined once, with a sentence by mail', async (t) => {
  t.notMatch(await words('/portal/approvals'), 'to come to an API')
  t.match(await words(REQUESTS), 'Nobody asks to come')
  const [anna, ben] = [await asks('anna@example.com', 'Anna'), await asks('ben@example.com')]
  t.match(await words('/portal/approvals'), '2 people ask to come to an API')
  t.match(await words(BELOW), 'To APIs whose people are approved 2 ask to come')
  t.match(await words(`${BELOW}/members`), `${API.name} For who is approved, or invited 2 ask to come`)
  t.match(await words(MEMBERS), '2 people ask to come to an API')
  const list = await open(REQUESTS)
  t.match(wordsOf(list), `Anna anna@example.com asked`)
  t.match(list.body, 'I teach &lt;there&gt;')
  t.match(list.body, 'aria-label="Approve: Anna"')
  t.notMatch(wordsOf(list), 'Here stands only')
  t.match(await words(`${REQUESTS}?api=${API.id}`), /Here stands only who asks to come to .* Show all APIs .*Anna/)
  t.equal((await open(`${REQUESTS}?api=nothing`)).statusCode, 404, 'of an API that there is not')

  t.match(await words(`${anna.at}/approve`), `Let Anna come to ${API.name}?`)
  const long = await post(chief, `${anna.at}/approve`, { reason: 'x'.repeat(301) })
  t.match(long, { statusCode: 400, body: /role="alert"[\s\S]*value="x{301}"/ })
  const approved = await post(chief, `${anna.at}/approve`, { reason: 'Welcome.' })
  t.match(wordsOf(await open(String(approved.headers.location))), 'Approved. The person is told by mail.')
  t.equal((await members(anna.personId)).length, 1)
  t.match(await box.deliver(server), [{ recipients: ['anna@example.com'], text: /Welcome\./ }])
  for (const step of ['approve', 'decline'])
    t.equal((await post(chief, `${anna.at}/${step}`, { reason: 'No.' })).statusCode, 404, 'it is decided')

  const empty = await post(chief, `${ben.at}/decline`, { reason: ' ' })
  t.match(empty, { statusCode: 400, body: /href="#reason">Write why/ })
  t.match(await db.selectFrom('membership_requests').select('declined_at').execute(), [{ declined_at: null }])
  const both = await Promise.all([1, 2].map(() => post(chief, `${ben.at}/decline`, { reason: 'Ask your school.' })))
  t.strictSame(both.map(({ statusCode }) => statusCode).toSorted(), [303, 404])
  t.match(await box.deliver(server), [{ recipients: ['ben@example.com'], text: /Ask your school\./ }])
  t.strictSame(await members(ben.personId), [])
  t.notMatch(await words('/portal/approvals'), 'to come to an API')
})

t.test('an address is invited, once; a member is found, and is one no more', async (t) => {
  const invite = (email: string) => post(chief, MEMBERS, { email })
  const done = await invite('New@Example.com')
  t.match(wordsOf(await open(String(done.headers.location))), /Invited\..*New@example\.com invited; nobody has proven/)
  t.match(await box.deliver(server), [{ recipients: ['New@example.com'], text: new RegExp(`^${chief.email} invites`) }])
  t.match(await invite('new@example.com'), { statusCode: 409, body: /role="alert"[\s\S]*value="new@example\.com"/ })
  t.match(await invite('nobody'), { statusCode: 400, body: /href="#email"/ })
  t.strictSame(await box.deliver(server), [])

  const dora = await newPerson(server, 'dora@example.com', 'Dora Maar')
  await db.transaction().execute((trx) => insertMember(trx, { personId: dora, apiId: API.id }))
  for (const q of ['dora@example.com', 'dora m', 'Dora'])
    t.match(await words(`${MEMBERS}?${new URLSearchParams({ q })}`), /Dora Maar dora@example\.com/, q)
  for (const q of ['d', 'zz', 'nobody@example.com'])
    t.notMatch(await words(`${MEMBERS}?${new URLSearchParams({ q })}`), 'Dora', q)
  const found = (await open(`${MEMBERS}?q=Dora`)).body
  const [end = ''] = new RegExp(`${MEMBERS}/membership_\\w+/end`).exec(found) ?? []
  t.match(await words(end), `End the membership of Dora Maar at ${API.name}?`)
  t.equal((await open(end.replace(API.id, 'nothing'))).statusCode, 404, 'of another API there is none')
  t.match((await post(chief, end)).headers.location, new RegExp(`^${MEMBERS}\\?news=memberEnded`))
  t.strictSame(await members(dora), [])
  t.equal((await post(chief, end)).statusCode, 404)
})

t.test(
  'who approves applications, or makes them, or nothing, finds none of it; no API of the server has a page',
  async (t) => {
    const { at } = await asks('gina@example.com')
    for (const role of ['developer', 'approver', 'nobody'] as const) {
      const other = await atPortalAs(server, role, role === 'approver' ? { apiId: API.id } : {})
      for (const path of [`${BELOW}/members`, MEMBERS, REQUESTS, `${at}/approve`])
        t.equal((await other.browser.request('GET', path)).statusCode, 404, `${role} ${path}`)
      for (const path of [MEMBERS, `${at}/approve`])
        t.equal((await post(other, path)).statusCode, 404, `${role} ${path}`)
      if (role === 'approver')
        t.notMatch(wordsOf(await other.browser.request('GET', '/portal/approvals')), 'to come to an API')
    }
    for (const api of ['management', 'developer-portal', 'account'])
      t.equal((await open(`${BELOW}/members/${api}`)).statusCode, 404, api)
  },
)
