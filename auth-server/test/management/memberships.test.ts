// Who is invited to which API: listed, added by person or by address, ended; who asks to come, and what is decided; who may come, as the management API says it.
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import type { SharedLimitName } from '../../src/limits/counted-keys.ts'
import { LIMITS } from '../../src/limits/table.ts'
import { callerOf } from '../../src/management/actor.ts'
import { insertMembershipRequest } from '../../src/store/tables/membership-requests.ts'
import { addAddress } from '../support/account.ts'
import { newPerson } from '../support/administrator.ts'
import { openMailbox } from '../support/mailbox.ts'
import { machine } from '../support/management.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'

const box = await openMailbox(t)
const server = await testServer(t, box.environment)
const { db, personId } = server
const { ask } = await machine(server)
function add(body: Readonly<Record<string, unknown>>) {
  return ask('POST', '/memberships', { body: { api_id: API.id, ...body } })
}
async function asks(email: string, apiId: string = API.id) {
  const person = await newPerson(server, email)
  await db.updateTable('apis').set({ sign_up: '"approval"' }).where('id', '=', apiId).execute()
  const asking = { personId: person, apiId, reason: 'Please' }
  t.ok(await db.transaction().execute((trx) => insertMembershipRequest(trx, asking)))
  const { id } = await db
    .selectFrom('membership_requests')
    .where('person_id', '=', person)
    .select('id')
    .executeTakeFirstOrThrow()
  return { id, personId: person }
}
const NOBODY = `usr_${'A'.repeat(22)}`

t.test('a person is invited by their id, once, is listed, and is so no more', async (t) => {
  const made = await add({ person_id: personId })
  t.equal(made.statusCode, 201)
  t.match(made.json(), { id: /^membership_[0-9a-f]{32}$/, api_id: API.id, person_id: personId, email: null })
  t.equal((await add({ person_id: personId })).statusCode, 409, 'a member already')
  t.equal((await add({ email: 'ada@example.com' })).statusCode, 409, 'by their address, too')
  const { items } = (await ask('GET', '/memberships', { query: { api_id: API.id, person_id: personId } })).json()
  t.strictSame(items, [made.json()])
  const { id } = made.json()
  t.equal((await ask('DELETE', `/memberships/${id}`)).statusCode, 204)
  t.equal((await ask('DELETE', `/memberships/${id}`)).statusCode, 404)
  const events = (await ask('GET', '/audit', { query: { type: 'membership' } })).json().items
  t.match(events, [
    { outcome: 'ended', api_id: API.id },
    { outcome: 'begun', api_id: API.id },
  ])
})

t.test('an address is invited until somebody proves it; then they are, by whichever spelling', async (t) => {
  const made = (await add({ email: ' Ida@Example.COM ' })).json()
  t.match(made, { person_id: null, email: 'Ida@example.com' })
  t.equal((await add({ email: 'ida@example.com' })).statusCode, 409)
  const ida = await newPerson(server, 'ida@example.com')
  const { items } = (await ask('GET', '/memberships', { query: { person_id: ida } })).json()
  t.match(items, [{ id: made.id, person_id: ida, email: null }])
  const jo = await newPerson(server, 'jo@example.com')
  t.match((await add({ email: 'jo@example.com' })).json(), { person_id: jo, email: null }, 'who has proven it before')
})

t.test('two who invite one address at once, and the person who proves it meanwhile: one member', async (t) => {
  const [person, ...answers] = await Promise.all([
    newPerson(server, 'kim@example.com'),
    ...[1, 2, 3, 4].map(() => add({ email: 'kim@example.com' })),
  ])
  t.strictSame(answers.map(({ statusCode }) => statusCode).toSorted(), [201, 409, 409, 409])
  const rows = await db.selectFrom('memberships').where('api_id', '=', API.id).selectAll().execute()
  t.equal(rows.filter((row) => row.person_id === person).length, 1)
  t.equal(rows.filter((row) => row.email_key === 'kim@example.com').length, 0)
})

