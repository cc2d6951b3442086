// The client of the management API as a network sees it: tokens, retries, time limits, pages, and what it fails with.
import t from 'tap'
import { OPERATIONS } from '../../src/contract/index.ts'
import type { ManagementOperation } from '../../src/contract/operation.ts'
import {
  createManagementClient,
  each,
  etagOf,
  ManagementError,
  type ManagementSettings,
} from '../../src/management/index.ts'
import { startWireServer } from '../support/wire-server.ts'

const API = { id: 'orders', name: 'Orders' }
const SECRET = { clientId: 'back office', clientSecret: 'a:b%c ä' }

async function setUp(t: { teardown(ended: () => unknown): void }, settings: Partial<ManagementSettings> = {}) {
  const server = await startWireServer(t)
  const client = createManagementClient({ issuer: server.issuer, credentials: SECRET, ...settings })
  return { server, client }
}

function failure(call: Promise<unknown>): Promise<ManagementError> {
  return call.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => {
      if (error instanceof ManagementError) return error
      throw error
    },
  )
}

t.test('one token for all who wait, kept until it ends', async (t) => {
  const { server, client } = await setUp(t, { scopes: ['apis:read'] })
  server.answer('/apis/orders', { body: API })
  await Promise.all(Array.from({ length: 10 }, () => client.apis.get({ id: 'orders' })))
  await client.apis.get({ id: 'orders' })
  t.equal(server.tokenRequests.length, 1)
  const [request] = server.tokenRequests
  const pair = Buffer.from('back+office:a%3Ab%25c+%C3%A4').toString('base64')
  t.equal(request?.headers.authorization, `Basic ${pair}`)
  t.strictSame(Object.fromEntries(new URLSearchParams(request?.body)), {
    grant_type: 'client_credentials',
    resource: `${server.issuer}/management/v1`,
    scope: 'apis:read',
  })
  t.equal(server.requests.length, 11)
  t.ok(server.requests.every(({ headers }) => headers.authorization === 'Bearer token-1'))
})

t.test('a token that ends within half a minute is renewed before it is shown', async (t) => {
  const { server, client } = await setUp(t)
  server.answer('/apis/orders', { body: API })
  server.tokenLifeSeconds = 29
  await client.apis.get({ id: 'orders' })
  await client.apis.get({ id: 'orders' })
  t.strictSame(
    server.requests.map(({ headers }) => headers.authorization),
    ['Bearer token-1', 'Bearer token-2'],
  )
})

t.test('a token that is refused is renewed once, by one request for all', async (t) => {
  const { server, client } = await setUp(t)
  server.answer('/apis/orders', { body: API })
  await client.apis.get({ id: 'orders' })
  server.refuseToken('token-1')
  const answers = await Promise.all(Array.from({ length: 5 }, () => client.apis.get({ id: 'orders' })))
  t.ok(answers.every(({ name }) => name === 'Orders'))
  t.equal(server.tokenRequests.length, 2)

  server.refuseToken('token-2')
  server.refuseToken('token-3')
  t.match(await failure(client.apis.get({ id: 'orders' })), {
    status: 401,
    code: 'invalid_token',
    operation: 'apis.get',
  })
  t.equal(server.tokenRequests.length, 3, 'and not again and again')
})

t.test('a client that is refused a token is told why', async (t) => {
  const { server, client } = await setUp(t)
  server.tokenFault = { status: 401, body: { error: 'invalid_client', error_description: 'the secret is wrong' } }
  t.match(await failure(client.apis.list()), {
    operation: 'token',
    status: 401,
    code: 'invalid_client',
    message: 'token: the secret is wrong (401 invalid_client)',
  })
  server.tokenFault = { status: 200, body: { access_token: 'x', token_type: 'DPoP', expires_in: 600 } }
  t.match(await failure(client.apis.list()), { code: 'unexpected_answer', detail: /not Bearer/ })
  server.tokenFault = { status: 200, body: [] }
  t.match(await failure(client.apis.list()), { code: 'unexpected_answer' })
})

t.test(
  '429 and 503 are asked again after Retry-After, with the same key; whoever has to wait long is told',
  async (t) => {
    const { server, client } = await setUp(t)
    const busy = { status: 429, headers: { 'retry-after': '0' }, body: { code: 'too_many_requests', detail: 'slowly' } }
    server.answer('/apis', busy, { ...busy, status: 503 }, { status: 201, body: API })
    const { name } = await client.apis.create({
      id: 'orders',
      name: 'Orders',
      resource: 'https://x',
      scopes: [],
      plans: ['basic'],
    })
    t.equal(name, 'Orders')
    const keys = server.requests.map(({ headers }) => headers['idempotency-key'])
    t.equal(keys.length, 3)
    t.match(keys[0], /^[0-9a-f-]{36}$/)
    t.equal(new Set(keys).size, 1)

    server.answer('/apis', { ...busy, headers: { 'retry-after': '3600' } })
    t.match(await failure(client.apis.list()), { status: 429, code: 'too_many_requests', retryAfterSeconds: 3600 })
    server.answer('/apis', busy)
    const before = server.requests.length
    t.match(await failure(client.apis.list()), { status: 429 })
    t.equal(server.requests.length - before, 4, 'four times at most')
  },
)

