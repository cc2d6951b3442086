// What a plugin server counts of calls and keeps of refusals, and how it tells auth servers: once each, in bounded memory, and no call waits.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { SYSTEM_CLOCK } from '../src/clock.ts'
import { FOREVER } from '../src/holder.ts'
import type { Outside } from '../src/services.ts'
import { createLedger } from '../src/usage/ledger.ts'
import { createLedgers } from '../src/usage/ledgers.ts'
import { reportUsage, usersEvery } from '../src/usage/reporter.ts'
import { eventually } from './support/eventually.ts'
import { startFeedServer } from './support/feed-server.ts'
import {
  createSigningKey,
  gatewayConfig,
  nowSeconds,
  signToken,
  startKeyServer,
  type TokenChanges,
} from './support/issuer.ts'
import { startPluginServer } from './support/plugin-server.ts'
import { createProver } from './support/prover.ts'
import { createTestClock } from './support/token-stage.ts'

const ISSUER = 'http://localhost:4000'
const AUDIENCE = 'http://localhost:8000/mobile'
const key = await createSigningKey()

async function setUp(t: Test, changes: object = {}, outside: Outside = {}) {
  const clock = createTestClock()
  const [keys, feed] = [await startKeyServer(t, key), await startFeedServer(t)]
  const server = await startPluginServer(t, { clock, ...outside })
  const kong = server.connect()
  const issuers = [{ issuer: ISSUER, jwks_uri: keys.jwksUri, revocations: feed.config({ when_stale: 'open' }) }]
  const config = gatewayConfig(keys.jwksUri, { issuers, ...changes })
  const ledger = () => {
    const [first] = server.services.ledgers.all()
    if (!first) throw new Error('no ledger')
    return first.ledger
  }
  const headersOf = (token: string, id = 'a1') => ({ authorization: `Bearer ${token}`, 'kong-request-id': id })
  return { clock, server, kong, feed, config, ledger, headersOf }
}

t.test(
  'calls are counted by hour, API, application, plan and user; one that passes asks Kong for nothing more',
  async (t) => {
    const { clock, kong, config, ledger, headersOf } = await setUp(t, { plans: { basic: { minute: 2 } } })
    const id = await kong.start('mobile-gateway', config)
    const call = async (claims: TokenChanges['claims'] = {}) =>
      kong.access(id, { headers: headersOf(await signToken(key, { claims: { exp: nowSeconds() + 9999, ...claims } })) })
    const hour = Math.floor(clock.wall() / 3_600_000) * 3600
    const { calls } = await call()
    t.strictSame(calls, ['kong.request.get_header', 'kong.service.request.set_headers'])
    t.equal((await call()).kind, 'passed')
    t.match(await call(), { kind: 'exited', status: 429 })
    await call({ sub: 'usr_bob' })
    await call({ sub: 'demo-app', plan: undefined })
    clock.advance(3_600_000)
    await call()
    const about = { hour, audience: AUDIENCE, clientId: 'demo-app' }
    const { counts, users: none, refusals } = ledger().take('without users')
    t.strictSame(counts, [
      { ...about, plan: 'basic', accepted: 3, refused: 1 },
      { ...about, plan: undefined, accepted: 1, refused: 0 },
      { ...about, hour: hour + 3600, plan: 'basic', accepted: 1, refused: 0 },
    ])
    t.strictSame(none, [])
    await call()
    const { users } = ledger().take()
    t.strictSame(users, [
      { ...about, subject: 'usr_alice', accepted: 2, refused: 1 },
      { ...about, subject: 'usr_bob', accepted: 1, refused: 0 },
      { ...about, hour: hour + 3600, subject: 'usr_alice', accepted: 2, refused: 0 },
    ])
    t.match(refusals, [
      { requestId: 'a1', audience: AUDIENCE, clientId: 'demo-app', plan: 'basic', code: 'limit-exceeded' },
    ])
    t.match(refusals[0]?.facts, { window: 'minute', limit: 2 })
    t.strictSame(ledger().take(), { counts: [], users: [], refusals: [] }, 'taken once')
  },
)

