// Redis dies, hangs, crawls, forgets or refuses: never an unlimited API, never a long wait, and no restart to recover.
import { layCable } from '@mobile-api-gateway/scripts/testing/cable.ts'
import t from 'tap'
import { eventually } from '../support/eventually.ts'
import { hammer, type QuotaNode, startNode } from '../support/quota-node.ts'
import { startRedis, withoutRedis } from '../support/redis-server.ts'

const skip = withoutRedis
const TIMEOUT_MILLIS = 300

function counting(port: number, fail: 'closed' | 'local', limit: number, redis: Record<string, unknown> = {}) {
  return {
    policy: 'p',
    plans: { basic: { day: limit } },
    counters: 'redis',
    fail,
    redis: { host: '127.0.0.1', port, timeout_ms: TIMEOUT_MILLIS, ...redis },
  }
}
type Config = ReturnType<typeof counting>

function errors(node: QuotaNode) {
  return node
    .log()
    .filter((line) => line.includes('"level":50'))
    .map((line) => JSON.parse(line))
}

/** Waits until calls of somebody else are counted in Redis again. */
function recovered(node: QuotaNode, config: Config) {
  return eventually(async () => (await node.call(config, { sub: 'usr_probe' })).status === 200, 5000)
}

t.test(
  'killed: closed refuses with 503 at once; back again and empty, nobody gets used calls twice',
  { skip },
  async (t) => {
    const redis = await startRedis(t)
    const node = await startNode(t)
    const config = counting(redis.port, 'closed', 10)
    t.strictSame(await hammer(6, 2, () => node.call(config)), { 200: 6 })
    await redis.kill()
    t.match(await node.call(config), { status: 503, headers: { 'Retry-After': '5' } })
    const started = performance.now()
    t.strictSame(await hammer(200, 4, () => node.call(config)), { 503: 200 })
    t.ok(performance.now() - started < 200 * 20, 'a Redis that is gone costs no waiting')
    t.match(errors(node), [{ msg: 'Redis is away', redis: `127.0.0.1:${redis.port}/0` }], 'said once')

    await redis.restart()
    await recovered(node, config)
    t.strictSame(await hammer(20, 2, () => node.call(config)), { 200: 4, 429: 16 })
    t.match(await redis.look.hgetall('mobile-gateway:{p:app-a}:user:usr_alice'), { day: '10' })
  },
)

t.test(
  'killed: local counts in each node; no node admits more than the limit, before, during and after',
  { skip },
  async (t) => {
    const redis = await startRedis(t)
    const nodes = await Promise.all([startNode(t), startNode(t)])
    const config = counting(redis.port, 'local', 50)
    const admitted = [0, 0]
    const both = (total: number) =>
      hammer(total, 8, async (index) => {
        const outcome = await (nodes[index % 2] ?? nodes[0]).call(config)
        if (outcome.status === 200) admitted[index % 2] = (admitted[index % 2] ?? 0) + 1
        return outcome
      })
    t.strictSame(await both(20), { 200: 20 })
    await redis.kill()
    const alone = await both(200)
    t.ok((alone[200] ?? 0) >= 30 && !(503 in alone), 'it goes on')
    t.ok(Math.max(...admitted) <= 50, `${admitted} of 50 each`)

    await redis.restart()
    const config2 = { ...config, plans: { basic: { day: 1000 } }, policy: 'probe' }
    for (const node of nodes)
      await eventually(async () => {
        await node.call(config2, { sub: 'usr_probe' })
        return node.log().some((line) => line.includes('Redis answers again'))
      }, 5000)
    t.strictSame(await both(60), { 429: 60 }, 'the nodes tell the empty Redis what they counted')
    t.ok(Math.max(...admitted) <= 50)
  },
)

t.test(
  'hung: a few calls wait for the time-out, the others not; calls given up on are never counted',
  { skip },
  async (t) => {
    const redis = await startRedis(t)
    const node = await startNode(t)
    const config = counting(redis.port, 'closed', 20)
    t.strictSame(await hammer(5, 1, () => node.call(config)), { 200: 5 })
    redis.hang()
    t.teardown(() => redis.goOn())
    const waits: number[] = []
    const answers = await hammer(100, 1, async () => {
      const outcome = await node.call(config)
      waits.push(outcome.tookMillis)
      return outcome
    })
    t.strictSame(answers, { 503: 100 })
    t.ok(
      waits.every((ms) => ms < 1500),
      'well below the deadline of 2 s',
    )
    const waited = waits.filter((ms) => ms >= TIMEOUT_MILLIS).length
    t.ok(waited >= 3 && waited < 10, `${waited} of 100 calls waited`)

    redis.goOn()
    await recovered(node, config)
    t.strictSame(await hammer(40, 4, () => node.call(config)), { 200: 15, 429: 25 })
  },
)