t.test('an address that is invited gets one mail, the same whether anybody has it, and says who invites', async (t) => {
  const root = await inRole(server, 'chief@example.com', { role: 'administrator' })
  await newPerson(server, 'known@example.com')
  await box.deliver(server)
  const emails = ['known@example.com', 'unknown@example.com']
  const answers = await Promise.all(
    emails.flatMap((email) =>
      [1, 2, 3].map(() => root.ask('memberships.create', { body: { api_id: API.id, email, language: 'de' } })),
    ),
  )
  t.strictSame(answers.map(({ status }) => status).toSorted(), [201, 201, 409, 409, 409, 409])
  const mails = await box.deliver(server)
  t.strictSame(mails.flatMap(({ recipients }) => recipients).toSorted(), emails.toSorted())
  const [one, other] = mails.map(({ subject, text, html }) => [subject, text, html])
  t.strictSame(one, other, 'nothing tells them apart')
  t.match(one, [`Sie sind zu ${API.name} eingeladen`, /^chief@example\.com lädt Sie .*localhost:4000\/account/s])
  for (const body of [{ email: 'nomail@example.com', mail: false }, { person_id: root.id }])
    t.equal((await add(body)).statusCode, 201)
  t.equal((await add({ email: 'by-machine@example.com' })).statusCode, 201)
  t.match(await box.deliver(server), [{ recipients: ['by-machine@example.com'], text: /^Whoever runs this server/ }])
})

t.test('who may write memberships and not read them learns of no address whose it is', async (t) => {
  await newPerson(server, 'has@example.com')
  const writer = await machine(server, ['memberships:write'])
  const [has, hasNot] = await Promise.all(
    ['has@example.com', 'hasnot@example.com'].map((email) =>
      writer.ask('POST', '/memberships', { body: { api_id: API.id, email } }),
    ),
  )
  const { id: _, created_at: __, email, ...told } = has?.json() ?? {}
  t.strictSame([email, told], ['has@example.com', { api_id: API.id, person_id: null, person: null }])
  t.match(hasNot?.json(), { person_id: null, person: null, email: 'hasnot@example.com' })
})

t.test('who may write memberships and not read them learns of nobody whether they are a member', async (t) => {
  const member = await newPerson(server, 'in@example.com')
  await newPerson(server, 'out@example.com')
  const real = (await add({ person_id: member, mail: false })).json()
  const writer = await machine(server, ['memberships:write'])
  const invite = (body: object) => writer.ask('POST', '/memberships', { body: { api_id: API.id, ...body } })
  const shapes = await Promise.all(
    [{ email: 'in@example.com' }, { email: 'out@example.com' }].map(async (body) => {
      const { statusCode, json } = await invite(body)
      const { id, email, created_at, ...told } = json()
      t.match([id, email], [/^membership_[0-9a-f]{32}$/, body.email])
      t.not(id, real.id)
      t.ok(Math.abs(Date.parse(created_at) - Date.now()) < 60_000)
      const ended = await writer.ask('DELETE', `/memberships/${id}`)
      return [statusCode, told, ended.statusCode]
    }),
  )
  t.strictSame(shapes[0], shapes[1], 'neither by inviting nor by ending')
  t.strictSame(shapes[0], [201, { api_id: API.id, person_id: null, person: null }, 204])
  const byId = await invite({ person_id: member })
  t.match([byId.statusCode, byId.json()], [201, { person_id: member, person: null, email: null }])
  t.equal((await ask('GET', `/memberships/${real.id}`)).statusCode, 200, 'who was a member is one still')
  const { items } = (await ask('GET', '/memberships', { query: { email: 'out@example.com' } })).json()
  t.strictSame(items, [], 'what the client had made itself is ended')
})

t.test('invitations that send no mail count the same, so that no limit tells who is a member', async (t) => {
  const writer = await machine(server, ['memberships:write'])
  await add({ person_id: await newPerson(server, 'often@example.com') })
  const tries = async (email: string) => {
    const answers: number[] = []
    for (let n = 0; n <= LIMITS.apiInvitationsByRecipient.allowed; n++)
      answers.push((await writer.ask('POST', '/memberships', { body: { api_id: API.id, email } })).statusCode)
    return answers
  }
  const [member, nobody] = [await tries('often@example.com'), await tries('seldom@example.com')]
  t.strictSame(member, nobody)
  t.equal(member.at(-1), 409)
})

