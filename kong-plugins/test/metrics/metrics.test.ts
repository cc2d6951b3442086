// What can be watched: decisions, caches, keys, feeds and Redis as Prometheus reads them, and whether the process is of use.
import { connect } from 'node:net'
import { Gauge, Registry } from 'prom-client'
import t from 'tap'
import { createDecisions } from '../../src/metrics/decisions.ts'
import { listenForMetrics, readMetricsAddress } from '../../src/metrics/listener.ts'
import { whatIsMissing } from '../../src/metrics/readiness.ts'
import { createRegistry } from '../../src/metrics/registry.ts'
import { eventually } from '../support/eventually.ts'
import { startFeedServer } from '../support/feed-server.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer, type TestPluginServer } from '../support/plugin-server.ts'
import { startRedis, withoutRedis } from '../support/redis-server.ts'

interface Test {
  teardown(ended: () => unknown): void
}

/** The metrics of a server, by name with labels; those of the process itself are left out. */
async function read(running: TestPluginServer): Promise<Map<string, number>> {
  const registry = createRegistry(running.services, { events: running.events, instances: new Map() })
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('mobile_gateway_'))
  return new Map(
    lines.map((line) => {
      const [, name = '', value] = /^mobile_gateway_(.*) (\S+)$/.exec(line) ?? []
      return [name, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value)]
    }),
  )
}

async function watched(t: Test, running: TestPluginServer): Promise<string> {
  const registry = createRegistry(running.services, { events: running.events, instances: new Map() })
  const shown = { registry, whatIsMissing: () => whatIsMissing(running.services), log: running.services.log }
  const listener = await listenForMetrics({ host: '127.0.0.1', port: 0 }, shown)
  t.teardown(() => listener.close())
  return listener.url
}

t.test('decisions are counted by plugin, policy and reason, with the time they take', async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t)
  const kong = running.connect()
  const gateway = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri, { plans: { basic: { day: 2 } } }))
  const twin = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri, { plans: { basic: { day: 2 } } }))
  const other = await kong.start('mobile-identity', { policy: 'other' })
  const headers = { authorization: `Bearer ${await signToken(key)}` }
  for (const instance of [gateway, twin, gateway]) await kong.access(instance, { headers })
  await kong.access(gateway, {})
  await kong.access(gateway, { headers: { authorization: `Bearer ${await signToken(key, { claims: { exp: 1 } })}` } })
  await kong.access(other, {})

  await eventually(() => running.events.size === 0)
  const metrics = await read(running)
  const of = (outcome: string, reason: string, plugin = 'mobile-gateway', policy = 'mobile-api') =>
    metrics.get(`decisions_total{plugin="${plugin}",policy="${policy}",outcome="${outcome}",reason="${reason}"}`)
  t.strictSame(
    {
      passed: of('pass', ''),
      limited: of('deny', 'limit exceeded'),
      noToken: of('deny', 'no-token'),
      expired: of('deny', 'invalid-token: expired'),
      unmarked: of('deny', 'no hand-over from mobile-token of this policy', 'mobile-identity', 'other'),
    },
    { passed: 2, limited: 1, noToken: 1, expired: 1, unmarked: 1 },
  )
  const labels = 'plugin="mobile-gateway",policy="mobile-api"'
  t.equal(metrics.get(`handler_duration_seconds_count{${labels}}`), 5)
  t.equal(metrics.get(`handler_duration_seconds_bucket{le="+Inf",${labels}}`), 5)
  t.ok(Number(metrics.get(`handler_duration_seconds_sum{${labels}}`)) > 0)
  t.strictSame(
    [metrics.get('token_cache_requests_total{result="hit"}'), metrics.get('token_cache_requests_total{result="miss"}')],
    [2, 2],
  )
  t.equal(metrics.get('token_cache_entries{signature="good"}'), 2, 'an expired one is known, too')
  t.equal(metrics.get('counter_keys'), 1)
  t.equal(metrics.get('events_running'), 0)
})

t.test('buckets add up, and each call is in the first that holds it', async (t) => {
  const decisions = createDecisions()
  const meter = decisions.meter('p', 'q')
  for (const ms of [0, 0.25, 0.26, 1, 1999, 2000, 2001, 1e6]) meter.count('pass', '', ms)
  const { values } = await decisions.latency.get()
  const upTo = values.filter(({ metricName }) => metricName?.endsWith('_bucket')).map(({ value }) => value)
  t.strictSame(
    upTo.map((calls, bucket) => calls - (upTo[bucket - 1] ?? 0)),
    [2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2],
  )
  const sum = values.find(({ metricName }) => metricName?.endsWith('_sum'))?.value
  t.equal(Math.round(Number(sum) * 1e6), (0.25 + 0.26 + 1 + 1999 + 2000 + 2001 + 1e6) * 1000)
})

