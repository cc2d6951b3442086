// Two developers see nothing of each other, whatever operation they ask: driven by the contract, so that a new one is asked, too.
import { isOperationId, OPERATIONS, type OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import t from 'tap'
import { hasScope } from '../../src/management/actor.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'
import { statementsOf } from '../support/statements.ts'
import { type FittingRequest, fittingRequests, type Things } from './operations.ts'

const server = await testServer(t)
const ada = await inRole(server, 'ada.dev@example.com', { role: 'developer' })
const bob = await inRole(server, 'bob.dev@example.com', { role: 'developer' })
const root = await inRole(server, 'root@example.com', { role: 'administrator' })
const otherApi = {
  id: 'other-api',
  name: 'Other',
  resource: 'https://api.example.com/other',
  scopes: [],
  plans: ['basic'],
}
await root.ask('apis.create', { body: otherApi })
const approver = await inRole(server, 'approver@example.com', { role: 'approver', apiId: API.id })
const otherApprover = await inRole(server, 'other.approver@example.com', { role: 'approver', apiId: otherApi.id })

function textOf(body: unknown, member: string): string {
  const value: unknown = Object(body)[member]
  if (typeof value !== 'string') throw new Error(`${JSON.stringify(body)} has no ${member}`)
  return value
}

/** The one of a list whose member is this. */
function itemOf(body: unknown, member: string, value: string): unknown {
  const { items }: Readonly<{ items?: unknown }> = Object(body)
  return Array.isArray(items) ? items.find((item) => Object(item)[member] === value) : undefined
}

/** An application of somebody, approved for one API and waiting for another. */
async function thingsOf(who: typeof ada): Promise<Things & Readonly<{ applicationId: string }>> {
  const app = await who.ask('applications.create', {
    body: { name: `Of ${who.id}`, kind: 'native', redirect_uris: ['https://app.example.com/callback'] },
  })
  const clientId = textOf(app.body, 'client_id')
  const wish = { client_id: clientId, api_id: API.id, plan: 'basic', scopes: [] }
  const approved = await who.ask('subscriptions.create', { body: wish })
  const subscriptionId = textOf(approved.body, 'id')
  await root.ask('approvals.approve', { params: { subscription_id: subscriptionId }, body: {} })
  const pending = await who.ask('subscriptions.create', { body: { ...wish, api_id: otherApi.id } })
  const identity = { apple: { team: 'ABCDE12345', bundle: `com.example.${who === ada ? 'ada' : 'bob'}` } }
  await who.ask('applications.set_identity', { params: { client_id: clientId }, body: identity, ifMatch: '*' })
  const installationId = `grant_${'A'.repeat(22)}`
  return {
    applicationId: textOf(app.body, 'id'),
    personId: who.id,
    clientId,
    subscriptionId,
    pendingId: textOf(pending.body, 'id'),
    installationId,
  }
}

const ofAda = await thingsOf(ada)
const ofBob = await thingsOf(bob)
const nobodys: Things = {
  personId: `usr_${'B'.repeat(22)}`,
  clientId: `client_${'B'.repeat(22)}`,
  subscriptionId: `sub_${'B'.repeat(22)}`,
  pendingId: `sub_${'B'.repeat(22)}`,
  installationId: `grant_${'B'.repeat(22)}`,
}
const IDS = Object.values(ofBob)
/** What names a thing that is somebody's; the rest of the parameters name what is everybody's. */
const OWNED = [
  'client_id',
  'subscription_id',
  'person_id',
  'installation_id',
  'invitation_id',
  'secret_id',
  'membership_id',
  'request_id',
  'hook',
  'delivery_id',
]
const EVERYBODYS = ['id', 'name', 'role', 'api_id']

const ids = Object.keys(OPERATIONS).filter(isOperationId)
function rowOf(id: OperationId): ManagementOperation {
  return OPERATIONS[id]
}
const bobs = fittingRequests(ofBob)
const strangers = fittingRequests(nobodys)

function asked(request: FittingRequest, id: OperationId) {
  return { ...request, ...(rowOf(id).precondition && { ifMatch: '*' }) }
}

function isAbout(request: FittingRequest): boolean {
  return [...Object.values(request.params ?? {}), ...Object.values(request.body ?? {})].some(
    (value) => typeof value === 'string' && IDS.includes(value),
  )
}

/** All that there is of somebody's, as an administrator sees it. */
async function stateOf(things: Things) {
  const application = { params: { client_id: things.clientId } }
  return [
    await root.ask('applications.get', application),
    await root.ask('applications.get_identity', application),
    await root.ask('subscriptions.list', { query: { client_id: things.clientId } }),
  ]
}

t.test('every parameter of the contract is known to name something of somebody, or what is everybody’s', async (t) => {
  for (const id of ids)
    for (const name of Object.keys(Object(rowOf(id).params ?? {}).properties ?? {}))
      t.ok([...OWNED, ...EVERYBODYS].includes(name), `${id} {${name}}: whose is it?`)
})

t.test(
  'every id of developer B in every path and body of developer A: 404, as if it did not exist, by the same statements',
  async (t) => {
    const before = await stateOf(ofBob)
    let refused = 0
    for (const id of ids) {
      const names = Object.keys(Object(rowOf(id).params ?? {}).properties ?? {})
      const isOwned = isAbout(bobs[id]) || names.some((name) => OWNED.includes(name))
      if (!isOwned) continue
      const none = await statementsOf(t, () => ada.ask(id, asked(strangers[id], id)))
      const { result: answer, asked: statements } = await statementsOf(t, () => ada.ask(id, asked(bobs[id], id)))
      t.strictSame(answer, none.result, id)
      t.strictSame(statements, none.asked, `${id} takes the same time`)
      t.equal(answer.status, hasScope(ada.actor, rowOf(id).scope) ? 404 : 403, id)
      t.notMatch(JSON.stringify(answer.body), ofBob.clientId, id)
      refused += 1
    }
    t.ok(refused >= 25)
    t.strictSame(await stateOf(ofBob), before, 'and nothing of it has changed')
  },
)

t.test('no list and no filter of developer A shows anything of developer B', async (t) => {
  for (const id of ids) {
    const row = rowOf(id)
    if (row.method !== 'GET' || !hasScope(ada.actor, row.scope)) continue
    const filters: readonly (readonly [string, string])[] = Object.keys(
      Object(row.query ?? {}).properties ?? {},
    ).flatMap((name): [string, string][] =>
      name === 'client_id' ? [[name, ofBob.clientId]] : name === 'api_id' || name === 'api' ? [[name, API.id]] : [],
    )
    for (const query of [{}, ...filters.map((filter) => Object.fromEntries([filter]))]) {
      const { body } = await ada.ask(id, { ...asked(fittingRequests(ofAda)[id], id), query })
      for (const other of IDS) t.notOk(JSON.stringify(body).includes(other), `${id} ${JSON.stringify(query)} ${other}`)
    }
  }
  const own = await ada.ask('applications.list')
  t.match(own.body, { items: [{ client_id: ofAda.clientId, owners: 1 }], next: null })
  t.equal(Object(own.body).items.length, 1)
  t.equal(Object((await ada.ask('subscriptions.list')).body).items.length, 2)
  t.strictSame(await ada.ask('apis.get', { params: { id: 'revocations' } }), {
    status: 404,
    body: { code: 'not_found', detail: 'there is no API of this id' },
  })
})

t.test(
  'collaborator deletes nothing; an owner does, and an application that nobody owns is told to administrators',
  async (t) => {
    const things = await thingsOf(bob)
    const application = { params: { client_id: things.clientId } }
    const member = { applicationId: things.applicationId, personId: ada.id }
    await server.db.transaction().execute((trx) => putMember(trx, { ...member, role: 'collaborator' }))
    t.match(await ada.ask('applications.update', { ...application, body: { name: 'Ours' }, ifMatch: '*' }), {
      status: 200,
    })
    t.match(await ada.ask('applications.delete', { ...application, ifMatch: '*' }), { status: 403 })
    for (const id of ['applications.suspend', 'applications.restore'] as const)
      t.match(await bob.ask(id, application), { status: 403, body: { detail: /administrator/ } }, id)
    await server.db.deleteFrom('application_members').where('person_id', '=', bob.id).execute()
    const found = await root.ask('applications.list', { query: { owned: false } })
    t.match(itemOf(found.body, 'client_id', things.clientId), { owners: 0 })
  },
)

t.test('approver of API 1 decides API 2: 404 for all that is not of their API', async (t) => {
  for (const id of ids) {
    const { scope } = rowOf(id)
    if (!/^approvals\.|^subscriptions\.(get|suspend|restore)/.test(id) || id === 'approvals.list') continue
    for (const [who, theirs] of [
      [otherApprover, ofBob.subscriptionId],
      [approver, ofBob.pendingId],
    ] as const) {
      const things = { ...ofBob, subscriptionId: theirs, pendingId: theirs }
      const answer = await who.ask(id, asked(fittingRequests(things)[id], id))
      t.strictSame(answer, await who.ask(id, asked(strangers[id], id)), `${id} ${scope}`)
      t.equal(answer.status, 404, id)
    }
  }
  t.match((await otherApprover.ask('approvals.list')).body, { items: [{ api_id: otherApi.id }] })
  t.strictSame((await approver.ask('approvals.list')).body, { items: [], next: null })
})

t.test('nobody approves their own request, by a second account in the same team neither', async (t) => {
  const asker = await inRole(server, 'asker@example.com', { role: 'developer' })
  const second = await inRole(server, 'second@example.com', { role: 'approver', apiId: otherApi.id })
  const things = await thingsOf(asker)
  const pending = { params: { subscription_id: things.pendingId } }
  const member = { applicationId: things.applicationId, personId: second.id }
  await server.db.transaction().execute((trx) => putMember(trx, { ...member, role: 'collaborator' }))
  t.match(await second.ask('approvals.approve', { ...pending, body: {} }), {
    status: 403,
    body: { detail: /somebody else/ },
  })
  t.match(await second.ask('approvals.decline', { ...pending }), { status: 403 })
  const told = await otherApprover.ask('approvals.list')
  t.match(itemOf(told.body, 'id', things.pendingId), { requested_by_person: { email: 'asker@example.com' } })
  t.match(await otherApprover.ask('approvals.approve', { ...pending, body: {} }), {
    status: 200,
    body: { status: 'approved' },
  })
})

t.test('nested resource must belong to its parent: what is of B’s application is not there below A’s', async (t) => {
  const web = { kind: 'web', token_endpoint_auth_method: 'client_secret_basic' }
  const appOf = async (who: typeof ada, name: string) => {
    const made = await who.ask('applications.create', {
      body: { ...web, name, redirect_uris: [`https://${name}.example.com/cb`] },
    })
    const params = { client_id: textOf(made.body, 'client_id') }
    const added = await who.ask('applications.add_secret', { params, body: {} })
    const [secret] = Object((await who.ask('applications.list_secrets', { params })).body).items
    t.equal(added.status, 201)
    await server.db
      .insertInto('application_invitations')
      .values({
        id: `inv_${name.padEnd(22, '0')}`,
        application_id: textOf(made.body, 'id'),
        email_key: `${name}@example.com`,
        address: `${name}@example.com`,
        role: 'collaborator',
        hands_over: false,
        challenge_id: name.padEnd(22, '0'),
        expires_at: new Date(Date.now() + 3600_000),
      })
      .execute()
    return { params, secret: textOf(secret, 'id'), invitation: `inv_${name.padEnd(22, '0')}`, person: who.id }
  }
  const [mine, theirs] = [await appOf(ada, 'mine'), await appOf(bob, 'theirs')]
  const seen = async () => [
    (await bob.ask('applications.list_secrets', { params: theirs.params })).body,
    (await bob.ask('applications.invitations', { params: theirs.params })).body,
    (await bob.ask('applications.people', { params: theirs.params })).body,
  ]
  const before = await seen()
  for (const [id, name, nested, nothing] of [
    ['applications.end_secret', 'secret_id', theirs.secret, 'A'.repeat(8)],
    ['applications.withdraw_invitation', 'invitation_id', theirs.invitation, `inv_${'A'.repeat(22)}`],
    ['applications.remove_person', 'person_id', theirs.person, nobodys.personId],
  ] as const) {
    const answer = await ada.ask(id, { params: { ...mine.params, [name]: nested } })
    t.equal(answer.status, 404, id)
    t.strictSame(answer, await ada.ask(id, { params: { ...mine.params, [name]: nothing } }), id)
  }
  t.match(before, [{ items: [{}, {}] }, { items: [{}] }, { items: [{}] }], 'all three were there to be taken')
  t.strictSame(await seen(), before)
})
