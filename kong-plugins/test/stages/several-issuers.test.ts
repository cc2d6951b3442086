// Several issuers, audiences and applications behind one policy: each vouches for its own, and for nobody else's.
import t from 'tap'
import { createSigningKey, gatewayConfig, signToken, startKeyServer, type TestSigningKey } from '../support/issuer.ts'
import type { EventOutcome } from '../support/kong-client.ts'
import { startPluginServer } from '../support/plugin-server.ts'

const A = 'https://a.example'
const B = 'https://b.example'
// The same key id at both, as two servers that count their keys have it.
const keyA = await createSigningKey('1')
const keyB = await createSigningKey('1', 'RS256')
const onlyB = await createSigningKey('only-b')

interface Test {
  teardown(ended: () => unknown): void
}

async function setUp(t: Test, changes: Record<string, unknown> = {}) {
  const [a, b] = [await startKeyServer(t, keyA), await startKeyServer(t, keyB, onlyB)]
  const running = await startPluginServer(t)
  const kong = running.connect()
  const config = gatewayConfig(a.jwksUri, {
    issuers: [
      { issuer: A, jwks_uri: a.jwksUri },
      { issuer: B, jwks_uri: b.jwksUri },
    ],
    plans: { basic: { day: 2 } },
    ...changes,
  })
  const instance = await kong.start('mobile-gateway', config)
  const call = async (key: TestSigningKey, claims: Record<string, unknown>): Promise<EventOutcome> =>
    kong.access(instance, { headers: { authorization: `Bearer ${await signToken(key, { claims })}` } })
  return { a, b, running, kong, config, call }
}

function refusal({ kind, body }: EventOutcome): unknown {
  return kind === 'passed' ? 'passed' : (Object(body).error_description ?? Object(body).message)
}

t.test("a key counts for its own issuer's tokens only", async (t) => {
  const { call } = await setUp(t)
  const rows: readonly (readonly [TestSigningKey, string, string])[] = [
    [keyA, A, 'passed'],
    [keyB, B, 'passed'],
    [onlyB, B, 'passed'],
    [keyB, A, 'The signature algorithm is not accepted'],
    [keyA, B, 'The signature algorithm is not accepted'],
    [onlyB, A, 'The signing key is not known'],
    [keyA, 'https://c.example', 'The issuer is not trusted'],
    [keyA, `${A}/`, 'The issuer is not trusted'],
    [keyA, A.toUpperCase(), 'The issuer is not trusted'],
  ]
  for (const [key, iss, expected] of rows)
    t.equal(
      refusal(await call(key, { iss, sub: `usr_${key.keyId}_${key.algorithm}` })),
      expected,
      `${key.keyId} ${iss}`,
    )
  const twin = await createSigningKey('1')
  t.equal(refusal(await call(twin, { iss: A })), 'The signature does not match', 'same id, same algorithm, another key')
})

t.test(
  'the keys of each issuer are fetched from its own address; one that is away does not take the other along',
  async (t) => {
    const { a, b, call } = await setUp(t)
    t.equal(refusal(await call(keyA, { iss: A })), 'passed')
    t.equal(refusal(await call(keyB, { iss: B })), 'passed')
    t.strictSame([a.requests, b.requests], [1, 1])
    const fresh = await createSigningKey('fresh')
    await b.stop()
    t.equal((await call(fresh, { iss: A })).status, 401)
    t.equal(refusal(await call(keyA, { iss: A })), 'passed')
  },
)

t.test('user ids are of one issuer: the backend is told which, and calls are counted apart', async (t) => {
  const { call } = await setUp(t)
  const alice = { sub: 'alice' }
  const [atA, atB] = [await call(keyA, { ...alice, iss: A }), await call(keyB, { ...alice, iss: B })]
  for (const [outcome, issuer] of [
    [atA, A],
    [atB, B],
  ] as const)
    t.match(outcome.requestHeaders, {
      'X-Authenticated-UserId': 'alice',
      'X-Authenticated-Issuer': issuer,
      'X-Mobile-Gateway': /^mobile-api;2;1;/,
    })
  await call(keyA, { ...alice, iss: A })
  t.equal((await call(keyA, { ...alice, iss: A })).status, 429)
  t.match((await call(keyB, { ...alice, iss: B })).requestHeaders, { 'X-Mobile-Gateway': /^mobile-api;2;0;/ })
})

t.test('with one issuer the backend is not told which', async (t) => {
  const { a, kong, config } = await setUp(t)
  const instance = await kong.start('mobile-gateway', { ...config, issuers: [{ issuer: A, jwks_uri: a.jwksUri }] })
  const headers = { authorization: `Bearer ${await signToken(keyA, { claims: { iss: A } })}` }
  const { requestHeaders } = await kong.access(instance, { headers })
  t.notOk('X-Authenticated-Issuer' in requestHeaders)
})

t.test('each of several audiences opens the API, no other does', async (t) => {
  const { call } = await setUp(t, { audiences: ['https://api.example/v1', 'https://api.example/v2'] })
  const rows: readonly (readonly [unknown, string])[] = [
    ['https://api.example/v1', 'passed'],
    ['https://api.example/v2', 'passed'],
    [['https://other.example', 'https://api.example/v2'], 'passed'],
    ['https://api.example/v3', 'The access token is for another audience'],
    ['https://api.example/v1/', 'The access token is for another audience'],
    [[], 'The access token is for another audience'],
  ]
  for (const [index, [aud, expected]] of rows.entries())
    t.equal(refusal(await call(keyA, { iss: A, aud, sub: `usr_${index}` })), expected, JSON.stringify(aud))
})

t.test('routes of one API ask for scopes of their own, and share one count', async (t) => {
  const { kong, config } = await setUp(t)
  const instances = {
    orders: await kong.start('mobile-gateway', {
      ...config,
      method_scopes: { GET: ['orders:read'], POST: ['orders:write'] },
    }),
    admin: await kong.start('mobile-gateway', { ...config, required_scopes: ['admin'] }),
  }
  const headers = { authorization: `Bearer ${await signToken(keyA, { claims: { iss: A } })}` }
  const call = (name: keyof typeof instances, method: string) => kong.access(instances[name], { headers, method })
  t.match(await call('orders', 'GET'), { requestHeaders: { 'X-Mobile-Gateway': /^mobile-api;2;1;/ } })
  t.match((await call('orders', 'POST')).headers, { 'WWW-Authenticate': /insufficient_scope.*scope="orders:write"/ })
  t.match((await call('admin', 'GET')).headers, { 'WWW-Authenticate': /insufficient_scope.*scope="admin"/ })
  t.match(await call('orders', 'GET'), { requestHeaders: { 'X-Mobile-Gateway': /^mobile-api;2;0;/ } })
})

t.test(
  'only applications that are listed may call; another token would not help, so there is no challenge',
  async (t) => {
    const { call } = await setUp(t, { allowed_clients: ['demo-app', 'partner'] })
    t.equal(refusal(await call(keyA, { iss: A })), 'passed')
    t.match(await call(keyA, { iss: A, client_id: 'stranger' }), {
      kind: 'exited',
      status: 403,
      body: { message: 'This application may not call this API' },
      headers: {},
    })
    t.equal((await call(keyA, { iss: A, client_id: 'Partner' })).status, 403)
  },
)
