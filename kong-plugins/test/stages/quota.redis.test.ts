// Calls counted in a real Redis by several gateways at once: never one more than the limit, and exactly the limit when enough come.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createProver } from '../support/prover.ts'
import { hammer, startNode, startNodeProcess } from '../support/quota-node.ts'
import { startRedis, type TestRedis, withoutRedis } from '../support/redis-server.ts'

const skip = withoutRedis
const signer = await createSigningKey()

/** A config of `mobile-quota` that counts in this Redis. */
function counting(redis: TestRedis, basic: Record<string, unknown>, changes: Record<string, unknown> = {}) {
  return {
    policy: 'p',
    plans: { basic },
    counters: 'redis',
    redis: { host: '127.0.0.1', port: redis.port, timeout_ms: 1000 },
    ...changes,
  }
}

/** Every key with its fields and the time it has left, in milliseconds. */
async function contents(redis: TestRedis): Promise<Record<string, { fields: Record<string, string>; left: number }>> {
  const keys = await redis.look.keys('*')
  return Object.fromEntries(
    await Promise.all(
      keys.map(async (key) => [key, { fields: await redis.look.hgetall(key), left: await redis.look.pttl(key) }]),
    ),
  )
}

function midnight() {
  return Math.floor(Date.now() / 86_400_000) * 86_400_000
}
const ALICE = 'mobile-gateway:{p:app-a}:user:usr_alice'

t.test(
  'two nodes in parallel: exactly the limit is admitted, and refused calls are not counted',
  { skip },
  async (t) => {
    const redis = await startRedis(t)
    const nodes = await Promise.all([startNodeProcess(t), startNodeProcess(t)])
    const config = counting(redis, { day: 100 })
    const answers = await hammer(600, 24, (index) => nodes[index % 2]?.call(config) ?? Promise.reject(new Error()))
    t.strictSame(answers, { 200: 100, 429: 500 })

    const { [ALICE]: key, ...others } = await contents(redis)
    t.strictSame(others, {})
    t.strictSame(key?.fields, { day: '100', 'day.start': String(midnight()) })
    const windowEnds = midnight() + 86_400_000 - Date.now()
    t.ok(key && key.left > windowEnds + 5000 && key.left <= windowEnds + 15_000, 'gone soon after its window')
  },
)

t.test('one round trip per call, whatever the number of windows and limits', { skip }, async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t)
  const own = { second: 100, minute: 100, hour: 100, day: 100 }
  const config = counting(redis, { ...own, application: own })
  t.equal((await node.call(config)).status, 200)
  await redis.look.config('RESETSTAT')
  t.strictSame(await hammer(50, 5, () => node.call(config)), { 200: 50 })
  const stats = (await redis.look.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+)/g)
  const sent = Object.fromEntries([...stats].map(([, name, calls]) => [name, Number(calls)]))
  t.match(sent, { evalsha: 50, hmget: 400, hset: 400 })
  const byScript = ['evalsha', 'hmget', 'hset', 'pttl', 'pexpire', 'time', 'config|resetstat', 'info']
  t.strictSame(
    Object.keys(sent).filter((name) => !byScript.includes(name)),
    [],
  )
  t.equal(
    String(await redis.look.call('CLIENT', 'LIST', 'TYPE', 'normal'))
      .trim()
      .split('\n').length,
    2,
    "one connection, beside the test's own",
  )
})

t.test('several windows and the total of an application hold together, all or nothing', { skip }, async (t) => {
  const redis = await startRedis(t)
  const nodes = await Promise.all([startNode(t), startNode(t)])
  const config = counting(redis, { hour: 1000, day: 40, application: { hour: 110, day: 1000 } })
  const perUser = new Map<string, number>()
  const answers = await hammer(800, 16, async (index) => {
    const sub = `usr_${(index >> 1) % 4}`
    const outcome = await (nodes[index % 2] ?? nodes[0]).call(config, { sub })
    if (outcome.status === 200) perUser.set(sub, (perUser.get(sub) ?? 0) + 1)
    return outcome
  })
  t.strictSame(answers, { 200: 110, 429: 690 })
  t.ok([...perUser.values()].every((calls) => calls <= 40))

  const keys = await contents(redis)
  t.match(keys['mobile-gateway:{p:app-a}:all']?.fields, { hour: '110', day: '110' })
  for (const [sub, calls] of perUser)
    t.match(keys[`mobile-gateway:{p:app-a}:user:${sub}`]?.fields, { hour: String(calls), day: String(calls) })
  t.ok(Object.values(keys).every(({ left }) => left > 0))

  const last = await nodes[0].call(config, { sub: 'usr_new' })
  t.match(last, { status: 429, headers: { 'RateLimit-Limit': '110', 'X-RateLimit-Remaining-Hour': '0' } })
  t.match(await nodes[1].call(config, { client_id: 'app-b' }), {
    status: 200,
    headers: { 'X-RateLimit-Remaining-Hour': '109', 'X-RateLimit-Remaining-Day': '39' },
  })
})

