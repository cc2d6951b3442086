// Operations on people, subscriptions and secrets: what they do, who may not, and what the audit log says of it.
import t from 'tap'
import { basic, clientCredentials, secretClient } from '../support/clients.ts'
import { turnClock, untilBlocked } from '../support/database.ts'
import { ALL_SCOPES, machine } from '../support/management.ts'
import { obtainCode, redeem } from '../support/phone.ts'
import { ISSUER, testServer } from '../support/server.ts'

const server = await testServer(t)
const { db, app, personId } = server
const first = await machine(server)
const second = await machine(server)

type Ask = typeof first.ask

async function etagOf(ask: Ask, path: string): Promise<Readonly<{ 'if-match': string }>> {
  const { headers } = await ask('GET', path)
  return { 'if-match': String(headers.etag) }
}

/** The newest events of the audit log, as operations tell them. */
async function events(query: Readonly<Record<string, string>>) {
  return (await first.ask('GET', '/audit', { query })).json().items
}

async function signIn() {
  const { code, verifier } = await obtainCode(app)
  return (await redeem(app, code, verifier)).json()
}

const PERSON = `/people/${personId}`

t.test('people are found by what is proven to be theirs, and the audit log says that somebody looked', async (t) => {
  for (const [query, count] of [
    [{ email: 'ADA@example.com' }, 1],
    [{ email: 'ad' }, 0],
    [{ status: 'active', kind: 'account' }, 1],
    [{ status: 'suspended' }, 0],
  ] as const) {
    const found = await first.ask('GET', '/people', { query })
    t.equal(found.json().items.length, count, JSON.stringify(query))
  }
  const read = (await first.ask('GET', PERSON)).json()
  t.match(read, { id: personId, email: 'ada@example.com', status: 'active', kind: 'account', erase_after: null })
  t.match(await events({ type: 'account', outcome: 'read' }), [{ by: { kind: 'client', id: first.clientId } }])
  t.match((await events({ type: 'account', outcome: 'searched-for' })).length, 4)
  t.equal((await first.ask('GET', `/people/usr_${'A'.repeat(22)}`)).statusCode, 404)
})

t.test('a person is suspended, restored, and deleted after seven days; nothing happens twice', async (t) => {
  const tokens = await signIn()
  t.match((await first.ask('POST', `${PERSON}/suspend`)).json(), { status: 'suspended' })
  const userinfo = await app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${tokens.access_token}` } })
  t.equal(userinfo.statusCode, 401, 'its tokens count no more')
  t.match((await first.ask('POST', `${PERSON}/suspend`)).json(), { status: 409, code: 'conflict' })
  t.match((await first.ask('POST', `${PERSON}/restore`)).json(), { status: 'active' })
  const deleted = await first.ask('DELETE', PERSON, { headers: await etagOf(first.ask, PERSON) })
  t.match(deleted.json(), { status: 'leaving' })
  const days = (Date.parse(deleted.json().erase_after) - Date.now()) / 86_400_000
  t.ok(days > 6.9 && days < 7.1, String(days))
  t.match((await first.ask('POST', `${PERSON}/suspend`)).json(), { status: 'suspended' })
  t.match((await first.ask('POST', `${PERSON}/restore`)).json(), { status: 'active', erase_after: null })
  const told = (await events({ person_id: personId })).map(
    ({ type, outcome }: Record<string, string>) => `${type} ${outcome}`,
  )
  for (const event of ['account suspended', 'account restored', 'deletion begun-by-administrator'])
    t.ok(told.includes(event), event)
})

t.test('the last administrator is neither suspended, deleted nor taken the role from', async (t) => {
  const role = `${PERSON}/roles/administrator`
  t.equal((await first.ask('PUT', role)).statusCode, 200)
  for (const refused of [
    await first.ask('POST', `${PERSON}/suspend`),
    await first.ask('DELETE', PERSON, { headers: await etagOf(first.ask, PERSON) }),
    await first.ask('DELETE', role),
  ])
    t.match(refused.json(), { status: 409, detail: /nobody would be left/ })
  t.match((await first.ask('PUT', `${PERSON}/roles/approver`)).json(), { status: 400, detail: /api_id/ })
  t.match((await first.ask('GET', '/roles')).json().items, [{ person_id: personId, role: 'administrator' }])
  await db.deleteFrom('person_roles').execute()
})

t.test(
  'an installation and a consent are ended for their person alone: a nested resource belongs to its parent',
  async (t) => {
    await signIn()
    const { items } = (await first.ask('GET', `${PERSON}/installations`)).json()
    const [{ id }] = items
    const other = `usr_${'A'.repeat(22)}`
    t.equal((await first.ask('DELETE', `/people/${other}/installations/${id}`)).statusCode, 404)
    t.equal((await first.ask('DELETE', `${PERSON}/installations/${id}`)).statusCode, 204)
    t.equal((await first.ask('DELETE', `${PERSON}/installations/${id}`)).statusCode, 404)
    t.match(await events({ type: 'revocation', outcome: 'by-administrator' }), [{ client_id: 'shop-app' }])
    const tokens = await signIn()
    t.equal((await first.ask('DELETE', `${PERSON}/consents/shop-app`)).statusCode, 204)
    t.equal((await first.ask('DELETE', `${PERSON}/consents/nothing`)).statusCode, 404)
    const userinfo = await app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${tokens.access_token}` } })
    t.equal(userinfo.statusCode, 401)
  },
)

