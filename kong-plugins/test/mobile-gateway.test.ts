// The fused plugin over its real socket: one read, one write, every answer whole, and closed whatever happens.
import t from 'tap'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from './support/issuer.ts'
import { startPluginServer } from './support/plugin-server.ts'

const key = await createSigningKey()

/** 20 seconds into a minute, standing still. */
const wall = Math.floor(Date.now() / 60_000) * 60_000 + 20_000
const clock = { wall: () => wall, monotonic: () => performance.now() }
async function bearer(claims: Record<string, unknown> = {}): Promise<{ authorization: string }> {
  return {
    authorization: `Bearer ${await signToken(key, { claims: { iat: wall / 1000, ...claims } })}`,
  }
}

interface Test {
  teardown(ended: () => unknown): void
}
async function setUp(t: Test, changes: Record<string, unknown> = {}) {
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t, { clock })
  const kong = running.connect()
  const config = gatewayConfig(keys.jwksUri, changes)
  return { keys, running, kong, config, instance: await kong.start('mobile-gateway', config) }
}

const DPOP = 'DPoP realm="mobile", algs="ES256 ES384 PS256 RS256 EdDSA Ed25519"'

const UNAVAILABLE = {
  kind: 'exited',
  status: 503,
  body: { message: 'Service temporarily unavailable' },
  headers: { 'Retry-After': '5' },
  requestHeaders: {},
  responseHeaders: {},
}

/** The identity once more, for the guard. */
const note =
  'X-Credential-Identifier=demo-app&X-Consumer-Custom-ID=app_1&X-Consumer-Username=demo-app&' +
  'X-Authenticated-Scope=profile%3Aread%20orders%3Aread&X-Authenticated-Kind=account&X-Authenticated-UserId=usr_alice'

t.test('a good token passes with one read and one write: identity and mark together', async (t) => {
  const { kong, instance } = await setUp(t)
  t.strictSame(await kong.access(instance, { headers: await bearer() }), {
    kind: 'passed',
    requestHeaders: {
      'X-Authenticated-UserId': 'usr_alice',
      'X-Authenticated-Kind': 'account',
      'X-Authenticated-Attested': null,
      'X-Authenticated-Scope': 'profile:read orders:read',
      'X-Consumer-Username': 'demo-app',
      'X-Consumer-Custom-ID': 'app_1',
      'X-Credential-Identifier': 'demo-app',
      'X-Mobile-Gateway': 'mobile-api;60;59;40;Minute:60:59',
      'X-Mobile-Gateway-Caller': note,
      Authorization: null,
      DPoP: null,
    },
    responseHeaders: {},
    calls: ['kong.request.get_header', 'kong.service.request.set_headers'],
  })
})

t.test('no two calls look alike to LuaJIT, which tells long strings apart by their ends', async (t) => {
  const { kong, instance } = await setUp(t)
  const ends: string[] = []
  const notes: string[] = []
  function onCall(name: string, argument: unknown, frame: Buffer): void {
    if (name !== 'kong.service.request.set_headers') return
    t.ok(frame.length >= 128)
    ends.push(frame.subarray(-8).toString('hex'))
    notes.push(Object(argument)['X-Mobile-Gateway-Caller'])
  }
  for (const sub of ['usr_alice', 'usr_alice', 'usr_bob', 'usr_carol'])
    t.match(await kong.access(instance, { headers: await bearer({ sub }), onCall }), { kind: 'passed' })
  t.equal(new Set(ends).size, 4, 'frames')
  t.equal(new Set(ends.map((end) => end.slice(-2))).size > 1, true, 'the last byte counts most')
  t.equal(new Set(notes.map((note) => note.slice(-8))).size, 3, 'notes: one of each user')
})