t.test(
  'clocks of the nodes may differ: the clock of Redis decides in which window a call counts',
  { skip },
  async (t) => {
    const redis = await startRedis(t)
    const skewed = (ms: number) => ({ clock: { wall: () => Date.now() + ms, monotonic: () => performance.now() } })
    const nodes = await Promise.all([startNode(t, skewed(-26 * 3_600_000)), startNode(t), startNode(t, skewed(9e7))])
    const config = counting(redis, { day: 50 })
    t.strictSame(await hammer(300, 12, (index) => (nodes[index % 3] ?? nodes[0]).call(config)), { 200: 50, 429: 250 })
  },
)

t.test('windows end: in each second as many calls as allowed, counted afresh', { skip }, async (t) => {
  const redis = await startRedis(t)
  const nodes = await Promise.all([startNode(t), startNode(t)])
  const config = counting(redis, { second: 20 })
  const second = async () => Number((await redis.look.time())[0])
  const first = await second()
  let admitted = 0
  while ((await second()) < first + 3)
    admitted += (await hammer(60, 8, (index) => (nodes[index % 2] ?? nodes[0]).call(config)))[200] ?? 0
  const touched = (await second()) - first + 1
  t.ok(admitted <= touched * 20, `${admitted} calls in ${touched} seconds`)
  t.ok(admitted >= 2 * 20, 'the seconds in between were used up')
})

t.test('a config with shorter windows does not shorten the memory of longer ones', { skip }, async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t)
  await node.call(counting(redis, { day: 50 }))
  const before = (await contents(redis))[ALICE]?.left ?? 0
  await node.call(counting(redis, { second: 50 }))
  const after = (await contents(redis))[ALICE]
  t.ok(after && after.left > before - 5000 && before > 10_000)
  t.match(after?.fields, { day: '1', second: '1' })
})

t.test('scripts forgotten by Redis are sent again, and nothing is counted twice', { skip }, async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t)
  const config = counting(redis, { day: 30 })
  const answers = await hammer(60, 6, async (index) => {
    if (index % 5 === 0) await redis.look.script('FLUSH')
    return node.call(config)
  })
  t.strictSame(answers, { 200: 30, 429: 30 })
  t.match((await contents(redis))[ALICE]?.fields, { day: '30' })
})

t.test('a machine is counted by client; prefix and count_as name the keys', { skip }, async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t)
  const config = counting(redis, { day: 2 }, { count_as: 'orders' })
  const machine = { sub: 'app m}', client_id: 'app m}' }
  const here = { ...config, redis: { ...config.redis, key_prefix: 'staging:gw' } }
  t.strictSame(await hammer(5, 1, () => node.call(here, machine)), { 200: 2, 429: 3 })
  t.strictSame(Object.keys(await contents(redis)), ['staging:gw:{orders:app%20m%7D}:client'])
})

t.test('an IPv6 address, with brackets as in a URL and without', { skip }, async (t) => {
  const redis = await startRedis(t, { args: ['--bind', '127.0.0.1', '::1'] })
  const node = await startNode(t)
  for (const host of ['[::1]', '::1']) {
    const config = counting(redis, { day: 4 }, { redis: { host, port: redis.port } })
    t.strictSame(await hammer(2, 1, () => node.call(config)), { 200: 2 }, host)
  }
  const client = String(await redis.look.call('CLIENT', 'LIST', 'TYPE', 'normal')).split('\n')
  t.equal(client.filter((line) => line.includes('laddr=[::1]')).length, 1, 'one link for both spellings')
})

