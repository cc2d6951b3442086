// Proofs of possession remembered in a real Redis: what one gateway has accepted, no other accepts again.
import t from 'tap'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import type { EventOutcome } from '../support/kong-client.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createProver } from '../support/prover.ts'
import { startRedis, type TestRedis, withoutRedis } from '../support/redis-server.ts'

const skip = withoutRedis
const key = await createSigningKey()
const app = await createProver()
const token = await signToken(key, { claims: { cnf: { jkt: app.jkt } } })

interface Test {
  teardown(ended: () => unknown): void
}

async function sharing(t: Test, redis: TestRedis, changes: Record<string, unknown> = {}) {
  const keys = await startKeyServer(t, key)
  return gatewayConfig(keys.jwksUri, {
    plans: { basic: { day: 1000 } },
    counters: 'redis',
    redis: { host: '127.0.0.1', port: redis.port, timeout_ms: 500 },
    ...changes,
  })
}

/** Two gateways that share a Redis. */
async function startTwo(t: Test, redis: TestRedis, changes: Record<string, unknown> = {}) {
  const config = await sharing(t, redis, changes)
  const start = async () => {
    const running = await startPluginServer(t)
    return async (dpop: string): Promise<EventOutcome> => {
      const kong = running.connect()
      const instance = await kong.start('mobile-gateway', config)
      return kong.access(instance, { headers: { authorization: `DPoP ${token}`, dpop } })
    }
  }
  return Promise.all([start(), start()])
}

const REPEATED = { status: 401, body: { error_description: 'The DPoP proof has been used before' } }

t.test(
  'of 20 calls with one proof at two gateways one passes; the note is gone when it is needed no more',
  { skip },
  async (t) => {
    const redis = await startRedis(t)
    const [here, there] = await startTwo(t, redis)
    const proof = await app.prove(token)
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? here : there)(proof)))
    t.equal(outcomes.filter(({ kind }) => kind === 'passed').length, 1)
    for (const refused of outcomes.filter(({ kind }) => kind !== 'passed')) t.match(refused, REPEATED)
    const names = await redis.look.keys('mobile-gateway:dpop:*')
    t.equal(names.length, 1)
    const left = await redis.look.pttl(names[0] ?? '')
    t.ok(left > 110_000 && left <= 121_000, `two windows: ${left} ms`)
  },
)

t.test('while Redis is away: closed refuses, local believes its own memory', { skip }, async (t) => {
  const redis = await startRedis(t)
  const [closed] = await startTwo(t, redis)
  const [local, other] = await startTwo(t, redis, { fail: 'local' })
  const before = await app.prove(token)
  t.equal((await local(before)).kind, 'passed')
  await redis.kill()
  t.match(await closed(await app.prove(token)), { kind: 'exited', status: 503 })
  const during = await app.prove(token)
  t.equal((await local(during)).kind, 'passed')
  t.match(await local(during), REPEATED)
  t.match(await local(before), REPEATED, 'also what it had asked Redis about')
  t.equal((await other(during)).kind, 'passed', 'gateways do not know of each other then')
})

t.test('the metric tells a proof that cannot be compared from a call that cannot be counted', { skip }, async (t) => {
  const redis = await startRedis(t)
  const running = await startPluginServer(t)
  const kong = running.connect()
  const instance = await kong.start('mobile-gateway', await sharing(t, redis))
  await redis.kill()
  const unbound = await signToken(key)
  const headers = [
    { authorization: `DPoP ${token}`, dpop: await app.prove(token) },
    { authorization: `Bearer ${unbound}` },
  ]
  for (const each of headers) t.match(await kong.access(instance, { headers: each }), { kind: 'exited', status: 503 })
  t.strictSame(
    running.services.decisions.all().flatMap(({ byReason }) => [...byReason.keys()]),
    ['proofs not compared: Redis is away', 'calls not counted: Redis is away'],
  )
})