t.test('logins end by person, by app and one by one', async (t) => {
  await signIn()
  t.match((await first.ask('POST', '/revocations/applications/shop-app')).json(), { ended: 1 })
  await signIn()
  const [{ id }] = (await first.ask('GET', `${PERSON}/installations`)).json().items
  t.equal((await first.ask('POST', `/revocations/installations/${id}`)).statusCode, 204)
  t.equal((await first.ask('POST', `/revocations/installations/${id}`)).statusCode, 404)
  await signIn()
  t.equal((await first.ask('POST', `/revocations/people/${personId}`)).statusCode, 204)
  t.strictSame((await first.ask('GET', `${PERSON}/installations`)).json().items, [])
})

t.test('groups: made, filled against a version, and kept while an API names them', async (t) => {
  t.equal((await first.ask('POST', '/groups', { body: { name: 'staff' } })).statusCode, 201)
  t.equal((await first.ask('POST', '/groups', { body: { name: 'staff' } })).statusCode, 409)
  for (const description of ['two\nlines', '\u202ebackwards'])
    t.match((await first.ask('POST', '/groups', { body: { name: 'odd', description } })).json(), { status: 400 })
  const path = `${PERSON}/groups`
  const version = await etagOf(first.ask, path)
  const body = { groups: ['staff'] }
  t.match((await first.ask('PUT', path, { body, headers: version })).json(), {
    groups: [{ name: 'staff', source: 'operator' }],
  })
  t.equal((await first.ask('PUT', path, { body: { groups: [] }, headers: version })).statusCode, 412)
  const unknown = await first.ask('PUT', path, { body: { groups: ['nobody'] }, headers: { 'if-match': '*' } })
  t.match(unknown.json(), { status: 400, detail: /nobody/ })
  t.strictSame((await first.ask('GET', '/groups/staff/members')).json().items, [{ person_id: personId }])
  t.match(await events({ type: 'group', outcome: 'set' }), [{ change: { before: [], after: ['staff'] } }])
})

async function newApplication(ask: Ask = first.ask) {
  const body = {
    name: 'Orders backend',
    kind: 'web',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
  }
  return (await ask('POST', '/applications', { body })).json()
}

function request(clientId: string) {
  return { client_id: clientId, api_id: 'orders-api', plan: 'basic', scopes: ['orders:read'] }
}