t.test('however many policies and reasons there are, they stay a few hundred series', async (t) => {
  const decisions = createDecisions()
  for (let n = 0; n < 1000; n += 1) {
    decisions.meter('p', `policy-${n}`).count('pass', '', 1)
    decisions.meter('p', 'policy-0').count('deny', `reason-${n}`, 1)
  }
  const all = decisions.all()
  t.equal(all.length, 201)
  t.ok(all.every(({ byReason }) => byReason.size <= 101))
  const calls = all.flatMap(({ byReason }) => [...byReason.values()].map((row) => row.calls))
  t.equal(
    calls.reduce((sum, each) => sum + each, 0),
    2000,
    'and none is lost',
  )
})

t.test('nothing of a request is in the metrics: no user, no application, no token, no address', async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t)
  const kong = running.connect()
  const secret = new URL(keys.jwksUri)
  secret.search = 'key=of-the-door'
  const gateway = await kong.start('mobile-gateway', gatewayConfig(secret.href, { anonymous: true }))
  const claims = { sub: 'user-of-ours', client_id: 'app-of-ours', app_id: 'id-of-ours', plan: 'plan-of-ours' }
  const good = await signToken(key, { claims })
  const tokens = [good, `${good}A`, await signToken(key, { claims: { ...claims, iss: 'http://nobody' } }), 'opaque']
  for (const token of tokens) await kong.access(gateway, { headers: { authorization: `Bearer ${token}` } })
  await kong.access(gateway, {})
  const registry = createRegistry(running.services, { events: running.events, instances: new Map() })
  const text = await registry.metrics()
  for (const part of [...good.split('.'), 'of-ours', 'of-the-door', 'nobody', 'opaque', '127.0.0.1"'])
    t.notOk(text.includes(part), part)
  t.match(text, 'mobile_gateway_decisions_total{')
})

t.test('the age of keys grows and a failed fetch is counted', async (t) => {
  let now = 1000
  const clock = { wall: () => Date.now(), monotonic: () => now }
  const keys = await startKeyServer(t, await createSigningKey())
  const running = await startPluginServer(t, { clock })
  keys.misbehave({ status: 500 })
  const source = running.services.keySources.at(keys.jwksUri)
  const labels = `{jwks_uri="${keys.jwksUri}"}`
  const look = async () => {
    const metrics = await read(running)
    return [metrics.get(`jwks_age_seconds${labels}`), metrics.get(`jwks_fetch_failures_total${labels}`)]
  }
  await source.refresh()
  t.strictSame(await look(), [Number.POSITIVE_INFINITY, 1])
  keys.misbehave(undefined)
  now += 60_000
  await source.refresh()
  now += 30_000
  t.strictSame(await look(), [30, 1])
})

t.test('ready: as soon as the keys of each issuer are known, and asking is what fetches them', async (t) => {
  const keys = await startKeyServer(t, await createSigningKey())
  keys.misbehave({ status: 503 })
  const running = await startPluginServer(t)
  const url = await watched(t, running)
  const ready = async () => {
    const response = await fetch(`${url}/health/ready`)
    return { status: response.status, body: await response.json() }
  }
  t.strictSame(
    await ready(),
    { status: 200, body: { status: 'ready' } },
    'nothing is configured, so nothing is missing',
  )
  await running.connect().start('mobile-gateway', gatewayConfig(keys.jwksUri))
  t.strictSame(await ready(), {
    status: 503,
    body: { status: 'not ready', missing: [`signing keys of http://localhost:4000, from ${keys.jwksUri}`] },
  })
  keys.misbehave(undefined)
  await eventually(async () => (await ready()).status === 200)
})

t.test('ready: not before the revocations of each issuer are known', async (t) => {
  const keys = await startKeyServer(t, await createSigningKey())
  const feed = await startFeedServer(t)
  feed.feedFault({ status: 500 })
  const running = await startPluginServer(t)
  const issuers = [{ issuer: 'http://localhost:4000', jwks_uri: keys.jwksUri, revocations: feed.config() }]
  await running.connect().start('mobile-gateway', gatewayConfig(keys.jwksUri, { issuers }))
  await eventually(() => whatIsMissing(running.services).length === 1)
  t.strictSame(whatIsMissing(running.services), [`revocations of http://localhost:4000, from ${feed.config().url}`])
  const age = 'revocation_feed_age_seconds{issuer="http://localhost:4000"}'
  t.equal((await read(running)).get(age), Number.POSITIVE_INFINITY)
  feed.feedFault(undefined)
  await eventually(() => whatIsMissing(running.services).length === 0)
  t.ok(Number((await read(running)).get(age)) < 10)
})