t.test('what was worked out for one token is told of no other, in whatever order they call', async (t) => {
  const { kong, instance } = await setUp(t, { claim_headers: [{ claim: 'club', header: 'X-Authenticated-Club' }] })
  const tokens = [
    { sub: 'usr_alice', club: 'rowing' },
    { sub: 'usr_alice', club: 'chess', scope: 'profile:read' },
    { sub: 'usr_bob', club: 'rowing', app_id: undefined },
    { sub: 'usr_bob', client_id: 'other-app' },
  ]
  const callers = await Promise.all(tokens.map(async (claims) => ({ claims, headers: await bearer(claims) })))
  const expected = new Map<object, object>()
  for (const { claims, headers } of [...callers, ...callers.toReversed(), ...callers]) {
    const { requestHeaders } = await kong.access(instance, { headers })
    const { 'X-Mobile-Gateway': mark, ...told } = requestHeaders
    t.match(told, { 'X-Authenticated-UserId': claims.sub, 'X-Authenticated-Club': claims.club ?? null })
    t.match(told['X-Mobile-Gateway-Caller'], `X-Authenticated-UserId=${claims.sub}`)
    t.strictSame(told, expected.get(claims) ?? told, 'the same as at the first call')
    expected.set(claims, told)
  }
  t.equal(new Set([...expected.values()].map((told) => JSON.stringify(told))).size, tokens.length)
  const { requestHeaders } = await kong.access(instance, { headers: callers[0]?.headers ?? {} })
  t.match(requestHeaders['X-Mobile-Gateway'], /;53;/, 'calls of a user and an application count together')
})

t.test('configurations that see one token tell of it what each of them says, however many they are', async (t) => {
  const { kong, keys } = await setUp(t)
  const kinds = [
    { changes: { policy: 'a' }, told: { Authorization: null } },
    { changes: { policy: 'b', forward_token: true }, told: { Authorization: undefined } },
    {
      changes: { policy: 'c', claim_headers: [{ claim: 'club', header: 'X-Authenticated-Club' }] },
      told: { 'X-Authenticated-Club': 'rowing' },
    },
    { changes: { policy: 'd', kong_consumer: 'real' }, told: { 'X-Mobile-Gateway-Caller': /consumer=one&/ } },
    {
      changes: { policy: 'e', backend_secret: 'hush-hush-hush-hush' },
      told: { 'X-Gateway-Secret': 'hush-hush-hush-hush' },
    },
    { changes: { policy: 'f', plans: { basic: { minute: 7 } } }, told: { 'X-Mobile-Gateway': /^f;7;/ } },
  ]
  const started: { readonly instance: number; readonly policy: string; readonly told: object }[] = []
  for (const { changes, told } of kinds) {
    const instance = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri, changes))
    started.push({ instance, told: { ...told, 'X-Authenticated-UserId': 'usr_alice' }, policy: changes.policy })
  }
  const headers = await bearer({ club: 'rowing' })
  const consumers = [{ id: 'one', username: 'demo-app' }]
  for (const { instance, told, policy } of [...started, ...started, ...started.toReversed()]) {
    const { requestHeaders } = await kong.access(instance, { headers, consumers })
    t.match(requestHeaders, told)
    t.match(requestHeaders['X-Mobile-Gateway'], new RegExp(`^${policy};`))
    t.equal('X-Authenticated-Club' in requestHeaders, policy === 'c')
  }
  const { instance } = started.find(({ policy }) => policy === 'd') ?? { instance: 0 }
  const renamed = await kong.access(instance, { headers, consumers: [{ id: 'two', username: 'demo-app' }] })
  t.match(renamed.requestHeaders['X-Mobile-Gateway-Caller'], /consumer=two&/)
})

t.test('a fact that the token lacks clears its header, in the same write', async (t) => {
  const { kong, instance } = await setUp(t)
  const outcome = await kong.access(instance, { headers: await bearer({ app_id: undefined, scope: '' }) })
  t.strictSame(outcome.requestHeaders, {
    'X-Authenticated-Attested': null,
    'X-Authenticated-Scope': null,
    'X-Consumer-Custom-ID': null,
    'X-Authenticated-UserId': 'usr_alice',
    'X-Authenticated-Kind': 'account',
    'X-Consumer-Username': 'demo-app',
    'X-Credential-Identifier': 'demo-app',
    'X-Mobile-Gateway': 'mobile-api;60;59;40;Minute:60:59',
    'X-Mobile-Gateway-Caller':
      'X-Credential-Identifier=demo-app&X-Consumer-Username=demo-app&X-Authenticated-Kind=account&' +
      'X-Authenticated-UserId=usr_alice',
    Authorization: null,
    DPoP: null,
  })
  t.strictSame(outcome.calls, ['kong.request.get_header', 'kong.service.request.set_headers'])
})

