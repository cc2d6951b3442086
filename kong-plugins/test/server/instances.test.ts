// What Kong leaves behind: instances of dead workers and old configurations end, and with the last of them what they used.
import t from 'tap'
import { whatIsMissing } from '../../src/metrics/readiness.ts'
import { eventually } from '../support/eventually.ts'
import { startFeedServer } from '../support/feed-server.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { startRedis, withoutRedis } from '../support/redis-server.ts'
import { createTestClock } from '../support/token-stage.ts'

const MINUTES = 60_000
const HOURS = 60 * MINUTES

t.test(
  'instances of dead workers end after ten minutes; those in use, and the last of a configuration, stay',
  async (t) => {
    const clock = createTestClock()
    const running = await startPluginServer(t, { clock })
    const kong = running.connect()
    const config = (sequence: number) => ({ policy: 'p', __plugin_id: 'id', __seq__: sequence })
    const dead = await kong.start('mobile-identity', config(1))
    const alive = await kong.start('mobile-identity', config(7))
    const quiet = await kong.start('mobile-identity', { policy: 'quiet', __plugin_id: 'other' })
    t.equal(running.instances.configurations, 2, 'a number of a reload is no other configuration')
    for (let minute = 0; minute < 11; minute += 1) {
      clock.advance(MINUTES)
      t.equal((await kong.access(alive, {})).kind, 'exited')
    }
    running.instances.sweep()
    t.strictSame(
      running.instances.records().flatMap(({ ids }) => ids),
      [quiet, alive],
    )
    t.match(await kong.access(dead, {}), { kind: 'failed', error: `no plugin instance #${dead}` })
    clock.advance(12 * HOURS)
    running.instances.sweep()
    t.equal(running.instances.size, 0)
    t.equal(running.instances.configurations, 0)
  },
)

t.test('a thousand reloads, and thousands of instances of one configuration, are kept within bounds', async (t) => {
  const running = await startPluginServer(t)
  const kong = running.connect()
  const first = await kong.start('mobile-identity', { policy: 'same', __plugin_id: 'same' })
  for (let n = 0; n < 3000; n += 1)
    await kong.start('mobile-identity', { policy: 'same', __plugin_id: 'same', __seq__: n })
  t.equal(running.instances.size, 1000)
  t.match(await kong.access(first, {}), { kind: 'failed', error: `no plugin instance #${first}` })
  let last = 0
  for (let n = 0; n < 1000; n += 1)
    last = await kong.start('mobile-identity', { policy: `p${n}`, __plugin_id: 'edited' })
  t.ok(running.instances.configurations <= 9)
  t.equal((await kong.access(last, {})).kind, 'exited', 'the last one works')
})

t.test('keys, feed and readiness follow the configuration in force: a corrected one makes ready at once', async (t) => {
  const clock = createTestClock()
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const feed = await startFeedServer(t)
  const broken = await startFeedServer(t)
  broken.feedFault({ status: 500 })
  const running = await startPluginServer(t, { clock })
  const { keySources, standings } = running.services
  const config = (jwks_uri: string, revocations: object) =>
    gatewayConfig(jwks_uri, { issuers: [{ issuer: 'http://localhost:4000', jwks_uri, revocations }] })
  const typo = new URL('/jkws?key=of-the-door', keys.jwksUri)
  typo.port = '1'
  await running.connect().start('mobile-gateway', config(typo.href, broken.config()))
  t.strictSame(whatIsMissing(running.services), [
    'signing keys of http://localhost:4000, from http://127.0.0.1:1/jkws',
    `revocations of http://localhost:4000, from ${broken.config().url}`,
  ])

  const corrected = await running.connect().start('mobile-gateway', config(keys.jwksUri, feed.config()))
  await eventually(() => whatIsMissing(running.services).length === 0)
  const headers = { authorization: `Bearer ${await signToken(key)}` }
  t.equal((await running.connect().access(corrected, { headers })).kind, 'passed')
  t.equal(keySources.all().length, 2, 'workers that end may still ask')

  clock.advance(10 * MINUTES)
  running.instances.sweep()
  t.strictSame(
    keySources.all().map(({ jwksUri }) => jwksUri),
    [keys.jwksUri],
  )
  t.strictSame(
    standings.all().map(({ url }) => url),
    [feed.config().url],
  )
  const { polls } = broken
  clock.advance(HOURS)
  await eventually(() => feed.polls > 0)
  t.ok(broken.polls <= polls + 1, 'nobody follows the old feed')
})

t.test('an issuer that was good and is retired turns nobody unready a day later', async (t) => {
  const clock = createTestClock()
  const [ours, theirs] = [await createSigningKey('a'), await createSigningKey('b')]
  const [here, there] = [await startKeyServer(t, ours), await startKeyServer(t, theirs)]
  const running = await startPluginServer(t, { clock })
  const issuers = [
    { issuer: 'http://localhost:4000', jwks_uri: here.jwksUri },
    { issuer: 'http://retired', jwks_uri: there.jwksUri },
  ]
  const kong = running.connect()
  await kong.start('mobile-gateway', gatewayConfig(here.jwksUri, { issuers }))
  await eventually(() => whatIsMissing(running.services).length === 0)
  const instance = await kong.start('mobile-gateway', gatewayConfig(here.jwksUri))
  await there.stop()
  for (let hour = 0; hour < 25; hour += 1) {
    clock.advance(HOURS)
    await running.services.keySources.at(here.jwksUri).refresh()
    t.equal((await kong.access(instance, { headers: {} })).kind, 'exited')
    t.strictSame(whatIsMissing(running.services), [], `after ${hour + 1} hours`)
    running.instances.sweep()
  }
  const exp = Math.floor(clock.wall() / 1000) + 600
  const headers = { authorization: `Bearer ${await signToken(ours, { claims: { exp } })}` }
  t.equal((await kong.access(instance, { headers })).kind, 'passed')
})

t.test('a plugin that was taken out of kong.yml keeps nobody from being ready for longer than an hour', async (t) => {
  const clock = createTestClock()
  const running = await startPluginServer(t, { clock })
  await running.connect().start('mobile-gateway', gatewayConfig('http://127.0.0.1:1/jwks'))
  t.equal(whatIsMissing(running.services).length, 1)
  clock.advance(HOURS)
  t.strictSame(whatIsMissing(running.services), [])
})

t.test('a link to Redis that no configuration names any more is closed', { skip: withoutRedis }, async (t) => {
  const clock = createTestClock()
  const redis = await startRedis(t)
  const running = await startPluginServer(t, { clock })
  const kong = running.connect()
  const config = (database: number) => ({
    policy: 'p',
    __plugin_id: 'id',
    counters: 'redis',
    redis: { host: '127.0.0.1', port: redis.port, database },
  })
  await kong.start('mobile-quota', config(0))
  await kong.start('mobile-quota', config(1))
  await eventually(() => running.services.redis.all().every(({ isUp }) => isUp))
  const [old] = running.services.redis.all()
  clock.advance(10 * MINUTES)
  running.instances.sweep()
  t.strictSame(
    running.services.redis.all().map(({ name }) => name),
    [`127.0.0.1:${redis.port}/1`],
  )
  t.strictSame(running.services.redis.needed().length, 1)
  t.notOk(old?.isUp)
})