t.test('hung before the first connection: bounded waiting, then recovery', { skip }, async (t) => {
  const redis = await startRedis(t)
  redis.hang()
  t.teardown(() => redis.goOn())
  const node = await startNode(t)
  const [closed, local] = [counting(redis.port, 'closed', 5), counting(redis.port, 'local', 5)]
  const first = await Promise.all(Array.from({ length: 20 }, () => node.call(closed)))
  t.ok(first.every(({ status, tookMillis }) => status === 503 && tookMillis < 1900))
  t.strictSame(await hammer(20, 4, () => node.call(local)), { 200: 5, 429: 15 })
  redis.goOn()
  await recovered(node, closed)
})

t.test(
  'slower than the time-out: closed refuses, local counts alone, and a fast Redis counts again',
  { skip },
  async (t) => {
    const redis = await startRedis(t)
    const cable = await layCable({ port: redis.port })
    t.teardown(() => cable.close())
    const node = await startNode(t)
    const [closed, local] = [counting(cable.port, 'closed', 10), counting(cable.port, 'local', 10)]
    t.equal((await node.call(closed)).status, 200)
    cable.slow(3 * TIMEOUT_MILLIS)
    t.strictSame(await hammer(20, 2, () => node.call(closed)), { 503: 20 })
    const alone = await hammer(30, 2, () => node.call(local))
    t.ok((alone[200] ?? 0) >= 1 && (alone[200] ?? 0) <= 9 && !(503 in alone), 'the first call is not forgotten')
    cable.slow(0)
    await recovered(node, closed)
    const left = await hammer(30, 2, () => node.call(closed))
    t.ok(1 + (alone[200] ?? 0) + (left[200] ?? 0) <= 10)
  },
)

t.test('a wrong password: 503, never logged; with the right one it recovers by itself', { skip }, async (t) => {
  const redis = await startRedis(t, { args: ['--requirepass', 'another-pw'], look: { password: 'another-pw' } })
  const node = await startNode(t)
  const config = counting(redis.port, 'closed', 5, { password: 's3cret-pw' })
  t.equal((await node.call(config)).status, 503)
  t.match(errors(node), [{ msg: 'Redis is away', why: 'WRONGPASS' }])
  const without = counting(redis.port, 'closed', 5)
  t.equal((await node.call(without)).status, 503)
  t.match(errors(node)[1], { why: 'NOAUTH' })
  await redis.look.config('SET', 'requirepass', 's3cret-pw')
  await recovered(node, config)
  t.notOk(node.log().join('').includes('s3cret-pw'))
})

t.test('Redis refuses to write: 503, and recovery', { skip }, async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t)
  const config = counting(redis.port, 'closed', 5)
  t.equal((await node.call(config)).status, 200)
  await redis.look.config('SET', 'maxmemory', '1')
  t.strictSame(await hammer(20, 2, () => node.call(config)), { 503: 20 })
  t.match(errors(node), [{ why: 'OOM' }])
  await redis.look.config('SET', 'maxmemory', '0')
  await recovered(node, config)
  t.strictSame(await hammer(20, 2, () => node.call(config)), { 200: 4, 429: 16 })
})

t.test('a node of a Redis Cluster is refused with one sentence, and used once it is none', { skip }, async (t) => {
  const clustered = await startRedis(t, { args: ['--cluster-enabled', 'yes'] })
  const node = await startNode(t)
  const [closed, local] = [counting(clustered.port, 'closed', 5), counting(clustered.port, 'local', 5)]
  t.equal((await node.call(closed)).status, 503)
  t.strictSame(await hammer(20, 4, () => node.call(local)), { 200: 5, 429: 15 }, 'local counts in each node')
  await eventually(async () => /cmdstat_hello:calls=[3-9]/.test(await clustered.look.info('commandstats')), 10_000)
  t.match(errors(node), [
    {
      msg: 'Redis cannot be used',
      redis: `127.0.0.1:${clustered.port}/0`,
      why: /node of a Redis Cluster.*not supported: name a Redis/,
    },
  ])
  t.equal(errors(node).length, 1, 'told once, though tried again and again')
})

t.test('a cluster that does not say so shows with its first answer', { skip }, async (t) => {
  // Redis 5 has no HELLO. Without slots every key is somebody else's.
  const clustered = await startRedis(t, { args: ['--cluster-enabled', 'yes', '--rename-command', 'HELLO', ''] })
  const node = await startNode(t)
  t.equal((await node.call(counting(clustered.port, 'closed', 5))).status, 503)
  t.match(errors(node), [{ msg: 'Redis cannot be used', why: /node of a Redis Cluster/ }])
})

t.test('with no Redis configured to be there, the stage of others is not touched', { skip }, async (t) => {
  const redis = await startRedis(t)
  await redis.kill()
  const node = await startNode(t)
  const local = { policy: 'p', plans: { basic: { day: 3 } } }
  t.equal((await node.call(counting(redis.port, 'closed', 5))).status, 503)
  t.strictSame(await hammer(5, 1, () => node.call(local)), { 200: 3, 429: 2 })
})
