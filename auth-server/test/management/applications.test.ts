// Operations on applications: what is registered, read and listed, and what is refused.
import { sql } from 'kysely'
import t from 'tap'
import { HTTPS_ISSUER } from '../support/app-identity.ts'
import { machine } from '../support/management.ts'
import { API, testServer } from '../support/server.ts'

const server = await testServer(t)
const { ask } = await machine(server)

t.test('an application is registered, told its secret once, and works at once', async (t) => {
  const created = await ask('POST', '/applications', {
    body: {
      name: 'Backend',
      kind: 'web',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
    },
  })
  t.equal(created.statusCode, 201, created.body)
  const { client_secret, ...application } = created.json()
  t.match(client_secret, /^[\w-]{43}$/)
  t.match(application, { name: 'Backend', kind: 'web', managed_by: 'portal', suspended_at: null })
  const read = await ask('GET', `/applications/${application.client_id}`)
  t.strictSame(read.json(), application, 'the secret is not told again')
  t.match(read.headers.etag, /^"[\w-]{22}"$/)
})

t.test('what breaks a rule of redirect URIs is 400 with a sentence that helps', async (t) => {
  const refused = await ask('POST', '/applications', {
    body: { name: 'App', kind: 'native', redirect_uris: ['http://localhost/callback'] },
  })
  t.equal(refused.statusCode, 400)
  t.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8')
  t.match(refused.json(), { status: 400, code: 'invalid_request', detail: /loopback IP/ })
})

t.test('the last redirect URI of an app that may use an API stays, whichever way it would go', async (t) => {
  const at = await testServer(t, { ISSUER: HTTPS_ISSUER })
  const { ask } = await machine(at)
  const uri = 'https://app.example.com/callback'
  const made = await ask('POST', '/applications', { body: { name: 'App', kind: 'native', redirect_uris: [uri] } })
  const path = `/applications/${made.json().client_id}`
  const anyVersion = { 'if-match': '*' }
  const set = (body: object) => ask('PATCH', path, { body, headers: anyVersion })
  t.equal((await set({ redirect_uris: [] })).statusCode, 200, 'without a subscription nobody comes by it')
  t.equal((await set({ redirect_uris: [uri] })).statusCode, 200)
  const wish = { client_id: made.json().client_id, api_id: API.id, plan: 'basic', scopes: [] }
  const { id } = (await ask('POST', '/subscriptions', { body: wish })).json()
  t.equal((await set({ redirect_uris: [] })).statusCode, 200, 'nor while it waits')
  t.equal((await set({ redirect_uris: [uri] })).statusCode, 200)
  t.equal((await (await machine(at)).ask('POST', `/approvals/${id}/approve`, { body: {} })).statusCode, 200)
  t.match((await set({ redirect_uris: [] })).json(), { status: 409, detail: /^This is the last redirect URI of an/ })
  t.strictSame((await ask('GET', path)).json().redirect_uris, [uri])

  const identity = { apple: { team: 'ABCDE12345', bundle: 'com.example.shop' } }
  t.equal((await ask('PUT', `${path}/identity`, { body: identity, headers: anyVersion })).statusCode, 200)
  const { redirect_uris: left } = (await set({ redirect_uris: [] })).json()
  t.strictSame(left, [`${HTTPS_ISSUER}/apps/${made.json().client_id}/callback`], 'the link of its own is one')
  t.equal(
    (await ask('DELETE', `${path}/identity`, { headers: anyVersion })).statusCode,
    409,
    'which goes with the record',
  )
  t.equal((await ask('GET', `${path}/identity`)).statusCode, 200)
  await at.db.updateTable('applications').set({ redirect_uris: [] }).where('client_id', '=', wish.client_id).execute()
  t.equal((await set({ name: 'Renamed' })).statusCode, 200, 'what was so before can be changed otherwise')
})

t.test('a list comes in pages, each application once, whatever is registered meanwhile', async (t) => {
  for (let n = 0; n < 5; n++) await ask('POST', '/applications', { body: { name: `App ${n}`, kind: 'native' } })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await ask('GET', '/applications', { query: { limit: '2', ...(cursor && { cursor }) } })
    t.equal(page.statusCode, 200, page.body)
    const { items, next } = page.json()
    seen.push(...items.map((item: { client_id: string }) => item.client_id))
    await ask('POST', '/applications', { body: { name: 'Meanwhile', kind: 'native' } })
    cursor = next ?? undefined
  } while (cursor !== undefined && seen.length < 50)
  t.equal(new Set(seen).size, seen.length)
  t.ok(seen.length >= 6)
})

t.test('the same Idempotency-Key registers once, at once and later; with another body it is 422', async (t) => {
  const headers = { 'idempotency-key': 'one-registration' }
  const body = { name: 'Once', kind: 'web', token_endpoint_auth_method: 'client_secret_basic' }
  const answers = await Promise.all([1, 2, 3].map(() => ask('POST', '/applications', { body, headers })))
  t.strictSame(
    answers.map(({ statusCode }) => statusCode),
    [201, 201, 201],
  )
  t.equal(new Set(answers.map(({ body }) => body)).size, 1, 'one client_id and one secret')
  const other = await ask('POST', '/applications', { body: { ...body, name: 'Twice' }, headers })
  t.match(other.json(), { status: 422, code: 'idempotency_key_reused' })
  const all = await ask('GET', '/applications', { query: { kind: 'web' } })
  t.equal(all.json().items.filter(({ name }: { name: string }) => name === 'Once').length, 1)
  const { rows } = await server.db
    .selectFrom('idempotency_keys')
    .selectAll()
    .execute()
    .then((rows) => ({ rows }))
  t.notMatch(JSON.stringify(rows), answers[0]?.json().client_secret, 'and no secret lies in the database')
})

t.test('what was read can be changed and removed by its ETag, also where more is stored than is told', async (t) => {
  const { db } = server
  const { client_id: clientId } = (
    await ask('POST', '/applications', { body: { name: 'Keyed', kind: 'native' } })
  ).json()
  const path = `/applications/${clientId}`
  const jwks = JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', 'x-of-its-own': 'more' }] })
  await sql`update applications set jwks = ${jwks}::jsonb where client_id = ${clientId}`.execute(db)
  const headers = async () => ({ 'if-match': String((await ask('GET', path)).headers.etag) })
  const changed = await ask('PATCH', path, { body: { refresh_idle_seconds: 3600 }, headers: await headers() })
  t.not(changed.statusCode, 412, changed.body)
  t.equal((await ask('DELETE', path, { headers: await headers() })).statusCode, 204)
})