t.test('an application that calls for itself: no user, one count for the application', async (t) => {
  const { kong, instance } = await setUp(t, { plans: { basic: { minute: 2 } } })
  const headers = await bearer({ sub: 'demo-app' })
  const outcome = await kong.access(instance, { headers })
  t.match(outcome, {
    kind: 'passed',
    requestHeaders: {
      'X-Authenticated-UserId': null,
      'X-Authenticated-Kind': 'application',
      'X-Consumer-Username': 'demo-app',
      'X-Mobile-Gateway': 'mobile-api;2;1;40;Minute:2:1',
    },
    calls: ['kong.request.get_header', 'kong.service.request.set_headers'],
  })
  t.equal(
    (await kong.access(instance, { headers: await bearer() })).kind,
    'passed',
    'its users have counts of their own',
  )
  t.equal((await kong.access(instance, { headers })).kind, 'passed')
  t.equal((await kong.access(instance, { headers })).status, 429)
})

t.test('the backend gets a proof of the hop, and the token only where that is configured', async (t) => {
  const backend_secret = 'a-secret-of-24-characters'
  const rows: readonly (readonly [Record<string, unknown>, Record<string, unknown>])[] = [
    [{}, { Authorization: null, DPoP: null }],
    [{ forward_token: true }, { Authorization: undefined, DPoP: null }],
    [{ backend_secret }, { Authorization: null, 'X-Gateway-Secret': backend_secret }],
    [{ backend_secret, backend_secret_header: 'X-Gateway-Proof' }, { 'X-Gateway-Proof': backend_secret }],
  ]
  for (const [changes, expected] of rows) {
    const { kong, instance, running } = await setUp(t, changes)
    const { requestHeaders, calls } = await kong.access(instance, { headers: await bearer() })
    t.match(requestHeaders, expected, JSON.stringify(changes))
    // Kong's log plugins are told not to show it; that has no result, so it is no round trip.
    const hidden = 'backend_secret' in changes ? ['kong.log.set_serialize_value'] : []
    t.strictSame(calls, ['kong.request.get_header', 'kong.service.request.set_headers', ...hidden])
    t.notMatch(running.logged.join(''), backend_secret)
  }
})

t.test('no token, a bad one, a scope too few: refused with one read and no write', async (t) => {
  const { kong, instance } = await setUp(t, { required_scopes: ['admin'], realm: 'mobile' })
  const rows: readonly (readonly [Record<string, string>, number, Record<string, unknown>, string])[] = [
    [{}, 401, { message: 'Unauthorized' }, `Bearer realm="mobile", ${DPOP}`],
    [
      { authorization: 'Bearer x' },
      401,
      { error: 'invalid_token', error_description: 'The access token is not a signed JWT' },
      `Bearer realm="mobile", error="invalid_token", error_description="The access token is not a signed JWT", ${DPOP}`,
    ],
    [
      await bearer(),
      403,
      { error: 'insufficient_scope', error_description: 'The access token lacks a scope that this request needs' },
      'Bearer realm="mobile", error="insufficient_scope", error_description="The access token lacks a scope that this request needs", scope="admin"',
    ],
  ]
  for (const [headers, status, body, challenge] of rows)
    t.strictSame(await kong.access(instance, { headers }), {
      kind: 'exited',
      status,
      body,
      headers: { 'WWW-Authenticate': challenge },
      requestHeaders: {},
      responseHeaders: {},
      calls: ['kong.request.get_header', 'kong.request.get_header', 'kong.response.exit'],
    })
})

t.test('the method is read only where scopes depend on it, and OPTIONS is verified like any other', async (t) => {
  const { kong, instance } = await setUp(t, { method_scopes: { POST: ['orders:write'] } })
  const denied = await kong.access(instance, { method: 'POST', headers: await bearer() })
  t.equal(denied.status, 403)
  t.strictSame(denied.calls, [
    'kong.request.get_header',
    'kong.request.get_method',
    'kong.request.get_header',
    'kong.response.exit',
  ])
  t.equal((await kong.access(instance, { method: 'OPTIONS' })).status, 401)
  t.equal((await kong.access(instance, { method: 'OPTIONS', headers: await bearer() })).kind, 'passed')
})

