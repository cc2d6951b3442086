// What a call asks of Redis is in its trace: each script by its purpose, and the connection that it waits for; never a key or a value.
import { setTimeout as delay } from 'node:timers/promises'
import { currentTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import t from 'tap'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from './support/issuer.ts'
import { startPluginServer } from './support/plugin-server.ts'
import { createProver } from './support/prover.ts'
import { startRedis, withoutRedis } from './support/redis-server.ts'
import { traced } from './support/traced.ts'

const skip = withoutRedis
const key = await createSigningKey()
const app = await createProver()
const token = await signToken(key, { claims: { cnf: { jkt: app.jkt } } })

async function setUp(t: { teardown(ended: () => unknown): void }) {
  const redis = await startRedis(t)
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t)
  const config = gatewayConfig(keys.jwksUri, {
    counters: 'redis',
    redis: { host: '127.0.0.1', port: redis.port, timeout_ms: 500 },
  })
  const kong = running.connect()
  const instance = await kong.start('mobile-gateway', config)
  const call = async () =>
    kong.access(instance, { headers: { authorization: `DPoP ${token}`, dpop: await app.prove(token) } })
  return { redis, running, call }
}

t.test('counting a call and remembering a proof are spans below the call', { skip }, async (t) => {
  const { collector, close } = await traced(t)
  const { redis, running, call } = await setUp(t)
  t.equal((await call()).kind, 'passed')
  await redis.kill()
  while (running.services.redis.all().some(({ isUp }) => isUp)) await delay(5)
  t.match(await call(), { kind: 'exited', status: 503 })
  await close()

  const spans = collector.spans()
  const [passed, refused] = spans.filter(({ name }) => name === 'mobile-gateway')
  const where = { 'db.system.name': 'redis', 'server.address': '127.0.0.1', 'server.port': redis.port }
  for (const name of ['remember a proof', 'count a call'])
    t.match(
      spans.find((span) => span.name === name && span.parentSpanId === passed?.spanId),
      { kind: 3, hasFailed: false, facts: { ...where, 'db.operation.name': 'EVALSHA' } },
      name,
    )
  t.match(
    spans.find(({ parentSpanId }) => parentSpanId === refused?.spanId),
    { hasFailed: true, facts: { ...where, 'error.type': 'RedisAway' } },
    'one that Redis does not answer',
  )
  t.match(
    spans.find(({ name }) => name === 'connect to Redis'),
    { kind: 3, hasFailed: false, facts: where },
  )
  for (const sent of ['mobile-gateway:', 'usr_', app.jkt, token]) t.notMatch(collector.text(), sent)
})

t.test('connecting again by the clock is no part of the call after which it began', { skip }, async (t) => {
  const { collector, close } = await traced(t)
  const { redis, running, call } = await setUp(t)
  t.equal((await call()).kind, 'passed')
  redis.hang()
  for (let each = 0; each < 3; each++) await call()
  const isUp = () => running.services.redis.all().every((link) => link.isUp)
  t.notOk(isUp(), 'given up by a call')
  redis.goOn()
  while (!isUp()) await delay(5)
  t.ok(currentTracing())
  await close()
  const again = collector.spans().filter(({ name }) => name === 'connect to Redis')
  t.ok(again.length >= 2)
  for (const { parentSpanId } of again.slice(1)) t.equal(parentSpanId, undefined)
})