t.test('nobody approves what they asked for; somebody else does, and then it works', async (t) => {
  const { client_id: clientId, client_secret: secret } = await newApplication()
  const asked = await first.ask('POST', '/subscriptions', { body: request(clientId) })
  t.match(asked.json(), { status: 'pending', requested_by: first.clientId, trusted: false })
  t.equal((await first.ask('POST', '/subscriptions', { body: request(clientId) })).statusCode, 409)
  t.equal((await clientCredentials(app, basic(clientId, secret))).statusCode, 400, 'it is of no use yet')
  const { id } = asked.json()
  t.match((await second.ask('GET', '/approvals')).json().items, [{ id }])
  const approve = `/approvals/${id}/approve`
  t.match((await first.ask('POST', approve, { body: {} })).json(), { status: 403, code: 'access_denied' })
  t.match((await second.ask('POST', approve, { body: {} })).json(), { status: 'approved' })
  t.match((await second.ask('POST', approve, { body: {} })).json(), { status: 409 })
  t.equal((await clientCredentials(app, basic(clientId, secret))).statusCode, 200)
  const changed = await second.ask('PATCH', `/approvals/${id}`, {
    body: { scopes: ['orders:read', 'orders:write'] },
    headers: await etagOf(second.ask, `/subscriptions/${id}`),
  })
  t.match(changed.json(), { scopes: ['orders:read', 'orders:write'], plan: 'basic' })
  const own = await first.ask('PATCH', `/approvals/${id}`, { body: { trusted: true }, headers: { 'if-match': '*' } })
  t.equal(own.statusCode, 403)
})

t.test('approve and decline at once, approve twice: one outcome', async (t) => {
  for (let round = 0; round < 5; round++) {
    const { client_id: clientId } = await newApplication()
    const { id } = (await first.ask('POST', '/subscriptions', { body: request(clientId) })).json()
    const decisions = await Promise.all([
      second.ask('POST', `/approvals/${id}/approve`, { body: {} }),
      second.ask('POST', `/approvals/${id}/approve`, { body: {} }),
      second.ask('POST', `/approvals/${id}/decline`),
    ])
    const statuses = decisions.map(({ statusCode }) => statusCode)
    t.equal(statuses.filter((status) => status < 300).length, 1, statuses.join(' '))
    t.equal(statuses.filter((status) => status === 409 || status === 404).length, 2, statuses.join(' '))
  }
})

t.test('approve and withdraw at once: withdrawn for good, whoever comes first', async (t) => {
  for (const firstOf of ['approve', 'withdraw'] as const) {
    const { client_id: clientId, client_secret: secret } = await newApplication()
    const { id } = (await first.ask('POST', '/subscriptions', { body: request(clientId) })).json()
    const version = await etagOf(first.ask, `/subscriptions/${id}`)
    const requests = {
      approve: () => second.ask('POST', `/approvals/${id}/approve`, { body: {} }),
      withdraw: () => first.ask('DELETE', `/subscriptions/${id}`, { headers: version }),
    }
    const lastOf = firstOf === 'approve' ? 'withdraw' : 'approve'
    const waiting = await db.transaction().execute(async (trx) => {
      await trx.selectFrom('subscriptions').where('id', '=', id).select('id').forUpdate().execute()
      const one = requests[firstOf]()
      await untilBlocked(db, 1)
      const two = requests[lastOf]()
      await untilBlocked(db, 2)
      return [one, two]
    })
    const [one, two] = (await Promise.all(waiting)).map(({ statusCode }) => statusCode)
    if (firstOf === 'withdraw') t.strictSame([one, two], [204, 404])
    else {
      t.strictSame([one, two], [200, 412], 'who withdraws has seen it pending')
      const approved = await etagOf(first.ask, `/subscriptions/${id}`)
      t.equal((await first.ask('DELETE', `/subscriptions/${id}`, { headers: approved })).statusCode, 204)
    }
    t.equal((await first.ask('GET', `/subscriptions/${id}`)).statusCode, 404)
    t.equal((await clientCredentials(app, basic(clientId, secret))).statusCode, 400)
    const told = (await events({ type: 'subscription', client_id: clientId })).map(
      ({ outcome }: Readonly<{ outcome: string }>) => outcome,
    )
    t.strictSame(told, ['removed', ...(firstOf === 'approve' ? ['approved'] : []), 'requested'])
  }
})

