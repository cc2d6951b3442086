// What a plugin server tells auth servers of plans: of configurations in force, to whom it is a client of; and no call waits for that.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { SYSTEM_CLOCK } from '../src/clock.ts'
import { FOREVER } from '../src/holder.ts'
import { createKnownLimits, type KnownLimits } from '../src/plan-limits/known-limits.ts'
import { reportPlanLimits } from '../src/plan-limits/reporter.ts'
import { reportsOf } from '../src/plan-limits/reports.ts'
import type { RevocationsConfig } from '../src/schema/revocations.ts'
import { eventually } from './support/eventually.ts'
import { startFeedServer } from './support/feed-server.ts'
import { createSigningKey, gatewayConfig, startKeyServer } from './support/issuer.ts'
import { startPluginServer } from './support/plugin-server.ts'
import { createTestClock } from './support/token-stage.ts'

const ISSUER = 'http://localhost:4000'

function issuerWith(revocations: object, jwksUri = 'http://127.0.0.1:9/jwks') {
  return { issuers: [{ issuer: ISSUER, jwks_uri: jwksUri, revocations }] }
}

t.test('policies are told with all their plans, and a configuration that was replaced no more', async (t) => {
  const keys = await startKeyServer(t, await createSigningKey())
  const feed = await startFeedServer(t)
  const server = await startPluginServer(t)
  const { knownLimits } = server.services
  const start = (plugin: string, config: object) => server.instances.start(plugin, JSON.stringify(config))
  const told = (): unknown[] => reportsOf(knownLimits, 'n').map(({ body }) => JSON.parse(body))
  const { plans: _, ...base } = gatewayConfig(keys.jwksUri, issuerWith(feed.config(), keys.jwksUri))
  const plans = { gold: { second: 20, attested: { day: 9 }, application: { day: 90 } } }
  await start('mobile-gateway', { ...base, plans, default_limit: { minute: 6 }, __plugin_id: 'a' })
  const gold = { plan: 'gold', user: { second: 20 }, attested: { day: 9 }, application: { day: 90 } }
  const mobile = (minute: number, ...more: object[]) => ({
    policy: base.policy,
    audiences: base.audiences,
    plans: [...more, { plan: null, user: { minute } }],
  })
  t.strictSame(told(), [{ node: 'n', policies: [mobile(6, gold)] }])
  await start('mobile-gateway', { ...base, default_limit: { minute: 7 }, __plugin_id: 'a' })
  t.strictSame(told(), [{ node: 'n', policies: [mobile(7)] }])
  const separate = { policy: 'orders', audiences: ['https://orders.example'] }
  await start('mobile-token', { ...separate, ...issuerWith(feed.config(), keys.jwksUri) })
  await start('mobile-quota', { policy: 'orders', default_limit: { day: 1 } })
  await start('mobile-quota', { policy: 'of-nobody', default_limit: { day: 2 } })
  const orders = { ...separate, plans: [{ plan: null, user: { day: 1 } }] }
  t.strictSame(told(), [{ node: 'n', policies: [mobile(7), orders] }])
})

t.test('an API that nobody calls for a night keeps its limits', async (t) => {
  const clock = createTestClock()
  const feed = await startFeedServer(t)
  const { services, connect, instances } = await startPluginServer(t, { clock })
  const policies = (): string[] => reportsOf(services.knownLimits, 'n').map(({ body }) => JSON.parse(body).policies)
  await connect().start('mobile-gateway', gatewayConfig('http://127.0.0.1:9/jwks', issuerWith(feed.config())))
  const known = policies()
  t.match(known, [[{ plans: [{ plan: 'basic' }, { plan: null }] }]])
  clock.advance(8 * 3_600_000)
  instances.sweep()
  t.strictSame(policies(), known)
})

t.test('an issuer that this gateway is no client of is told nothing', async (t) => {
  const keys = await startKeyServer(t, await createSigningKey())
  const server = await startPluginServer(t)
  await server.instances.start('mobile-gateway', JSON.stringify(gatewayConfig(keys.jwksUri)))
  t.strictSame(reportsOf(server.services.knownLimits, 'n'), [])
})

/** An auth server that gives tokens, and does with reports what the test says. */
async function authServer(t: Test) {
  const reports: string[] = []
  let [status, tokens] = [200, 0]
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const isToken = request.url === '/token'
    if (isToken) tokens += 1
    if (request.url === '/plan-limits')
      reports.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`)
    response.writeHead(isToken ? 200 : status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ access_token: `t${tokens}`, token_type: 'Bearer', expires_in: 60, body }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port }: AddressInfo = Object(server.address())
  const origin = `http://127.0.0.1:${port}`
  return {
    reports,
    answer: (next: number) => {
      status = next
    },
    access: {
      url: `${origin}/revocations`,
      tokenUrl: `${origin}/token`,
      clientId: 'gateway',
      clientSecret: 'secret',
      maxStalenessSeconds: 300,
      whenStale: 'closed',
    } as const,
  }
}

