// The same checks in three plugins that hand over through kong.ctx.shared: each refuses when its predecessor did not do its part.
import t from 'tap'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from './support/issuer.ts'
import type { EventOutcome, KongRequest } from './support/kong-client.ts'
import { startPluginServer } from './support/plugin-server.ts'

const key = await createSigningKey()
const wall = Math.floor(Date.now() / 60_000) * 60_000 + 20_000
const clock = { wall: () => wall, monotonic: () => performance.now() }

async function setUp(t: { teardown(ended: () => unknown): void }) {
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t, { clock })
  const kong = running.connect()
  const { plans, default_limit, ...token } = gatewayConfig(keys.jwksUri)
  const instances = {
    token: await kong.start('mobile-token', token),
    identity: await kong.start('mobile-identity', { policy: 'mobile-api' }),
    quota: await kong.start('mobile-quota', { policy: 'mobile-api', plans: { basic: { minute: 2 } }, default_limit }),
    otherIdentity: await kong.start('mobile-identity', { policy: 'other' }),
    otherQuota: await kong.start('mobile-quota', { policy: 'other' }),
  }
  const run = (name: keyof typeof instances, request: KongRequest): Promise<EventOutcome> =>
    kong.access(instances[name], request)
  const authorization = `Bearer ${await signToken(key, { claims: { iat: wall / 1000 } })}`
  return { run, authorization }
}

t.test('token, identity, quota: each does its part and leaves its mark', async (t) => {
  const { run, authorization } = await setUp(t)
  const shared: Record<string, unknown> = {}
  const request = { headers: { authorization }, shared }
  t.strictSame(await run('token', request), {
    kind: 'passed',
    requestHeaders: {},
    responseHeaders: {},
    calls: ['kong.request.get_header', 'kong.ctx.shared.set'],
  })
  t.strictSame(await run('identity', request), {
    kind: 'passed',
    requestHeaders: {
      'X-Authenticated-UserId': 'usr_alice',
      'X-Authenticated-Kind': 'account',
      'X-Authenticated-Attested': null,
      'X-Authenticated-Scope': 'profile:read orders:read',
      'X-Consumer-Username': 'demo-app',
      'X-Consumer-Custom-ID': 'app_1',
      'X-Credential-Identifier': 'demo-app',
      Authorization: null,
      DPoP: null,
    },
    responseHeaders: {},
    calls: ['kong.ctx.shared.get', 'kong.service.request.set_headers', 'kong.ctx.shared.set'],
  })
  t.strictSame(await run('quota', request), {
    kind: 'passed',
    requestHeaders: {},
    responseHeaders: {
      'RateLimit-Limit': '2',
      'RateLimit-Remaining': '1',
      'RateLimit-Reset': '40',
      'X-RateLimit-Limit-Minute': '2',
      'X-RateLimit-Remaining-Minute': '1',
    },
    calls: ['kong.ctx.shared.get', 'kong.response.set_headers', 'kong.ctx.shared.set'],
  })
  t.strictSame(shared, {
    mobile_gateway: {
      token: 'mobile-api',
      identity: 'mobile-api',
      quota: 'mobile-api',
      caller:
        'X-Credential-Identifier=demo-app&X-Consumer-Custom-ID=app_1&X-Consumer-Username=demo-app&' +
        'X-Authenticated-Scope=profile%3Aread%20orders%3Aread&X-Authenticated-Kind=account&X-Authenticated-UserId=usr_alice',
      sub: 'usr_alice',
      subject_kind: 'account',
      client_id: 'demo-app',
      scope: 'profile:read orders:read',
      app_id: 'app_1',
      plan: 'basic',
      call_issuer: 'http://localhost:4000',
      call_audience: 'http://localhost:8000/mobile',
    },
  })
  await run('quota', request)
  t.match(await run('quota', request), { kind: 'exited', status: 429, headers: { 'Retry-After': '40' } })
})

t.test(
  'that the device is attested goes from one plugin to the next; what is no such word counts for nothing',
  async (t) => {
    const { run } = await setUp(t)
    const guest = { sub: 'usr_alice', subject_kind: 'guest', client_id: 'demo-app', scope: '', plan: 'basic' }
    for (const [attested, told] of [
      ['true', 'true'],
      ['1', null],
      ['false', null],
    ] as const) {
      const shared = { mobile_gateway: { token: 'mobile-api', ...guest, attested } }
      t.match((await run('identity', { shared })).requestHeaders, { 'X-Authenticated-Attested': told }, attested)
    }
  },
)

t.test('a refused token leaves no mark', async (t) => {
  const { run } = await setUp(t)
  const shared: Record<string, unknown> = {}
  t.match(await run('token', { shared }), { kind: 'exited', status: 401 })
  t.strictSame(shared, {})
})

t.test('without the mark of the token stage, or with that of another policy, the answer is 503', async (t) => {
  const { run, authorization } = await setUp(t)
  const shared: Record<string, unknown> = {}
  await run('token', { headers: { authorization }, shared })
  const { mobile_gateway: handed } = shared
  const rows: readonly (readonly ['identity' | 'quota' | 'otherIdentity' | 'otherQuota', unknown])[] = [
    ['identity', undefined],
    ['quota', undefined],
    ['otherIdentity', handed],
    ['otherQuota', handed],
    ['identity', []],
    ['identity', 'mobile-api'],
    ['identity', { sub: 'usr_alice', client_id: 'a', scope: '' }],
    ['identity', { token: 'mobile-api', client_id: 'a', scope: '' }],
    ['identity', { token: 'mobile-api', sub: 'usr_alice', client_id: 'a', scope: '' }],
    ['quota', { token: 'mobile-api', sub: 'usr_alice', subject_kind: 'robot', client_id: 'a', scope: '' }],
    ['quota', { token: 'mobile-api', sub: ['usr_alice'], client_id: 'a', scope: '' }],
    ['quota', { quota: 'mobile-api', sub: 'usr_alice', client_id: 'a', scope: '' }],
  ]
  for (const [plugin, left] of rows)
    t.strictSame(
      await run(plugin, { shared: { mobile_gateway: left } }),
      {
        kind: 'exited',
        status: 503,
        body: { message: 'Service temporarily unavailable' },
        headers: { 'Retry-After': '5' },
        requestHeaders: {},
        responseHeaders: {},
        calls: ['kong.ctx.shared.get', 'kong.response.exit'],
      },
      `${plugin} after ${JSON.stringify(left)}`,
    )
})
