// What was deleted is not there: each deletion of the contract answers 404 with a sentence the second time, and a repeated request is answered as before.
import { isOperationId, OPERATIONS, type OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import t from 'tap'
import { putMember } from '../../src/store/tables/application-members.ts'
import { newPerson } from '../support/administrator.ts'
import { openMailbox } from '../support/mailbox.ts'
import { obtainCode, redeem } from '../support/phone.ts'
import { inRole } from '../support/portal-actor.ts'
import { addAuthenticatorApp } from '../support/second-factor.ts'
import { API, testServer } from '../support/server.ts'
import { DOCUMENT } from './operations.ts'

const LOGO = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const mailbox = await openMailbox(t)
const server = await testServer(t, mailbox.environment)
const { app, db } = server
const root = await inRole(server, 'root@example.com', { role: 'administrator' })
let made = 0

async function create(id: OperationId, asked: Parameters<typeof root.ask>[1]): Promise<Record<string, string>> {
  const { status, body } = await root.ask(id, asked)
  if (status >= 300) throw new Error(`${id}: ${JSON.stringify(body)}`)
  return Object(body)
}

async function application(more: object = {}) {
  const body = { name: 'Doomed', kind: 'web', token_endpoint_auth_method: 'client_secret_basic', ...more }
  const { id = '', client_id = '' } = await create('applications.create', { body })
  return { id, params: { client_id } }
}
async function api() {
  made += 1
  const id = `api-${made}`
  const resource = `https://api.example.com/${id}`
  await create('apis.create', { body: { id, name: 'Doomed', resource, scopes: [], plans: ['basic'] } })
  return id
}
function person() {
  made += 1
  return newPerson(server, `person-${made}@example.com`)
}
async function loggedIn() {
  const { code, verifier } = await obtainCode(app)
  await redeem(app, code, verifier)
}

interface Made {
  readonly params: Readonly<Record<string, string>>
}
type DeleteId = { [Id in OperationId]: (typeof OPERATIONS)[Id]['method'] extends 'DELETE' ? Id : never }[OperationId]
/** Deliveries to hooks have a file of their own; an account that was deleted is there for seven days (people.test.ts). */
type Elsewhere = 'hooks.forget' | 'hooks.drop' | 'people.delete'

/** Something to delete, for each operation that deletes. */
const MAKE: Readonly<Record<Exclude<DeleteId, Elsewhere>, () => Promise<Made>>> = {
  'applications.delete': application,
  'applications.delete_logo': async () => {
    const { params } = await application()
    await create('applications.set_logo', { params, body: { image: LOGO } })
    return { params }
  },
  'applications.unverify_name': async () => {
    const { params } = await application()
    await create('applications.verify_name', { params, body: { name: 'Doomed' } })
    return { params }
  },
  'applications.end_secret': async () => {
    const { params } = await application()
    const { id = '' } = await create('applications.add_secret', { params, body: {} })
    return { params: { ...params, secret_id: id } }
  },
  'applications.delete_identity': async () => {
    const { params } = await application({ kind: 'native', token_endpoint_auth_method: 'none' })
    const body = { apple: { team: 'ABCDE12345', bundle: 'com.example.doomed' } }
    await create('applications.set_identity', { params, body, ifMatch: '*' })
    return { params }
  },
  'applications.remove_person': async () => {
    const { id, params } = await application()
    const personId = await person()
    await db.transaction().execute((trx) => putMember(trx, { applicationId: id, personId, role: 'collaborator' }))
    return { params: { ...params, person_id: personId } }
  },
  'applications.withdraw_invitation': async () => {
    const { params } = await application()
    const { id = '' } = await create('applications.invite', { params, body: { email: 'invited@example.com' } })
    return { params: { ...params, invitation_id: id } }
  },
  'apis.delete': async () => ({ params: { id: await api() } }),
  'apis.delete_document': async () => {
    const params = { id: await api() }
    await create('apis.set_document', { params, body: { document: DOCUMENT }, ifMatch: '*' })
    return { params }
  },
  'subscriptions.delete': async () => {
    const { params } = await application({ redirect_uris: ['https://doomed.example.com/cb'] })
    const body = { ...params, api_id: API.id, plan: 'basic', scopes: [] }
    const { id = '' } = await create('subscriptions.create', { body })
    return { params: { subscription_id: id } }
  },
  'groups.delete': async () => {
    await create('groups.create', { body: { name: 'doomed' } })
    return { params: { name: 'doomed' } }
  },
  'roles.take': async () => {
    const params = { person_id: await person(), role: 'developer' }
    await create('roles.give', { params })
    return { params }
  },
  'memberships.end': async () => {
    const { id = '' } = await create('memberships.create', { body: { api_id: API.id, email: 'member@example.com' } })
    return { params: { membership_id: id } }
  },
  'people.withdraw_invitation': async () => {
    const { person_id: id = '' } = await create('people.create', { body: { email: 'guest-to-be@example.com' } })
    return { params: { invitation_id: id } }
  },
  'people.remove_second_factors': async () => {
    const personId = await person()
    await addAuthenticatorApp(server, personId)
    return { params: { person_id: personId } }
  },
  'people.end_installation': async () => {
    await loggedIn()
    const params = { person_id: server.personId }
    const { items } = Object(await create('people.installations', { params }))
    return { params: { ...params, installation_id: String(items[0].id) } }
  },
  'people.withdraw_consent': async () => {
    await loggedIn()
    return { params: { person_id: server.personId, client_id: 'shop-app' } }
  },
  'registrations.erase': async () => {
    const personId = await person()
    await db.insertInto('registrations').values({ person_id: personId, api_id: API.id, answers: '{}' }).execute()
    return { params: { person_id: personId, api_id: API.id } }
  },
}

function isMade(id: string): id is keyof typeof MAKE {
  return Object.hasOwn(MAKE, id)
}

for (const id of Object.keys(OPERATIONS).filter(isOperationId).filter(isMade))
  t.test(
    `${id} twice: done once, then 404 with a sentence; the same request again is answered as before`,
    async (t) => {
      const asked = await MAKE[id]()
      const row: ManagementOperation = OPERATIONS[id]
      const send = (idempotencyKey?: string) =>
        root.ask(id, { ...asked, ...(row.precondition && { ifMatch: '*' }), ...(idempotencyKey && { idempotencyKey }) })
      const first = await send(`${id}-once`)
      t.match(first, { status: 204 })
      const again = await send()
      t.match(again, { status: 404, body: { code: 'not_found', detail: /^(there is no|this |nobody )[a-z ]+/i } })
      t.strictSame(await send(`${id}-once`), first, 'with its key it is the request from before')
      t.match(await send(`${id}-other`), { status: 404 }, 'and with another one it is not')
    },
  )