t.test(
  'a suspended subscription is of no use by itself, is told to gateways, and comes back; a change does not restore it',
  async (t) => {
    const { client_id: clientId, client_secret: secret } = await newApplication()
    const { id } = (await first.ask('POST', '/subscriptions', { body: request(clientId) })).json()
    const path = `/subscriptions/${id}`
    t.match((await second.ask('POST', `${path}/suspend`)).json(), { status: 409, detail: /waits for a decision/ })
    await second.ask('POST', `/approvals/${id}/approve`, { body: {} })
    const token = async () => (await clientCredentials(app, basic(clientId, secret))).statusCode
    t.equal(await token(), 200)
    const told = () => db.selectFrom('revocations').selectAll().execute()
    const before = (await told()).length
    const suspended = (await second.ask('POST', `${path}/suspend`)).json()
    t.match(suspended, { status: 'suspended', suspended_at: /^\d{4}-/ })
    t.equal(await token(), 400)
    t.ok((await told()).length > before, 'gateways hear of it')
    t.strictSame((await second.ask('POST', `${path}/suspend`)).json(), suspended, 'once')
    const changed = { body: { trusted: true }, headers: { 'if-match': '*' } }
    t.match((await second.ask('PATCH', `/approvals/${id}`, changed)).json(), { status: 'suspended', trusted: true })
    t.equal((await first.ask('POST', `${path}/restore`)).statusCode, 403, 'not by whoever asked for it')
    const application = `/applications/${clientId}`
    await second.ask('POST', `${application}/suspend`)
    t.match((await second.ask('POST', `${path}/restore`)).json(), { status: 'suspended', suspended_at: null })
    await second.ask('POST', `${application}/restore`)
    t.equal(await token(), 200)
    const outcomes = (await events({ type: 'subscription', client_id: clientId })).map(
      ({ outcome }: Readonly<{ outcome: string }>) => outcome,
    )
    t.match(outcomes.slice(0, 3), ['restored', 'changed', 'suspended'])
  },
)

t.test('suspending a subscription, its application, and changing it, all at once: no deadlock', async (t) => {
  const { client_id: clientId } = await newApplication()
  const { id } = (await first.ask('POST', '/subscriptions', { body: request(clientId) })).json()
  await second.ask('POST', `/approvals/${id}/approve`, { body: {} })
  for (const verb of ['suspend', 'restore', 'suspend', 'restore']) {
    const answers = await Promise.all([
      second.ask('POST', `/subscriptions/${id}/${verb}`),
      second.ask('POST', `/applications/${clientId}/${verb}`),
      second.ask('PATCH', `/approvals/${id}`, { body: { trusted: verb === 'suspend' }, headers: { 'if-match': '*' } }),
    ])
    t.strictSame(
      answers.map(({ statusCode }) => statusCode),
      [200, 200, 200],
    )
  }
  t.match((await second.ask('GET', `/subscriptions/${id}`)).json(), { status: 'approved', suspended_at: null })
})