t.test(
  'mails are bounded by who invites and by whom they are to; beyond that nobody is invited, or without mail',
  async (t) => {
    const root = await inRole(server, 'many@example.com', { role: 'administrator' })
    const invite = (email: string, mail = true) =>
      root.ask('memberships.create', { body: { api_id: API.id, email, mail } })
    const { apiInvitationsByInviter, apiInvitationsByRecipient } = LIMITS
    const admit = (limit: SharedLimitName, about: string) => server.deps.limits.admit({ [limit]: { about } })
    for (let n = 0; n < apiInvitationsByInviter.allowed - 1; n++)
      await admit('apiInvitationsByInviter', callerOf(root.actor))
    const both = await Promise.all(['zoe@example.com', 'zac@example.com'].map((email) => invite(email)))
    t.strictSame(both.map(({ status }) => status).toSorted(), [201, 409], 'of many at once no more than there may be')
    const refused = both.find(({ status }) => status === 409)
    t.match(refused?.body, { code: 'conflict', detail: /too many invitations/ })
    t.equal((await invite('zia@example.com', false)).status, 201)
    for (let n = 0; n < apiInvitationsByRecipient.allowed; n++)
      await admit('apiInvitationsByRecipient', 'lot@example.com')
    t.equal((await add({ email: 'LOT@example.com' })).statusCode, 409)
    const { items } = (await ask('GET', '/memberships', { query: { email: 'lot@example.com' } })).json()
    t.strictSame(items, [], 'what was refused is not there')
  },
)

t.test('members are found by an address or by how a name begins; who asks to come is counted by API', async (t) => {
  const ruth = await newPerson(server, 'ruth@example.com', 'Ruth Adler')
  await addAddress({ db, personId: ruth }, 'second-of-ruth@example.com')
  await add({ person_id: ruth })
  const find = async (query: Readonly<Record<string, string>>) => {
    const { items } = (await ask('GET', '/memberships', { query: { api_id: API.id, ...query } })).json()
    return items.map((item: { person_id: string | null; email: string | null }) => item.person_id ?? item.email)
  }
  t.strictSame(await find({ email: 'Second-of-Ruth@example.com' }), [ruth])
  await server.db
    .updateTable('email_addresses')
    .set({ proof: 'imported' })
    .where('key', '=', 'second-of-ruth@example.com')
    .execute()
  t.strictSame(await find({ email: 'Second-of-Ruth@example.com' }), [], 'an imported one is proven by nobody')
  t.strictSame(await find({ name: 'ruth a' }), [ruth])
  t.strictSame(await find({ email: 'unknown@example.com' }), ['unknown@example.com'])
  t.strictSame(await find({ email: 'nobody' }), [])
  t.strictSame(await find({ name: 'zz' }), [])
  const before = (await ask('GET', '/membership-requests/counts')).json()
  t.strictSame(before, { items: [], next: null })
  await asks('una@example.com')
  t.match((await ask('GET', '/membership-requests/counts')).json(), {
    items: [{ api_id: API.id, api_name: API.name, waiting: 1 }],
  })
  await db.deleteFrom('membership_requests').execute()
  await db.updateTable('apis').set({ sign_up: null }).where('id', '=', API.id).execute()
})

t.test('what cannot be is told in a sentence', async (t) => {
  for (const [body, status] of [
    [{}, 400],
    [{ person_id: personId, email: 'ada@example.com' }, 400],
    [{ email: 'nobody' }, 400],
    [{ person_id: NOBODY }, 404],
    [{ api_id: 'nothing', person_id: personId }, 404],
    [{ api_id: 'management', person_id: personId }, 403],
  ] as const)
    t.match(await add(body), { statusCode: status }, JSON.stringify(body))
  const guest = await db
    .insertInto('people')
    .values({ id: NOBODY, kind: 'guest' })
    .execute()
    .then(() => add({ person_id: NOBODY }))
  t.match(guest, { statusCode: 409 })
})

