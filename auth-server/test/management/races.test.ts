// Two who do the same at once, by the management API: one outcome, whoever comes first.
import { sql } from 'kysely'
import t from 'tap'
import { untilBlocked } from '../support/database.ts'
import { machine } from '../support/management.ts'
import { API, testServer } from '../support/server.ts'

const server = await testServer(t)
const { db } = server
const first = await machine(server)
const second = await machine(server)

class RolledBack extends Error {}

/** Holds what a statement locks until both requests wait for it; then it is as if nothing had happened. */
async function bothAfter<Answer>(hold: ReturnType<typeof sql>, requests: readonly (() => Promise<Answer>)[]) {
  const answers: Promise<Answer>[] = []
  await db
    .transaction()
    .execute(async (trx) => {
      await hold.execute(trx)
      for (const [index, request] of requests.entries()) {
        // The one after the other, so that they always wait in this order.
        answers.push(request())
        await untilBlocked(db, index + 1)
      }
      throw new RolledBack()
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error
    })
  return Promise.all(answers)
}

const MAPS = {
  id: 'maps',
  resource: 'https://api.example.com/maps',
  scopes: [{ name: 'maps:read', description: 'See maps' }],
  plans: ['basic'],
}

t.test('two create the API of one id at once: one does, the other hears 409 and changes nothing', async (t) => {
  const create = (name: string) => () => first.ask('POST', '/apis', { body: { ...MAPS, name } })
  const hold = sql`insert into apis (id, name, resource) values ('maps', 'Held', ${MAPS.resource})`
  const answers = await bothAfter(hold, [create('One'), create('Two')])
  const created = answers.filter(({ statusCode }) => statusCode === 201)
  t.strictSame(answers.map(({ statusCode }) => statusCode).toSorted(), [201, 409])
  t.match(answers.find(({ statusCode }) => statusCode !== 201)?.json(), { code: 'conflict' })
  t.strictSame((await first.ask('GET', '/apis/maps')).json(), created[0]?.json())
  const { items } = (await first.ask('GET', '/audit', { query: { type: 'api', api_id: 'maps' } })).json()
  t.match(items, [{ outcome: 'created' }])
  t.equal(items.length, 1)
})

t.test('two create the group of one name at once: one does, the other hears 409 and changes nothing', async (t) => {
  const create = (description: string) => () => first.ask('POST', '/groups', { body: { name: 'crew', description } })
  const hold = sql`insert into groups (name) values ('crew')`
  const answers = await bothAfter(hold, [create('One'), create('Two')])
  const created = answers.filter(({ statusCode }) => statusCode === 201)
  t.strictSame(answers.map(({ statusCode }) => statusCode).toSorted(), [201, 409])
  t.strictSame((await first.ask('GET', '/groups/crew')).json(), created[0]?.json())
  const { items } = (await first.ask('GET', '/audit', { query: { type: 'group', outcome: 'created' } })).json()
  t.equal(items.length, 1)
})

async function newApplication(): Promise<string> {
  const body = {
    name: 'Orders backend',
    kind: 'web',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
  }
  return (await first.ask('POST', '/applications', { body })).json().client_id
}

function request(clientId: string) {
  return { client_id: clientId, api_id: API.id, plan: 'basic', scopes: ['orders:read'] }
}

t.test('two ask for one subscription at once: one does, the other hears 409', async (t) => {
  const clientId = await newApplication()
  const hold = sql`
    insert into subscriptions (id, application_id, api_id, plan, scopes, status)
    select ${`sub_${'A'.repeat(22)}`}, id, ${API.id}, 'basic', '{}', 'pending' from applications
    where client_id = ${clientId}`
  const ask = (client: typeof first) => () => client.ask('POST', '/subscriptions', { body: request(clientId) })
  const answers = await bothAfter(hold, [ask(first), ask(second)])
  t.strictSame(
    answers.map(({ statusCode }) => statusCode).toSorted(),
    [201, 409],
    answers.map(({ body }) => body).join(),
  )
})

t.test('a subscription is changed while its API is suspended: both happen, and it is of no use then', async (t) => {
  const clientId = await newApplication()
  const { id } = (await first.ask('POST', '/subscriptions', { body: request(clientId) })).json()
  await second.ask('POST', `/approvals/${id}/approve`, { body: {} })
  const changeSubscription = () =>
    second.ask('PATCH', `/approvals/${id}`, { body: { trusted: true }, headers: { 'if-match': '*' } })
  const hold = sql`select from apis where id = ${API.id} for update`
  const suspend = () => first.ask('POST', `/apis/${API.id}/suspend`)
  const answers = await bothAfter(hold, [changeSubscription, suspend])
  t.strictSame(
    answers.map(({ statusCode }) => statusCode),
    [200, 200],
    answers.map(({ body }) => body).join(),
  )
  t.match((await first.ask('GET', `/subscriptions/${id}`)).json(), { trusted: true, status: 'suspended' })
  await first.ask('POST', `/apis/${API.id}/restore`)
})

t.test(
  'a subscription and its API are changed at once: both are, and neither waits for the other in a circle',
  async (t) => {
    const clientId = await newApplication()
    const { id } = (await first.ask('POST', '/subscriptions', { body: request(clientId) })).json()
    await second.ask('POST', `/approvals/${id}/approve`, { body: {} })
    const { name, resource, plans, scopes } = (await first.ask('GET', `/apis/${API.id}`)).json()
    const any = { 'if-match': '*' }
    const changeSubscription = () => second.ask('PATCH', `/approvals/${id}`, { body: { trusted: true }, headers: any })
    const body = {
      name,
      resource,
      plans,
      scopes: scopes.filter((scope: { name: string }) => scope.name !== 'orders:read'),
    }
    const changeApi = () => second.ask('PUT', `/apis/${API.id}`, { body, headers: any })
    const hold = sql`select from subscriptions where id = ${id} for update`
    const answers = await bothAfter(hold, [changeSubscription, changeApi])
    t.strictSame(
      answers.map(({ statusCode }) => statusCode),
      [200, 200],
      answers.map(({ body }) => body).join(),
    )
    t.match((await first.ask('GET', `/subscriptions/${id}`)).json(), { trusted: true, scopes: [] })
  },
)

t.test('who refers to what is being deleted hears that it is not there, and not to try again', async (t) => {
  const { personId } = server
  const gone = { id: 'gone', name: 'Gone', resource: 'https://api.example.com/gone', scopes: [], plans: ['basic'] }
  t.equal((await first.ask('POST', '/apis', { body: gone })).statusCode, 201)
  await first.ask('POST', '/groups', { body: { name: 'gone', description: '' } })
  const membership = { api_id: 'gone', person_id: personId }
  const rows = [
    [sql`delete from apis where id = 'gone'`, 'POST', '/memberships', membership],
    [sql`delete from groups where name = 'gone'`, 'PUT', `/people/${personId}/groups`, { groups: ['gone'] }],
  ] as const
  for (const [deletion, method, path, body] of rows) {
    const asked = await db.transaction().execute(async (trx) => {
      await deletion.execute(trx)
      const answer = first.ask(method, path, { body, headers: { 'if-match': '*' } })
      await untilBlocked(db)
      return [answer]
    })
    const [answer] = await Promise.all(asked)
    const { statusCode, body: said } = answer ?? {}
    t.ok(statusCode === 400 || statusCode === 404, `${path}: ${statusCode} ${said}`)
  }
})