t.test('machine client raises its own scopes, or reaches for clients of the server itself: 403', async (t) => {
  const management = { client_id: first.clientId, api_id: 'management', plan: 'management', scopes: ALL_SCOPES }
  t.match((await first.ask('POST', '/subscriptions', { body: management })).json(), {
    status: 403,
    code: 'access_denied',
  })
  const { client_id: fresh } = await newApplication()
  t.equal((await first.ask('POST', '/subscriptions', { body: { ...management, client_id: fresh } })).statusCode, 403)
  const any = { 'if-match': '*' }
  for (const path of [`/applications/${second.clientId}`, `/applications/${first.clientId}`]) {
    t.equal((await first.ask('POST', `${path}/secret`, { body: {} })).statusCode, 403, 'no secret of another machine')
    t.equal((await first.ask('PATCH', path, { body: { name: 'Mine' }, headers: any })).statusCode, 403)
    t.equal((await first.ask('DELETE', path, { headers: any })).statusCode, 403)
    t.equal((await first.ask('POST', `${path}/suspend`)).statusCode, 403)
  }
  const { items } = (await first.ask('GET', '/subscriptions', { query: { api_id: 'management' } })).json()
  for (const { id } of items) {
    t.equal((await first.ask('DELETE', `/subscriptions/${id}`, { headers: any })).statusCode, 403)
    t.equal((await first.ask('PATCH', `/approvals/${id}`, { body: { scopes: [] }, headers: any })).statusCode, 403)
  }
  t.equal((await first.ask('POST', '/apis/management/suspend')).statusCode, 403)
  t.equal((await first.ask('DELETE', '/apis/management', { headers: any })).statusCode, 403)
})

t.test('secret rotated: both secrets live until the stated end, then only one', async (t) => {
  const { clientId, clientSecret } = await secretClient(server, { clientId: 'rotated' })
  const rotate = (body: object) => first.ask('POST', `/applications/${clientId}/secret`, { body })
  const grant = async (secret: string) => (await clientCredentials(app, basic(clientId, secret))).statusCode
  const rotated = (await rotate({})).json()
  t.match(Date.parse(rotated.previous_until) - Date.now() > 86_000_000, true)
  const both = async () => [await grant(clientSecret), await grant(rotated.client_secret)]
  t.strictSame(await both(), [200, 200])
  const secondsLeft = Math.round((Date.parse(rotated.previous_until) - Date.now()) / 1000)
  await turnClock(t, db, secondsLeft - 60)
  t.strictSame(await both(), [200, 200], 'a minute before the stated end')
  await turnClock(t, db, secondsLeft + 1)
  t.strictSame(await both(), [401, 200], 'after it')
  await turnClock(t, db, 0)
  const again = (await rotate({ keep_previous_seconds: 0 })).json()
  t.equal(again.previous_until, null)
  t.strictSame(
    [await grant(clientSecret), await grant(rotated.client_secret), await grant(again.client_secret)],
    [401, 401, 200],
  )
  t.match(await events({ type: 'application', outcome: 'secret-rotated' }), [{ client_id: clientId }])
  t.equal((await first.ask('POST', '/applications/shop-app/secret', { body: {} })).statusCode, 409, 'it has none')
})

t.test('redirect URI changed while codes and sessions exist: codes of the old URI die', async (t) => {
  const { code, verifier } = await obtainCode(app)
  const path = '/applications/shop-app'
  const headers = await etagOf(first.ask, path)
  const before = (await first.ask('GET', path)).json()
  const changed = await first.ask('PATCH', path, { body: { redirect_uris: ['com.example.shop:/new'] }, headers })
  t.strictSame(changed.json(), { ...before, redirect_uris: ['com.example.shop:/new'] }, 'all else stays')
  t.match((await redeem(app, code, verifier)).json(), { error: 'invalid_grant' })
  const back = await first.ask('PATCH', path, {
    body: { redirect_uris: before.redirect_uris },
    headers: { 'if-match': String(changed.headers.etag) },
  })
  t.equal(back.statusCode, 200)
  t.match(await events({ type: 'client-registration', outcome: 'changed' }), [
    { client_id: 'shop-app', by: { kind: 'client', id: first.clientId } },
  ])
})

