// What Kong itself is told of callers, call by call: nothing unless configured, and then as little as it takes.
import t from 'tap'
import { knownCaller } from '../../src/stages/caller.ts'
import { kongIdentity, virtualConsumer } from '../../src/stages/consumer/kong-identity.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'

const key = await createSigningKey()
const READ = 'kong.request.get_header'
const WRITE = 'kong.service.request.set_headers'
const caller = knownCaller({
  ...{ subject: 'usr_alice', subjectKind: 'account', isAttested: false, clientId: 'demo-app', scope: '' },
  ...{ applicationId: 'app_1', plan: undefined, issuer: undefined },
})

t.test('a virtual consumer has an id of its own per issuer, application and user, the same everywhere', async (t) => {
  const { id, ...names } = virtualConsumer(caller, 'https://a.example')
  t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.strictSame(names, { username: 'demo-app', custom_id: 'app_1' })
  const others = [
    virtualConsumer(caller, 'https://b.example'),
    virtualConsumer({ ...caller, subject: 'usr_bob' }, 'https://a.example'),
    virtualConsumer({ ...caller, clientId: 'other' }, 'https://a.example'),
    virtualConsumer({ ...caller, clientId: 'demo-app"', subject: '"usr_alice' }, 'https://a.example'),
  ]
  t.equal(new Set([id, ...others.map((other) => other.id)]).size, 5)
  t.equal(virtualConsumer({ ...caller, scope: 'x', plan: 'y' }, 'https://a.example').id, id)
})

t.test('credentials cannot be glued to look alike', async (t) => {
  const consumer = { id: 'c' }
  const idOf = (clientId: string, subject: string, issuer?: string) =>
    kongIdentity(consumer, { ...caller, clientId, subject, issuer }).credential.id
  t.equal(idOf('demo-app', 'usr_alice'), 'demo-app|usr_alice')
  t.equal(idOf('demo-app', 'usr_alice', 'https://a'), 'demo-app|usr_alice|https%3A%2F%2Fa')
  t.not(idOf('a|b', 'c'), idOf('a', 'b|c'))
})

t.test('what each mode costs and says', async (t) => {
  const keys = await startKeyServer(t, key)
  const kong = (await startPluginServer(t)).connect()
  const claims = { groups: ['staff', 'night shift', 'a,b'], roles: 'staff', empty: [] }
  const headers = { authorization: `Bearer ${await signToken(key, { claims })}` }
  const consumers = [{ id: '52c4b311-f35f-5872-b5f7-3b453d54d93e', username: 'demo-app', custom_id: 'x' }]
  const virtual = virtualConsumer(caller, 'http://localhost:4000')
  const credential = (id: string) => ({ id: 'demo-app|usr_alice', consumer_id: id })
  const authenticate = 'kong.client.authenticate'
  const set = 'kong.ctx.shared.set'
  const groups = (v: readonly string[]) => ({ k: 'authenticated_groups', v })
  const rows: readonly (readonly [Record<string, unknown>, readonly (readonly [string, unknown])[]])[] = [
    [{}, []],
    [{ kong_consumer: 'virtual' }, [[authenticate, { consumer: virtual, credential: credential(virtual.id) }]]],
    [
      { kong_consumer: 'real' },
      [
        ['kong.client.load_consumer', { id: 'demo-app', by_username: true }],
        [authenticate, { consumer: consumers[0], credential: credential(consumers[0]?.id ?? '') }],
      ],
    ],
    [{ groups_claim: 'groups' }, [[set, groups(['staff', 'night shift'])]]],
    [{ groups_claim: 'scope' }, [[set, groups(['profile:read', 'orders:read'])]]],
    [{ groups_claim: 'roles' }, [[set, groups([])]]],
    [{ groups_claim: 'aud' }, [[set, groups([])]]],
    [{ groups_claim: 'constructor' }, [[set, groups([])]]],
    [
      { log_fields: true },
      [['kong.log.set_serialize_value', { k: 'gateway', v: { policy: 'mobile-api', client_id: 'demo-app' } }]],
    ],
  ]
  for (const [changes, expected] of rows) {
    const made: unknown[][] = []
    const onCall = (name: string, argument: unknown) => made.push([name, argument])
    const instance = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri, changes))
    const outcome = await kong.access(instance, { headers, consumers, onCall })
    t.equal(outcome.kind, 'passed')
    t.strictSame(
      made.filter(([method]) => method !== READ && method !== WRITE),
      expected,
      JSON.stringify(changes),
    )
  }
})

t.test('no consumer of that name: refused, also where the plugin stands alone', async (t) => {
  const keys = await startKeyServer(t, key)
  const kong = (await startPluginServer(t)).connect()
  const headers = { authorization: `Bearer ${await signToken(key)}` }
  const { plans, default_limit, ...config } = gatewayConfig(keys.jwksUri, { kong_consumer: 'real' })
  for (const plugin of ['mobile-gateway', 'mobile-token'])
    t.strictSame(await kong.access(await kong.start(plugin, config), { headers, consumers: [{ username: 'other' }] }), {
      kind: 'exited',
      status: 403,
      body: { message: 'This application may not call this API' },
      headers: {},
      requestHeaders: {},
      responseHeaders: {},
      calls: [READ, 'kong.client.load_consumer', 'kong.request.get_header', 'kong.response.exit'],
    })
})

