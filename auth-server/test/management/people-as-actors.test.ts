// A person asks in one of their roles: what it lets them ask for, who the audit log says it was, and what proof it takes.
import { isOperationId, OPERATIONS } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import t from 'tap'
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { PASSWORD_ACR } from '../../src/identity/acr.ts'
import { actorOfPerson, hasScope } from '../../src/management/actor.ts'
import { revocationsApi } from '../../src/oauth/feed/gateway-access.ts'
import { newPerson, openSessionOf } from '../support/administrator.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'

const server = await testServer(t)
const developer = await inRole(server, 'developer@example.com', { role: 'developer' })
const approver = await inRole(server, 'approver@example.com', { role: 'approver', apiId: API.id })
const administrator = await inRole(server, 'root@example.com', { role: 'administrator' })

const OF_DEVELOPERS = /^(applications|subscriptions):|^(apis|usage):read$/
const OF_APPROVERS = /^approvals:|^(subscriptions|apis):read$/

t.test('a role asks for what is its own, and nothing else of the contract', async (t) => {
  for (const id of Object.keys(OPERATIONS).filter(isOperationId)) {
    const { scope }: ManagementOperation = OPERATIONS[id]
    t.equal(hasScope(developer.actor, scope), OF_DEVELOPERS.test(scope), `developer ${id}`)
    t.equal(hasScope(approver.actor, scope), OF_APPROVERS.test(scope), `approver ${id}`)
    t.equal(hasScope(administrator.actor, scope), true, `administrator ${id}`)
  }
  t.match(await developer.ask('people.list'), { status: 403, body: { code: 'insufficient_scope' } })
  t.match(await approver.ask('applications.list'), { status: 403 })
})

t.test('the audit log names the person as the one who did it', async (t) => {
  const made = await developer.ask('applications.create', { body: { name: 'New', kind: 'native' } })
  t.equal(made.status, 201)
  const told = await administrator.ask('audit.list', { query: { type: 'client-registration', outcome: 'created' } })
  const { pseudonym } = await server.db
    .selectFrom('people')
    .where('id', '=', developer.id)
    .select('pseudonym')
    .executeTakeFirstOrThrow()
  t.match(told, { status: 200, body: { items: [{ by: { kind: 'person', id: pseudonym } }] } })
})

t.test('the keys of a person for asking twice are their own, and leave no trace of who they were', async (t) => {
  const body = { name: 'Once', kind: 'native' }
  const [one, again] = [
    await developer.ask('applications.create', { body, idempotencyKey: 'k1' }),
    await developer.ask('applications.create', { body, idempotencyKey: 'k1' }),
  ]
  t.strictSame(one, again)
  const other = await administrator.ask('applications.create', { body, idempotencyKey: 'k1' })
  t.equal(other.status, 201)
  t.not(JSON.stringify(other.body), JSON.stringify(one.body), 'another person, another request')
  const rows = await server.db.selectFrom('idempotency_keys').select(['actor', 'person_id']).execute()
  t.strictSame(rows.map((row) => row.person_id).toSorted(), [developer.id, administrator.id].toSorted())
  t.notMatch(JSON.stringify(rows.map(({ actor }) => actor)), 'usr_')
})

t.test('nobody but the operator reaches for what belongs to the server itself, administrators neither', async (t) => {
  await defineBuiltInApi(server.db, revocationsApi(server.config.issuer)) // as the server does when it starts
  const { body } = await administrator.ask('applications.create', { body: { name: 'A', kind: 'native' } })
  const { client_id }: Readonly<{ client_id?: unknown }> = Object(body)
  const asked = { body: { client_id, api_id: 'revocations', plan: 'feed', scopes: [] } }
  t.match(await administrator.ask('subscriptions.create', asked), { status: 403, body: { detail: /operator/ } })
})

t.test('a role is proven by the session: strong ones by two factors, none by another role', async (t) => {
  const weak = await openSessionOf(server, approver.id, { acr: PASSWORD_ACR })
  const prove = (session: typeof weak, role: 'developer' | 'approver' | 'administrator') =>
    actorOfPerson(server.deps, session, role, WITHOUT_REQUEST)
  t.equal(await prove(weak, 'approver'), 'second factor needed')
  t.equal(await prove(weak, 'developer'), 'no such role')
  const nobody = await openSessionOf(server, await newPerson(server, 'nobody@example.com'))
  for (const role of ['developer', 'approver', 'administrator'] as const)
    t.equal(await prove(nobody, role), 'no such role', role)
})