t.test('who asks is listed by API, and page by page, until it is decided; a decision is one line', async (t) => {
  const elsewhere = { ...API, id: 'stock', resource: 'https://api.example.com/stock', signUp: 'approval' } as const
  await defineApi(db, elsewhere, OPERATOR)
  const made = [await asks('nia@example.com'), await asks('oli@example.com'), await asks('pia@example.com', 'stock')]
  const of = async (query = {}) => (await ask('GET', '/membership-requests', { query })).json()
  const all = await of()
  t.strictSame(
    all.items.map(({ id }: { id: string }) => id),
    made.map(({ id }) => id).toSorted(),
  )
  t.match((await of({ api_id: 'stock' })).items, [{ email: 'pia@example.com', api_name: API.name, reason: 'Please' }])
  const first = await of({ limit: '1' })
  t.strictSame((await of({ limit: '2', cursor: first.next })).items, all.items.slice(1))
  const [nia, oli, pia] = made
  const path = `/membership-requests/${nia?.id}`
  t.match(await ask('POST', `${path}/decline`, { body: { reason: 'two\nlines' } }), { statusCode: 400 })
  t.match((await ask('GET', path)).json(), { person_id: nia?.personId }, 'nothing has happened')
  t.equal((await ask('POST', `${path}/decline`, { body: {} })).statusCode, 204)
  t.equal((await ask('GET', path)).statusCode, 404)
  const member = (await ask('POST', `/membership-requests/${oli?.id}/approve`, { body: {} })).json()
  t.match(member, { person_id: oli?.personId, api_id: API.id })
  t.strictSame((await ask('GET', `/memberships/${member.id}`)).json(), member)
  await db
    .updateTable('people')
    .set({ status: 'suspended' })
    .where('id', '=', pia?.personId ?? '')
    .execute()
  t.strictSame((await of()).items, [], 'who is suspended does not come in')
  t.equal((await ask('POST', `/membership-requests/${pia?.id}/approve`, { body: {} })).statusCode, 404)
})

t.test('neither developers nor approvers, nor machines without the scope', async (t) => {
  const developer = await inRole(server, 'dev@example.com', { role: 'developer' })
  const approver = await inRole(server, 'approver@example.com', { role: 'approver', apiId: API.id })
  const root = await inRole(server, 'root@example.com', { role: 'administrator' })
  const body = { api_id: API.id, email: 'leo@example.com' }
  const { id } = await asks('mia@example.com')
  const [params, request] = [{ membership_id: `membership_${'0'.repeat(32)}` }, { request_id: id }]
  for (const { ask } of [developer, approver]) {
    t.equal((await ask('memberships.list')).status, 403)
    t.equal((await ask('memberships.get', { params })).status, 403)
    t.equal((await ask('memberships.requests')).status, 403)
    t.equal((await ask('memberships.get_request', { params: request })).status, 403)
    for (const how of ['approve', 'decline'] as const)
      t.equal((await ask(`memberships.${how}`, { params: request, body: {} })).status, 403)
    t.equal((await ask('memberships.create', { body })).status, 403)
  }
  t.equal((await root.ask('memberships.create', { body })).status, 201)
  const reader = await machine(server, ['memberships:read'])
  t.equal((await reader.ask('GET', '/memberships')).statusCode, 200)
  t.equal((await reader.ask('GET', `/membership-requests/${id}`)).statusCode, 200)
  t.equal((await reader.ask('POST', '/memberships', { body })).statusCode, 403)
  t.equal((await reader.ask('POST', `/membership-requests/${id}/approve`, { body: {} })).statusCode, 403)
})

t.test('an API says who may come; a change that does not name it opens nothing', async (t) => {
  const BODY = { name: 'Maps', resource: 'https://api.example.com/maps', plans: ['basic'], scopes: [] }
  const put = (more: object) => ask('PUT', '/apis/maps', { body: { ...BODY, ...more }, headers: { 'if-match': '*' } })
  t.match((await ask('POST', '/apis', { body: { id: 'maps', ...BODY } })).json(), { sign_up: 'open' })
  const domains = ['Corp.Example', 'bücher.example', 'corp.example']
  t.match((await put({ sign_up: { domains } })).json(), {
    sign_up: { domains: ['corp.example', 'xn--bcher-kva.example'] },
  })
  t.match((await put({})).json(), { sign_up: { domains: ['corp.example', /xn--/] } })
  t.match((await put({ sign_up: 'invitation' })).json(), { sign_up: 'invitation' })
  t.match((await put({ sign_up: 'approval' })).json(), { sign_up: 'approval' })
  t.match((await put({ sign_up: 'open' })).json(), { sign_up: 'open' })
  for (const sign_up of ['closed', 'approved', null, { domains: [] }, { domains: ['a@b'] }, { domains: ['127.0.0.1'] }])
    t.match(await put({ sign_up }), { statusCode: 400 }, JSON.stringify(sign_up))
  const [event] = (await ask('GET', '/audit', { query: { type: 'api', api_id: 'maps' } })).json().items
  t.match(event.change, { before: ['who may come: approval'], after: ['who may come: open'] })
})