t.test('a refusal says why in facts, where the signature held; of others nothing is known', async (t) => {
  const prover = await createProver()
  const { server, kong, config, ledger, headersOf } = await setUp(t, {
    required_scopes: ['orders:read', 'orders:write'],
    allowed_clients: ['demo-app'],
    max_auth_age_seconds: 900,
  })
  const id = await kong.start('mobile-gateway', config)
  const forger = await createSigningKey()
  const now = nowSeconds()
  const all = { scope: 'orders:read orders:write' }
  const bound = { ...all, cnf: { jkt: prover.jkt } }
  const boundToken = await signToken(key, { claims: bound })
  const proofs = {
    slow: await prover.prove(boundToken, { claims: { iat: now - 200 } }),
    other: await (await createProver()).prove(boundToken),
    method: await prover.prove(boundToken, { claims: { htm: 'POST' } }),
  }
  const rows: readonly [string, string, TokenChanges['claims'], object | undefined, string?][] = [
    ['expired', 'invalid-token-expired', { ...all, exp: now - 90 }, { seconds: 90 }],
    ['from a clock ahead', 'invalid-token-issued-in-future', { ...all, iat: now + 60 }, { seconds: 60 }],
    ['not yet valid', 'invalid-token-not-yet-valid', { ...all, nbf: now + 40 }, { seconds: 40 }],
    ['of another API', 'invalid-token-audience', { aud: 'https://other' }, { audiences: ['https://other'] }],
    ['scope missing', 'insufficient-scope', {}, { missing: ['orders:write'] }],
    ['of another application', 'client', { ...all, client_id: 'other-app' }, {}],
    ['of a guest', 'subject-kind-guest', { ...all, subject_kind: 'guest' }, {}],
    ['old login', 'insufficient-login-age', { ...all, auth_time: now - 5000 }, { max_age: '900' }],
    ['a proof made long ago', 'invalid-proof-iat', bound, { behind_seconds: 200 }, proofs.slow],
    ['a proof of another key', 'invalid-token-other-key', bound, {}, proofs.other],
    ['a proof for another method', 'invalid-proof-htm', bound, {}, proofs.method],
    ['bound, without a proof', 'invalid-token-bound', bound, {}],
  ]
  for (const [what, code, claims, facts, proof] of rows) {
    const token = claims === bound ? boundToken : await signToken(key, { claims: { ...claims } })
    const authorization = proof === undefined ? `Bearer ${token}` : `DPoP ${token}`
    const headers = { ...headersOf(token, 'b2'), authorization, ...(proof !== undefined && { dpop: proof }) }
    t.match(await kong.access(id, { headers }), { kind: 'exited' }, what)
    const { counts, refusals } = ledger().take()
    t.match(counts, [{ refused: 1, accepted: 0, audience: AUDIENCE }], what)
    t.equal(refusals.length, 1, what)
    t.match(refusals[0], { requestId: 'b2', code }, what)
    const told = Object.entries(refusals[0]?.facts ?? {})
    const differs = told.filter(([name, value]) => {
      const wanted: unknown = Object(facts)[name]
      return typeof value === 'number'
        ? Math.abs(value - Number(wanted)) > 3
        : JSON.stringify(value) !== JSON.stringify(wanted)
    })
    t.strictSame([told.length, differs], [Object.keys(facts ?? {}).length, []], what)
    t.notMatch(JSON.stringify(refusals), /usr_alice|jti-1|ey[A-Za-z0-9]/, `${what}: nothing of a person or a token`)
  }
  const forged = [
    `Bearer ${await signToken(forger, { claims: all })}`,
    `Bearer ${await signToken(forger, { claims: { ...all, exp: now - 90 } })}`,
    `Bearer ${await signToken(forger, { claims: { aud: 'https://other' }, header: { kid: 'of-nobody' } })}`,
    `Bearer ${await signToken(key, { claims: { iss: 'https://elsewhere' } })}`,
    'Bearer x',
    '',
  ]
  for (const authorization of forged) t.match(await kong.access(id, { headers: { authorization } }), { status: 401 })
  t.strictSame(ledger().take(), { counts: [], users: [], refusals: [] })
  t.equal(server.services.ledgers.all().length, 1)
})