t.test('a refusal is told to the log plugins before it is carried out, by its reason alone', async (t) => {
  const keys = await startKeyServer(t, key)
  const kong = (await startPluginServer(t)).connect()
  const instance = await kong.start(
    'mobile-gateway',
    gatewayConfig(keys.jwksUri, { log_fields: true, plans: { basic: { day: 1 } } }),
  )
  const headers = { authorization: `Bearer ${await signToken(key)}` }
  const logged: unknown[] = []
  const onCall = (name: string, argument: unknown) =>
    name === 'kong.log.set_serialize_value' && logged.push(Object(argument).v)
  for (const request of [{}, { headers: { authorization: 'Bearer x' } }, { headers }, { headers }])
    await kong.access(instance, { ...request, onCall })
  t.strictSame(logged, [
    { policy: 'mobile-api', reason: 'no-token' },
    { policy: 'mobile-api', reason: 'invalid-token: malformed' },
    { policy: 'mobile-api', client_id: 'demo-app' },
    { policy: 'mobile-api', client_id: 'demo-app', reason: 'limit exceeded' },
  ])
})

t.test('nobody in particular: one read more for the address, IPv6 counted by its network', async (t) => {
  const keys = await startKeyServer(t, key)
  const kong = (await startPluginServer(t)).connect()
  const instance = await kong.start(
    'mobile-gateway',
    gatewayConfig(keys.jwksUri, { anonymous: true, anonymous_limit: { day: 1 }, kong_consumer: 'virtual' }),
  )
  const statusFrom = async (address: string) => (await kong.access(instance, { address })).status ?? 200
  t.match(await kong.access(instance, { address: '192.0.2.7' }), {
    kind: 'passed',
    calls: [READ, 'kong.client.get_forwarded_ip', WRITE],
    requestHeaders: {
      'X-Anonymous-Consumer': 'true',
      'X-Authenticated-Kind': 'anonymous',
      'X-Authenticated-UserId': null,
      'X-Mobile-Gateway': /^mobile-api\/anonymous;1;0;/,
    },
  })
  const rows: readonly (readonly [string, number])[] = [
    ['192.0.2.7', 429],
    ['192.0.2.8', 200],
    ['2001:db8:0:1::1', 200],
    ['2001:db8:0:1:ffff::2', 429],
    ['2001:0DB8:0000:0001:0:0:0:3', 429],
    ['2001:db8:0:2::1', 200],
    ['2001:db8::1', 200],
    ['2001:db8:0:0:1::', 429],
    ['::1', 200],
    ['::2', 429],
    ['::ffff:198.51.100.1', 200],
    ['::ffff:198.51.100.2', 200],
    ['::ffff:198.51.100.1', 429],
    ['fe80::1%eth0', 200],
    ['fe80::2%eth1', 429],
    ['unix:', 200],
  ]
  for (const [address, status] of rows) t.equal(await statusFrom(address), status, address)
})

t.test('the three plugins apart: nobody in particular passes by another name, too', async (t) => {
  const keys = await startKeyServer(t, key)
  const kong = (await startPluginServer(t)).connect()
  const { plans, default_limit, ...config } = gatewayConfig(keys.jwksUri, { anonymous: true })
  const shared: Record<string, unknown> = {}
  const request = { shared, address: '192.0.2.9' }
  await kong.access(await kong.start('mobile-token', config), request)
  const identity = await kong.access(await kong.start('mobile-identity', { policy: 'mobile-api' }), request)
  t.match(identity.requestHeaders, { 'X-Anonymous-Consumer': 'true', 'X-Authenticated-UserId': null })
  await kong.access(await kong.start('mobile-quota', { policy: 'mobile-api' }), request)
  const name = 'mobile-api/anonymous'
  t.strictSame(shared, {
    mobile_gateway: {
      ...{ token: name, address: '192.0.2.9', identity: name, quota: name },
      caller: 'X-Anonymous-Consumer=true&X-Authenticated-Kind=anonymous',
    },
  })
  for (const forged of [
    { token: 'mobile-api', address: '192.0.2.9' },
    { token: name, address: '192.0.2.9', sub: 'usr_alice', client_id: 'demo-app', scope: '' },
    { token: name, sub: 'usr_alice', client_id: 'demo-app', scope: '' },
  ])
    t.equal(
      (
        await kong.access(await kong.start('mobile-quota', { policy: 'mobile-api' }), {
          shared: { mobile_gateway: forged },
        })
      ).status,
      503,
      JSON.stringify(forged),
    )
})