t.test('two who change the same version at once: one does, the other hears 412', async (t) => {
  const { client_id: clientId } = await newApplication()
  const path = `/applications/${clientId}`
  const headers = await etagOf(first.ask, path)
  const answers = await Promise.all(
    ['one', 'two', 'three'].map((name) => first.ask('PATCH', path, { body: { name }, headers })),
  )
  t.strictSame(answers.map(({ statusCode }) => statusCode).toSorted(), [200, 412, 412])
})

t.test('an API is changed, loses what its definition does not name, and goes when nobody uses it', async (t) => {
  const body = {
    name: 'Maps',
    resource: 'https://api.example.com/maps',
    scopes: [
      { name: 'maps:read', description: 'See maps' },
      { name: 'maps:write', description: 'Draw maps' },
    ],
    plans: ['basic', 'pro'],
  }
  t.equal((await first.ask('POST', '/apis', { body: { id: 'maps', ...body } })).statusCode, 201)
  t.equal((await first.ask('POST', '/apis', { body: { id: 'maps', ...body } })).statusCode, 409)
  const taken = await first.ask('POST', '/apis', {
    body: { ...body, id: 'other', resource: `${ISSUER}/management/v1` },
  })
  t.equal(taken.statusCode, 409)
  const changed = await first.ask('PUT', '/apis/maps', {
    body: { ...body, scopes: [body.scopes[0]], plans: ['basic'] },
    headers: await etagOf(first.ask, '/apis/maps'),
  })
  t.match(changed.json(), { plans: ['basic'], scopes: [{ name: 'maps:read' }] })
  t.equal(changed.json().scopes.length, 1)
  t.match((await first.ask('POST', '/apis/maps/suspend')).json().suspended_at, /T/)
  t.equal((await first.ask('POST', '/apis/maps/restore')).json().suspended_at, null)
  t.equal((await first.ask('DELETE', '/apis/orders-api', { headers: { 'if-match': '*' } })).statusCode, 409)
  t.equal((await first.ask('DELETE', '/apis/maps', { headers: { 'if-match': '*' } })).statusCode, 204)
})

t.test('what the catalogue file manages is read-only here: 409 with its name', async (t) => {
  await db.updateTable('applications').set({ managed_by: 'file' }).where('client_id', '=', 'shop-app').execute()
  await db.updateTable('apis').set({ managed_by: 'file' }).where('id', '=', 'orders-api').execute()
  const headers = { 'if-match': '*' }
  for (const refused of [
    await first.ask('PATCH', '/applications/shop-app', { body: { name: 'Mine' }, headers }),
    await first.ask('DELETE', '/applications/shop-app', { headers }),
    await first.ask('PUT', '/applications/shop-app/identity', {
      body: { apple: { team: 'ABCDE12345', bundle: 'com.example.shop' } },
      headers,
    }),
    await first.ask('DELETE', '/apis/orders-api', { headers }),
  ])
    t.match(refused.json(), { status: 409, detail: /catalogue\.yml/ })
  t.equal((await first.ask('POST', '/applications/shop-app/suspend')).statusCode, 200, 'an emergency waits for no file')
  t.equal((await first.ask('POST', '/applications/shop-app/restore')).statusCode, 200)
})

t.test('the same Idempotency-Key at once: one execution, the others wait for its answer', async (t) => {
  const { client_id: clientId } = await newApplication()
  const headers = { 'idempotency-key': 'rotate-once' }
  const hold = db.transaction().execute(async (trx) => {
    await trx.selectFrom('applications').where('client_id', '=', clientId).select('id').forUpdate().execute()
    const answers = [1, 2].map(() => first.ask('POST', `/applications/${clientId}/secret`, { body: {}, headers }))
    await untilBlocked(db, 2)
    return answers
  })
  const answers = await Promise.all(await hold)
  t.equal(new Set(answers.map(({ body }) => body)).size, 1)
  t.equal((await events({ type: 'application', outcome: 'secret-rotated', client_id: clientId })).length, 1)
})