t.test('on the machine of a developer refusals say of which request they are, without its parameters', async (t) => {
  const { server, kong, config, ledger, headersOf } = await setUp(t, {}, { tellsRequests: true })
  const id = await kong.start('mobile-gateway', config)
  const request = { method: 'POST', target: '/mobile/orders\u009b1?secret=1' }
  const authorization = `Bearer ${await signToken(key, { claims: { exp: nowSeconds() - 90 } })}`
  await kong.access(id, { ...request, headers: { ...headersOf('x'), authorization } })
  await kong.access(id, { ...request, headers: {} })
  t.match(ledger().take().refusals, [{ facts: { method: 'POST', path: '/mobile/orders�1', seconds: Number } }])
  const asked = { method: 'POST', path: '/mobile/orders�1', status: 401 }
  const lines = server.logged.filter((line) => line.includes('request denied')).map((line) => JSON.parse(line))
  t.match(lines, [
    { ...asked, client: 'demo-app', reason: 'invalid-token: expired', says: /expired/ },
    { ...asked, reason: 'no-token', says: 'The call has no access token' },
  ])
  t.notMatch(server.logged.join(''), 'secret=1')
})

t.test('in a chain of separate plugins a call is counted once, by the last that decides', async (t) => {
  const { kong, config, ledger, headersOf } = await setUp(t)
  const { plans: _, default_limit, ...token } = config
  const first = await kong.start('mobile-token', token)
  const second = await kong.start('mobile-quota', { policy: 'mobile-api', plans: {}, default_limit: { minute: 1 } })
  const headers = headersOf(await signToken(key))
  for (const status of [undefined, 429]) {
    const request = { headers, shared: {} }
    t.match(await kong.access(first, request), { kind: 'passed' })
    t.equal((await kong.access(second, request)).status, status)
  }
  await kong.access(first, { headers: headersOf(await signToken(key, { claims: { exp: 1 } })), shared: {} })
  const { counts, users, refusals } = ledger().take()
  t.match(counts, [{ audience: AUDIENCE, accepted: 1, refused: 2 }])
  t.match(users, [{ subject: 'usr_alice', accepted: 1, refused: 2 }])
  t.strictSame(
    refusals.map(({ code }) => code),
    ['limit-exceeded', 'invalid-token-expired'],
  )
})

t.test(
  'of an application 20 refusals a minute are kept, the others are only counted; an issuer that nobody asks for costs nothing',
  async (t) => {
    const { clock, kong, config, ledger, headersOf, server } = await setUp(t)
    const id = await kong.start('mobile-gateway', config)
    const refuse = async (client_id: string) =>
      kong.access(id, { headers: headersOf(await signToken(key, { claims: { client_id, exp: 1 } })) })
    for (let each = 0; each < 25; each++) await refuse('demo-app')
    await refuse('other-app')
    clock.advance(60_000)
    await refuse('demo-app')
    const { counts, refusals } = ledger().take()
    // The minute that passed may have begun another hour, which is counted apart.
    const sum = (client: string) =>
      counts.reduce((all, { clientId, refused }) => all + (clientId === client ? refused : 0), 0)
    t.strictSame([sum('demo-app'), sum('other-app')], [26, 1])
    t.equal(refusals.filter(({ clientId }) => clientId === 'demo-app').length, 21)
    t.strictSame(ledger().lost, { calls: 0, refusals: 5 })
    t.equal(server.services.ledgers.of('another-policy', ISSUER), undefined)
  },
)