t.test('50 calls at once at a limit of 20: exactly 20 pass, the others are 429 and count for nothing', async (t) => {
  const { running, config, keys } = await setUp(t, { plans: { basic: { minute: 20, hour: 1000 } } })
  const headers = await bearer()
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const kong = running.connect()
      return kong.access(await kong.start('mobile-gateway', config), { headers })
    }),
  )
  t.equal(outcomes.filter(({ kind }) => kind === 'passed').length, 20)
  const [refused, ...others] = outcomes.filter(({ kind }) => kind === 'exited')
  t.equal(others.length, 29)
  t.strictSame(refused, {
    kind: 'exited',
    status: 429,
    body: { message: 'API rate limit exceeded' },
    headers: {
      'RateLimit-Limit': '20',
      'RateLimit-Remaining': '0',
      'RateLimit-Reset': '40',
      'X-RateLimit-Limit-Minute': '20',
      'X-RateLimit-Remaining-Minute': '0',
      'X-RateLimit-Limit-Hour': '1000',
      'X-RateLimit-Remaining-Hour': '980',
      'Retry-After': '40',
    },
    requestHeaders: {},
    responseHeaders: {},
    calls: ['kong.request.get_header', 'kong.request.get_header', 'kong.response.exit'],
  })
  const bob = await running.connect().access(await running.connect().start('mobile-gateway', config), {
    headers: await bearer({ sub: 'usr_bob' }),
  })
  t.equal(bob.kind, 'passed', 'another user is not affected')
  t.equal(keys.requests, 1, 'and the keys were fetched once for all 52 instances')
})

t.test('counters outlive an instance: a reload gives nobody new calls', async (t) => {
  const { kong, instance, config } = await setUp(t, { plans: { basic: { minute: 1 } } })
  const headers = await bearer()
  t.equal((await kong.access(instance, { headers })).kind, 'passed')
  const next = await kong.start('mobile-gateway', { ...config, __seq__: 2 })
  t.strictSame(await kong.call({ cmd_close_instance: { instance_id: instance } }), {})
  t.equal((await kong.access(next, { headers })).status, 429)
})

t.test('a key server that never answers: 503 at the deadline, and what comes later changes nothing', async (t) => {
  let arrive: (document: unknown) => void = () => {}
  const fetchKeys = () => new Promise<unknown>((resolve) => (arrive = resolve))
  const running = await startPluginServer(t, { clock, fetchKeys, deadlineMillis: 100 })
  const kong = running.connect()
  const instance = await kong.start('mobile-gateway', gatewayConfig('http://127.0.0.1:1/jwks'))
  const started = performance.now()
  t.strictSame(await kong.access(instance, { headers: await bearer() }), {
    ...UNAVAILABLE,
    calls: ['kong.request.get_header', 'kong.response.exit'],
  })
  t.ok(performance.now() - started < 1000)
  arrive({ keys: [key.jwk] })
  t.equal((await kong.access(instance, { headers: await bearer() })).kind, 'passed')
  t.equal(running.events.size, 0)
})

t.test('keys out of reach: 503 and not 401', async (t) => {
  const keys = await startKeyServer(t, key)
  await keys.stop()
  const running = await startPluginServer(t, { clock })
  const kong = running.connect()
  const instance = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri))
  t.strictSame(await kong.access(instance, { headers: await bearer() }), {
    ...UNAVAILABLE,
    calls: ['kong.request.get_header', 'kong.response.exit'],
  })
})

t.test('tokens are never logged', async (t) => {
  const { running, kong, instance } = await setUp(t)
  const good = await bearer()
  const secrets = [good.authorization, `${good.authorization}x`, 'Bearer a b', `Bearer ${'z'.repeat(9000)}`]
  for (const authorization of secrets) await kong.access(instance, { headers: { authorization } })
  kong.write(Buffer.from(good.authorization))
  await t.rejects(kong.frame())
  t.ok(running.logged.length > 4)
  for (const secret of secrets) t.notOk(running.logged.join('').includes(secret.slice('Bearer '.length)))
  const [, payload = '?'] = good.authorization.split('.')
  t.notOk(running.logged.join('').includes(payload))
})