t.test('a connection that breaks is tried again; what is refused is not', async (t) => {
  const { server, client } = await setUp(t)
  server.answer('/apis/orders', 'hang up', { status: 502, body: '' }, { body: API })
  t.equal((await client.apis.get({ id: 'orders' })).name, 'Orders')
  for (const status of [400, 403, 404, 409, 412, 422, 428, 500]) {
    server.answer('/apis/orders', { status, body: { code: 'some_code', detail: 'so it is', status } })
    const before = server.requests.length
    t.match(await failure(client.apis.get({ id: 'orders' })), { status, code: 'some_code', detail: 'so it is' })
    t.equal(server.requests.length - before, 1, `${status}`)
  }
  await server.stop()
  t.match(await failure(client.apis.get({ id: 'orders' })), { code: 'unreachable', status: undefined })
})

t.test('a time limit, and a caller who gives up', async (t) => {
  const { server, client } = await setUp(t)
  server.answer('/apis/orders', 'hang')
  t.match(await failure(client.apis.get({ id: 'orders' }, { timeoutMillis: 50 })), { code: 'timeout' })
  const reason = new Error('no longer needed')
  await t.rejects(client.apis.get({ id: 'orders' }, { signal: AbortSignal.abort(reason) }), reason)
  const leaving = new AbortController()
  const asked = client.apis.get({ id: 'orders' }, { signal: leaving.signal })
  server.whenAsked(() => leaving.abort(reason))
  await t.rejects(asked, reason)

  server.answer('/apis/orders', { status: 503, headers: { 'retry-after': '15' }, body: {} })
  t.match(
    await failure(client.apis.get({ id: 'orders' }, { timeoutMillis: 50 })),
    { code: 'timeout' },
    'also while it waits',
  )
})

t.test('what does not come from the API is said so', async (t) => {
  const { server, client } = await setUp(t)
  for (const answer of [
    { status: 200, body: '<html>' },
    { status: 204, body: '' },
    { status: 500, body: '<html>' },
    { status: 404, body: { message: 'no Route matched with those values' } },
  ]) {
    server.answer('/apis/orders', answer)
    t.match(await failure(client.apis.get({ id: 'orders' })), { code: 'unexpected_answer', status: answer.status })
  }
  server.answer('/apis/orders', { status: 302, headers: { location: '/elsewhere' }, body: '' })
  t.match(await failure(client.apis.get({ id: 'orders' })), { code: 'unreachable' }, 'a token follows no redirect')
})

t.test('the version of an answer is known by the answer itself', async (t) => {
  const { server, client } = await setUp(t)
  server.answer('/apis/orders', { headers: { etag: '"v1"' }, body: API })
  const api = await client.apis.get({ id: 'orders' })
  t.equal(etagOf(api), '"v1"')
  t.throws(() => etagOf({ ...api }), TypeError)
  t.match(await client.call('apis.get', { id: 'orders' }), { status: 200, body: API, etag: '"v1"' })
})

t.test('every page of a list, each item once; a list without an end is noticed', async (t) => {
  const { server, client } = await setUp(t)
  server.answer(
    '/apis',
    { body: { items: [1, 2], next: 'a' } },
    { body: { items: [3], next: 'b' } },
    { body: { items: [], next: null } },
  )
  const found: unknown[] = []
  for await (const api of each(client.apis.list, { suspended: true, limit: 2 })) found.push(api)
  t.strictSame(found, [1, 2, 3])
  t.strictSame(
    server.requests.map(({ url }) => url),
    ['', '&cursor=a', '&cursor=b'].map((cursor) => `/management/v1/apis?suspended=true&limit=2${cursor}`),
  )
  server.answer('/apis', { body: { items: [], next: 'a' } })
  await t.rejects(each(client.apis.list, {}).next(), /come to an end/)
})

t.test('an id stays one step of the path, whatever it holds', async (t) => {
  const { server, client } = await setUp(t)
  server.answer('/apis/a%2F..%2Fb%3Fc', { body: API })
  t.equal((await client.apis.get({ id: 'a/../b?c' })).name, 'Orders')
  for (const id of ['', '.', '..']) await t.rejects(client.apis.get({ id }), TypeError, `"${id}"`)
})

t.test('every operation has its method, and no member of one stands in two of its parts', async (t) => {
  const { client } = await setUp(t, { credentials: 'none' })
  const methods: Readonly<Record<string, unknown>> = { ...client }
  for (const [id, row] of Object.entries<ManagementOperation>(OPERATIONS)) {
    const [thing = '', verb = ''] = id.split('.')
    const things: Readonly<Record<string, unknown>> = { ...Object(methods[thing]) }
    t.type(things[verb.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())], 'function', id)
    t.match(id, /^[a-z]+\.[a-z_]+$/)
    const members = [row.params, row.query, row.body].flatMap((part) => Object.keys(part?.properties ?? {}))
    t.equal(new Set(members).size, members.length, id)
  }
})

t.test('what an operation does not take, or lacks, does not compile', async (t) => {
  const { client } = await setUp(t, { credentials: 'none' })
  const attempts = [
    // @ts-expect-error there is no such filter
    () => client.apis.list({ owner: 'me' }),
    // @ts-expect-error which API?
    () => client.apis.get(),
    // @ts-expect-error no kind of application
    () => client.applications.create({ name: 'x', kind: 'mobile' }),
  ]
  t.equal(attempts.length, 3)
})