t.test(
  'figures are right for more users than there is room for, and what there is no room for is lost with a count',
  (t) => {
    const ledger = createLedger(SYSTEM_CLOCK)
    const call = { issuer: ISSUER, audience: AUDIENCE, clientId: 'demo-app', plan: 'basic' }
    t.notOk(ledger.isFull)
    for (let each = 0; each < 30_100; each++) ledger.count({ ...call, subject: `usr_${each}` }, 'accepted')
    t.ok(ledger.isFull)
    for (let each = 0; each < 6000; each++)
      ledger.count({ ...call, clientId: `app_${each}`, subject: undefined }, 'refused')
    const { counts, users } = ledger.take()
    t.strictSame([counts.length, users.length], [5000, 30_000])
    t.equal(counts.find(({ clientId }) => clientId === 'demo-app')?.accepted, 30_100)
    t.strictSame(ledger.lost, { calls: 1001, refusals: 0 })
    t.strictSame([ledger.takeLost(), ledger.takeLost()], [{ calls: 1001, refusals: 0 }, undefined], 'told once')
    t.end()
  },
)

/** An auth server that gives tokens, and does with usage what the test says. */
async function authServer(t: Test) {
  const bodies: {
    batch: string
    counts: { accepted: number }[]
    people?: { sub: string; accepted: number }[]
    lost?: object
  }[] = []
  let status = 200
  let tokenRefusal: object | undefined
  let tokens = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const isToken = request.url === '/token'
    if (isToken) tokens += 1
    else bodies.push(JSON.parse(Buffer.concat(chunks).toString()))
    response.writeHead(isToken ? (tokenRefusal ? 400 : 200) : status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(tokenRefusal ?? { access_token: `t${tokens}`, token_type: 'Bearer', expires_in: 60 }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port }: AddressInfo = Object(server.address())
  const origin = `http://127.0.0.1:${port}`
  const access = { url: `${origin}/revocations`, tokenUrl: `${origin}/token`, clientId: 'gateway', clientSecret: 's' }
  const revocations = { ...access, maxStalenessSeconds: 300, whenStale: 'closed' } as const
  const ledgers = createLedgers(SYSTEM_CLOCK)
  ledgers.open({ policy: 'one', issuers: [{ issuer: ISSUER, revocations }] }, FOREVER)
  const count = (subject: string | undefined) =>
    ledgers
      .of('one', ISSUER)
      ?.count({ issuer: ISSUER, audience: AUDIENCE, clientId: 'demo-app', plan: undefined, subject }, 'accepted')
  return {
    bodies,
    ledgers,
    count,
    answer: (next: number) => {
      status = next
    },
    refuseTokens: (next: object | undefined) => {
      tokenRefusal = next
    },
    tokensAsked: () => tokens,
  }
}

t.test(
  'a batch that was not taken is sent again under its name before anything new, and a stop tells the rest',
  async (t) => {
    const { bodies, ledgers, count, answer } = await authServer(t)
    const logged: string[] = []
    const log = pino({}, { write: (line) => logged.push(line) })
    answer(503)
    count('usr_alice')
    const reporter = reportUsage({ ledgers, clock: SYSTEM_CLOCK, log }, 20)
    await eventually(() => bodies.length >= 2)
    count('usr_alice')
    count('usr_alice')
    answer(200)
    await eventually(() => bodies.at(-1)?.batch !== bodies[0]?.batch)
    t.equal(bodies[1]?.batch, bodies[0]?.batch)
    t.match(bodies[0]?.counts, [{ accepted: 1, refused: 0 }])
    await eventually(() => bodies.some(({ counts }) => counts[0]?.accepted === 2))
    t.equal(logged.filter((line) => line.includes('calls are not affected')).length, 1, 'one line for one outage')
    count('usr_bob')
    await reporter.close()
    const told = bodies.flatMap(({ people = [] }) => people).filter(({ sub }) => sub === 'usr_bob')
    t.strictSame(
      told.map(({ accepted }) => accepted),
      [1],
    )
  },
)

t.test(
  'much is told in several batches that an auth server can take, and what it cannot read is not sent for ever',
  async (t) => {
    const { bodies, ledgers, count, answer } = await authServer(t)
    for (let each = 0; each < 1000; each++) count(`usr_${each}`)
    const reporter = reportUsage({ ledgers, clock: SYSTEM_CLOCK, log: pino({ enabled: false }) }, 20)
    await eventually(() => bodies.flatMap(({ people = [] }) => people).length === 1000)
    t.ok(bodies.length > 2 && bodies.every((body) => JSON.stringify(body).length < 64 * 1024))
    t.equal(new Set(bodies.map(({ batch }) => batch)).size, bodies.length)
    answer(400)
    count('usr_x')
    const before = bodies.length
    await eventually(() => bodies.length > before)
    const refused = bodies[before]?.batch
    answer(200)
    count('usr_y')
    await eventually(() => bodies.slice(before + 1).some(({ counts }) => counts[0]?.accepted === 1))
    t.equal(bodies.filter(({ batch }) => batch === refused).length, 1)
    await reporter.close()
  },
)

t.test(
  'a batch at which an auth server always fails is given up, counted as lost, and holds nothing back',
  async (t) => {
    const { bodies, ledgers, count, answer } = await authServer(t)
    answer(500)
    count('usr_x')
    const reporter = reportUsage({ ledgers, clock: SYSTEM_CLOCK, log: pino({ enabled: false }) }, 1)
    const lost = () => ledgers.of('one', ISSUER)?.lost
    await eventually(() => lost()?.calls === 1)
    t.equal(bodies.filter(({ batch }) => batch === bodies[0]?.batch).length, 10)
    answer(200)
    count('usr_y')
    await reporter.close()
    const later = bodies.filter(({ batch }) => batch !== bodies[0]?.batch)
    t.match(
      later.filter(({ counts }) => counts.length > 0),
      [{ counts: [{ accepted: 1 }] }],
    )
    t.match(lost()?.calls, 1)
    t.match(
      later.filter((body) => 'lost' in body),
      { 0: { lost: { calls: 1, refusals: 0 } } },
      'and the auth server hears of it',
    )
  },
)

t.test('many refusals for one reason leave room for those for another', (t) => {
  const ledger = createLedger(SYSTEM_CLOCK)
  const call = { issuer: ISSUER, audience: AUDIENCE, clientId: 'demo-app', plan: 'basic', subject: undefined }
  const kept = (reason: string) => ledger.hasRoomFor(call, { status: 401, reason, body: {}, headers: {} })
  const many = Array.from({ length: 50 }, () => kept('invalid token: expired'))
  t.equal(many.filter(Boolean).length, 20)
  t.ok(kept('insufficient scope'))
  t.end()
})

t.test(
  'a gateway that an earlier release registered says once what it lacks, and tells all as soon as it may',
  async (t) => {
    const { bodies, ledgers, count, refuseTokens, tokensAsked } = await authServer(t)
    const logged: string[] = []
    const log = pino({}, { write: (line) => logged.push(line) })
    refuseTokens({ error: 'invalid_scope' })
    count('usr_alice')
    const reporter = reportUsage({ ledgers, clock: SYSTEM_CLOCK, log }, 20)
    await eventually(() => tokensAsked() >= 3)
    t.equal(logged.length, 1)
    t.match(logged[0], 'this gateway may not have the scope usage:write yet: run npm run add-gateway')
    count('usr_alice')
    refuseTokens(undefined)
    await eventually(
      () => bodies.flatMap(({ counts }) => counts).reduce((sum, { accepted }) => sum + accepted, 0) === 2,
    )
    await reporter.close()
  },
)

t.test(
  'for whom calls were is told before an auth server leaves it out as too old, however rarely all else is told',
  async (t) => {
    const hour = 3_600_000
    t.equal(usersEvery(60_000), hour)
    t.equal(usersEvery(1500 * 1000), hour)
    t.equal(usersEvery(hour), hour)
    t.equal(usersEvery(1000), 60_000)
  },
)