t.test('one Idempotency-Key of two clients at once, for the same request: each has its own answer', async (t) => {
  const { client_id: clientId } = await newApplication()
  const headers = { 'idempotency-key': 'everybody-takes-this-one' }
  const rotate = (ask: Ask) => ask('POST', `/applications/${clientId}/secret`, { body: {}, headers })
  const waiting = await db.transaction().execute(async (trx) => {
    await trx.selectFrom('applications').where('client_id', '=', clientId).select('id').forUpdate().execute()
    const answers = [first.ask, second.ask].map(rotate)
    // Both wait for the application, and neither for the other's key.
    await untilBlocked(db, 2)
    return answers
  })
  const answers = (await Promise.all(waiting)).map((answer) => answer.json())
  t.equal(new Set(answers.map(({ client_secret: secret }) => secret)).size, 2)
  t.equal((await events({ type: 'application', outcome: 'secret-rotated', client_id: clientId })).length, 2)
  for (const [index, { ask }] of [first, second].entries())
    t.strictSame((await rotate(ask)).json(), answers[index], 'again: what it was told itself')
  const another = { body: { name: 'Other', kind: 'native' }, headers }
  t.equal((await first.ask('POST', '/applications', another)).statusCode, 422)
  const third = await machine(server)
  t.equal((await third.ask('POST', '/applications', another)).statusCode, 201, 'the key of others binds nobody else')
})

t.test('a token loses what its client has lost meanwhile', async (t) => {
  const narrowed = await machine(server, ['people:read', 'keys:read'])
  const one = db.selectFrom('applications').where('client_id', '=', narrowed.clientId).select('id')
  await db
    .updateTable('subscriptions')
    .set({ scopes: ['keys:read'] })
    .where('application_id', '=', one)
    .execute()
  t.equal((await narrowed.ask('GET', '/people')).statusCode, 403)
  t.equal((await narrowed.ask('GET', '/keys')).statusCode, 200)
})

t.test('a token of a person, or for another API, opens nothing', async (t) => {
  const tokens = await signIn()
  t.equal(
    (await first.ask('GET', '/keys', { headers: { authorization: `Bearer ${tokens.access_token}` } })).statusCode,
    401,
  )
  const { headers } = await secretClient(server, { clientId: 'elsewhere' })
  const other = (await clientCredentials(app, headers)).json().access_token
  t.equal((await first.ask('GET', '/keys', { headers: { authorization: `Bearer ${other}` } })).statusCode, 401)
})

t.test('the audit log is read page by page, by number and by time, each event once', async (t) => {
  const all = await events({ limit: '100' })
  t.ok(all.length > 20)
  for (const by of [{}, { since: '2020-01-01T00:00:00Z' }]) {
    // Each search is an event itself; what was there before is what is looked for.
    const until: Readonly<Record<string, string>> = 'since' in by ? { ...by, until: all[0].at } : by
    const seen: string[] = []
    let next: string | null = null
    do {
      const query: Readonly<Record<string, string>> = { ...until, limit: '7', ...(next !== null && { cursor: next }) }
      const page: Readonly<{ items: readonly Readonly<{ id: string }>[]; next: string | null }> = (
        await first.ask('GET', '/audit', { query })
      ).json()
      seen.push(...page.items.map(({ id }) => id))
      next = page.next
    } while (next !== null)
    t.equal(new Set(seen).size, seen.length, 'each once')
    const wanted = all.map(({ id }: Readonly<{ id: string }>) => id).slice(1)
    t.strictSame(
      wanted.filter((id: string) => !seen.includes(id)),
      [],
      'none left out',
    )
  }
  const { next } = (await first.ask('GET', '/audit', { query: { limit: '1' } })).json()
  const mixed = await first.ask('GET', '/audit', { query: { cursor: next, since: '2020-01-01T00:00:00Z' } })
  t.match(mixed.json(), { status: 400, detail: /cursor is the next of the page before/ })
})
