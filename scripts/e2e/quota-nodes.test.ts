// Two gateways, each with a plugin server of its own, and one Redis: together they admit the limit, and never one call more.
import t from 'tap'
import { startRedis, withoutRedis } from '../../kong-plugins/test/support/redis-server.ts'
import type { GatewayKind, Stack } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import { call, logIn } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const LIMIT = 40

const PASSWORD = 'a password of redis'
process.env.E2E_REDIS_PASSWORD = PASSWORD // where Kong's vault of environment variables finds it

/** What a platform engineer adds to kong.yml. Kong resolves references to vaults; the embedded gateway has none. */
function countIn(port: number, kind: GatewayKind) {
  return (source: string) =>
    source.replace(
      /basic: \{ minute: 60 \}\n.*guest: .*/,
      [
        `basic: { day: ${LIMIT}, application: { day: ${LIMIT + 10} } }`,
        '      counters: redis',
        '      redis:',
        `        { host: 127.0.0.1, port: ${port}, timeout_ms: 1000,`,
        `          password: "${kind === 'kong' ? '{vault://env/e2e-redis-password}' : PASSWORD}" }`,
      ].join('\n'),
    )
}

/** A second gateway of the same API: it takes the tokens of the first one's auth server, whose client it is not. */
function secondNode(first: Stack, edit: (source: string) => string) {
  return (source: string) =>
    edit(source)
      .replace(/ {8}revocations:\n(?: {10}.*\n)+/, '')
      .replace('issuer: http://localhost:4000', `issuer: ${first.urls.issuer}`)
      .replace('jwks_uri: http://auth-server:4000', `jwks_uri: ${first.urls.issuer.replace('localhost', '127.0.0.1')}`)
      .replace('audiences: [http://localhost:8000/mobile]', `audiences: [${first.urls.resource}]`)
}

if (withoutRedis) t.test('gateways that share a Redis', { skip: withoutRedis }, () => {})
else
  onEachGateway(t, 'two gateways count together; without Redis they refuse, and afterwards go on', async (t, kind) => {
    const redis = await startRedis(t, { args: ['--requirepass', PASSWORD], look: { password: PASSWORD } })
    const edit = countIn(redis.port, kind)
    const first = await testStack(t, kind, { editKongYml: edit })
    const second = await testStack(t, kind, { editKongYml: secondNode(first, edit) })
    const nodes = [first, second]
    const { access_token } = await logIn(first)
    const both = (calls: number) =>
      Promise.all(Array.from({ length: calls }, (_, index) => call(nodes[index % 2] ?? first, access_token)))
    const statuses = (answers: Awaited<ReturnType<typeof both>>) =>
      Object.entries(Object.groupBy(answers, ({ status }) => String(status)))
        .map(([status, those]) => `${status}: ${those?.length}`)
        .sort()

    const answers = [...(await both(50)), ...(await both(50)), ...(await both(50))]
    t.strictSame(statuses(answers), [`200: ${LIMIT}`, `429: ${150 - LIMIT}`])
    for (const node of nodes)
      t.match(Object.fromEntries((await call(node, access_token)).headers), {
        'retry-after': /^\d+$/,
        'ratelimit-limit': String(LIMIT),
        'ratelimit-remaining': '0',
        'x-ratelimit-remaining-day': '0',
      })
    const keys = await redis.look.keys('*')
    t.equal(keys.length, 2, 'one of the user, one of the application')
    for (const key of keys) {
      t.equal(await redis.look.hget(key, 'day'), String(LIMIT))
      t.ok((await redis.look.ttl(key)) > 0)
    }

    await redis.kill()
    const alone = await both(20)
    t.strictSame(statuses(alone), ['503: 20'])
    t.match(Object.fromEntries(alone[0]?.headers ?? []), { 'retry-after': '5' })
    await redis.restart()
    const decides = async () => (await both(2)).every(({ status }) => status === 429)
    t.ok(await waitUntil(decides, { timeoutMillis: 10_000 }), 'and the empty Redis is told that the limit is used up')
  })