function addPolicy(knownLimits: KnownLimits, policy: string, revocations: RevocationsConfig): void {
  const none = { second: undefined, hour: undefined, day: undefined, attested: undefined, application: undefined }
  knownLimits.addLimits({ policy, plans: new Map(), defaultLimit: { ...none, minute: 6 } }, FOREVER)
  knownLimits.addApis({ policy, audiences: ['https://a'], issuers: [{ issuer: ISSUER, revocations }] }, FOREVER)
}

t.test('it is told when it is known and when it changes, and a refusal is a line in the log', async (t) => {
  const server = await authServer(t)
  const knownLimits = createKnownLimits()
  const logged: string[] = []
  const log = pino({}, { write: (line) => logged.push(line) })
  const reporter = reportPlanLimits({ knownLimits, clock: SYSTEM_CLOCK, log }, 'n')
  t.teardown(() => reporter.close())
  const add = (policy: string) => addPolicy(knownLimits, policy, server.access)
  for (const policy of ['one', 'two']) add(policy)
  await eventually(() => server.reports.length === 1)
  const plans = [{ plan: null, user: { minute: 6 } }]
  const policies = ['one', 'two'].map((policy) => ({ policy, audiences: ['https://a'], plans }))
  const body = JSON.stringify({ node: 'n', policies })
  t.strictSame(server.reports, [`POST /plan-limits Bearer t1 ${body}`], 'once, for all that came together')
  server.answer(403)
  add('three')
  await eventually(() => logged.some((line) => line.includes('the auth server answered 403')))
  t.match(logged.at(-1), /calls are not affected/)
  server.answer(200)
  add('four')
  await eventually(() => server.reports.length === 3)
  t.match(server.reports.at(-1), /"policy":"four"/)
})

t.test('two clients of one auth server are told apart: a change of one is no news of the other', async (t) => {
  const server = await authServer(t)
  const knownLimits = createKnownLimits()
  const reporter = reportPlanLimits({ knownLimits, clock: SYSTEM_CLOCK, log: pino({ enabled: false }) }, 'n')
  t.teardown(() => reporter.close())
  addPolicy(knownLimits, 'of-a', server.access)
  addPolicy(knownLimits, 'of-b', { ...server.access, clientId: 'another' })
  await eventually(() => server.reports.length === 2)
  addPolicy(knownLimits, 'more-of-b', { ...server.access, clientId: 'another' })
  await eventually(() => server.reports.length >= 3)
  t.match(server.reports[2], /"policy":"of-b".*"policy":"more-of-b"/)
})

t.test('whatever goes wrong while it is put together, the next change is told', async (t) => {
  const server = await authServer(t)
  const known = createKnownLimits()
  let asked = 0
  const inForce = (): ReturnType<typeof known.inForce> => {
    asked += 1
    if (asked === 1) throw new Error('a mistake of ours')
    return known.inForce()
  }
  const logged: string[] = []
  const log = pino({}, { write: (line) => logged.push(line) })
  const reporter = reportPlanLimits({ knownLimits: { ...known, inForce }, clock: SYSTEM_CLOCK, log }, 'n')
  t.teardown(() => reporter.close())
  await eventually(() => asked === 1)
  t.match(logged, [/a mistake of ours.*calls are not affected/])
  addPolicy(known, 'one', server.access)
  await eventually(() => server.reports.length === 1)
})

t.test(
  'after a reload the limits of the newest configuration are told, though workers of before still took calls',
  async (t) => {
    const server = await authServer(t)
    const { services, connect } = await startPluginServer(t)
    const kong = connect()
    const { url, tokenUrl, clientId, clientSecret } = server.access
    const revocations = { url, token_url: tokenUrl, client_id: clientId, client_secret: clientSecret }
    const start = (minute: number): Promise<number> => {
      const limits = { plans: {}, default_limit: { minute } }
      return kong.start('mobile-gateway', {
        ...gatewayConfig('http://127.0.0.1:9/jwks', issuerWith(revocations)),
        ...limits,
      })
    }
    const [old, young] = [await start(6), await start(7)]
    await kong.access(old, {})
    const reporter = reportPlanLimits(services, 'n')
    t.teardown(() => reporter.close())
    await eventually(() => server.reports.length === 1)
    await kong.access(young, {})
    await eventually(() => server.reports.length === 2)
    t.match(server.reports.at(-1), /"minute":7/)
    await kong.access(young, {})
    t.equal(server.reports.length, 2, 'once')
  },
)