t.test(
  'a user of the ACL needs the commands that docs/operations.md names, each of them and no other',
  { skip },
  async (t) => {
    const text = await readFile(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
    const acl =
      /ACL SETUSER gateway on >PASSWORD (resetkeys ~mobile-gateway:\* -@all (?:\+\w+ ?)+)/.exec(text)?.[1] ?? ''
    const rules = acl.trim().split(' ')
    t.equal(rules.length, 12)
    const redis = await startRedis(t)
    const node = await startNode(t)
    const [keys, key, prover] = [await startKeyServer(t, signer), signer, await createProver()]
    const token = await signToken(key, { claims: { cnf: { jkt: prover.jkt } } })
    const running = await startPluginServer(t)
    let users = 0
    /** Counts in the database 1 and remembers a proof, as a new user who may do this; whether both worked. */
    const works = async (given: readonly string[]): Promise<boolean> => {
      users += 1
      const username = `gateway-${users}`
      await redis.look.call('ACL', 'SETUSER', username, 'on', '>pw', ...given)
      await redis.look.call('SCRIPT', 'FLUSH')
      const target = { host: '127.0.0.1', port: redis.port, username, password: 'pw', database: 1 }
      const config = counting(redis, { day: 1000 }, { redis: target, policy: username })
      const kong = running.connect()
      const instance = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri, config))
      const dpop = await prover.prove(token)
      const proven = await kong.access(instance, { headers: { authorization: `DPoP ${token}`, dpop } })
      return (await node.call(config)).status === 200 && proven.kind === 'passed'
    }
    t.ok(await works(rules), 'these are enough')
    for (const rule of rules.filter((given) => given.startsWith('+')))
      t.notOk(await works(rules.filter((other) => other !== rule)), `not without ${rule}`)
  },
)

t.test('user, password and database', { skip }, async (t) => {
  const redis = await startRedis(t, {
    args: ['--user', 'default', 'off', '--user', 'gateway', 'on', '>s3cret-pw', '~gw:*', '+@all'],
    look: { username: 'gateway', password: 's3cret-pw', db: 3 },
  })
  const node = await startNode(t)
  const target = { host: '127.0.0.1', port: redis.port, username: 'gateway', password: 's3cret-pw', key_prefix: 'gw' }
  const config = counting(redis, { day: 5 }, { redis: { ...target, database: 3 } })
  t.strictSame(await hammer(10, 2, () => node.call(config)), { 200: 5, 429: 5 })
  t.strictSame(Object.keys(await contents(redis)), ['gw:{p:app-a}:user:usr_alice'], 'in database 3')
  const nowhere = counting(redis, { day: 5 }, { redis: { ...target, database: 99 } })
  t.equal((await node.call(nowhere)).status, 503, 'and in no other, when that one is missing')
  t.notOk(node.log().join('').includes('s3cret-pw'))
})

/** A certificate for 127.0.0.1 that nobody signed but itself. */
function withTls(folder: string): string[] {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:redis.example']
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  return ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert, '--tls-auth-clients', 'no']
}
const canMakeCertificates = spawnSync('openssl', ['version']).error === undefined

t.test(
  'TLS: a certificate that nobody vouches for is refused, unless the config says otherwise',
  {
    skip: skip || (canMakeCertificates ? false : 'openssl is not on PATH'),
  },
  async (t) => {
    const redis = await startRedis(t, { prepare: withTls, tls: true })
    const target = { host: '127.0.0.1', port: redis.port, ssl: true }
    const config = (changes: object) => counting(redis, { day: 5 }, { redis: { ...target, ...changes } })
    const node = await startNode(t)
    t.equal((await node.call(config({}))).status, 503)
    t.equal((await node.call(config({ ssl_verify: false }))).status, 200)
    t.equal((await node.call(config({ ssl: false }))).status, 503)

    const trusting = await startNodeProcess(t, { NODE_EXTRA_CA_CERTS: join(redis.folder, 'cert.pem') })
    t.equal((await trusting.call(config({}))).status, 200)
    t.equal((await trusting.call(config({ server_name: 'redis.example' }))).status, 200)
    t.equal((await trusting.call(config({ server_name: 'other.example' }))).status, 503)
  },
)