t.test(
  'ready: not without the Redis that closed counters need, and again with it',
  { skip: withoutRedis },
  async (t) => {
    const redis = await startRedis(t)
    const running = await startPluginServer(t)
    const config = { policy: 'p', counters: 'redis', redis: { host: '127.0.0.1', port: redis.port } }
    await running.connect().start('mobile-quota', config)
    await eventually(() => whatIsMissing(running.services).length === 0)
    const name = `{redis="127.0.0.1:${redis.port}/0"}`
    t.equal((await read(running)).get(`redis_up${name}`), 1)
    await redis.kill()
    await eventually(() => whatIsMissing(running.services).length > 0)
    t.strictSame(whatIsMissing(running.services), [
      `the Redis 127.0.0.1:${redis.port}/0, without which calls are refused`,
    ])
    t.equal((await read(running)).get(`redis_up${name}`), 0)
    await redis.restart()
    await eventually(() => whatIsMissing(running.services).length === 0)
  },
)

t.test('a Redis that may be away keeps nobody from being ready', async (t) => {
  const running = await startPluginServer(t)
  const config = { policy: 'p', counters: 'redis', fail: 'local', redis: { host: '127.0.0.1', port: 1 } }
  await running.connect().start('mobile-quota', config)
  t.strictSame(whatIsMissing(running.services), [])
})

t.test('three pages for GET and HEAD, and no others', async (t) => {
  const url = await watched(t, await startPluginServer(t))
  const ids = new Set<string | null>()
  const rows: readonly (readonly [string, string, number, RegExp])[] = [
    ['GET', '/metrics', 200, /^text\/plain; version=0\.0\.4/],
    ['HEAD', '/metrics', 200, /^text\/plain/],
    ['GET', '/metrics?x=1', 200, /^text\/plain/],
    ['GET', '/health/live', 200, /^application\/json$/],
    ['GET', '/health/ready', 200, /^application\/json$/],
    ['POST', '/metrics', 405, /^text\/plain$/],
    ['GET', '/', 404, /^text\/plain$/],
    ['GET', '/__proto__', 404, /^text\/plain$/],
    ['GET', '/constructor', 404, /^text\/plain$/],
  ]
  for (const [method, path, status, type] of rows) {
    const response = await fetch(url + path, { method })
    t.equal(response.status, status, `${method} ${path}`)
    t.match(response.headers.get('content-type'), type)
    ids.add(response.headers.get('x-request-id'))
    await response.body?.cancel()
  }
  t.match(await (await fetch(`${url}/metrics`)).text(), 'process_resident_memory_bytes')
  t.equal(ids.size, rows.length, 'each answer has the id of its request')
  for (const id of ids) t.match(id, /^[\w-]{16}$/)
})

t.test('what cannot be read is told in the log, by the id of the answer', async (t) => {
  const running = await startPluginServer(t)
  const registry = new Registry()
  const collect = () => {
    throw new Error('it cannot be read')
  }
  registry.registerMetric(new Gauge({ name: 'broken', help: 'fails', registers: [], collect }))
  const shown = { registry, whatIsMissing: () => [], log: running.services.log }
  const listener = await listenForMetrics({ host: '127.0.0.1', port: 0 }, shown)
  t.teardown(() => listener.close())
  const answer = await fetch(`${listener.url}/metrics`)
  t.equal(answer.status, 500)
  const requestId = answer.headers.get('x-request-id')
  t.ok(requestId)
  t.match(
    running.logged.map((line) => JSON.parse(line)).find(({ level }) => level === 50),
    { requestId, err: { message: 'it cannot be read' } },
  )
})

t.test('garbage sent to the metrics listener harms nobody', async (t) => {
  const url = await watched(t, await startPluginServer(t))
  const { port } = new URL(url)
  for (const bytes of ['\0\0\0\0\r\n\r\n', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`]) {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.resume().end(bytes)
    await new Promise((resolve) => socket.once('close', resolve))
  }
  t.equal((await fetch(`${url}/health/live`)).status, 200)
})

t.test('an address to listen on: this machine alone unless told otherwise', async (t) => {
  t.strictSame(readMetricsAddress('9464'), { host: '127.0.0.1', port: 9464 })
  t.strictSame(readMetricsAddress(':9464'), { host: '127.0.0.1', port: 9464 })
  t.strictSame(readMetricsAddress('0.0.0.0:9464'), { host: '0.0.0.0', port: 9464 })
  t.strictSame(readMetricsAddress('[::1]:9464'), { host: '::1', port: 9464 })
  t.strictSame(readMetricsAddress('plugins:0'), { host: 'plugins', port: 0 })
  for (const text of ['', 'x', '1:2:3', '65536', '::1:9464', '127.0.0.1:', '/tmp/socket', ' 9464'])
    t.throws(() => readMetricsAddress(text), { message: `not an address to listen on (HOST:PORT): ${text}` })
})
