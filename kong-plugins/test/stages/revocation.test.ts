// Revoked tokens at the gateway: refused at once, whatever the feed goes through; and nothing passes that cannot be judged.
import t, { type Test } from 'tap'
import { createRevokedTokens } from '../../src/stages/revocation/revoked-tokens.ts'
import { eventually } from '../support/eventually.ts'
import { type Fault, type FeedServer, startFeedServer } from '../support/feed-server.ts'
import {
  createSigningKey,
  gatewayConfig,
  type KeyServer,
  nowSeconds,
  signToken,
  startKeyServer,
} from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createTestClock, createTokenStage, type TokenStage, verdict } from '../support/token-stage.ts'

// A poll that hangs is given up after five real seconds.
t.setTimeout(120_000)

const ISSUER = 'http://localhost:4000'
const key = await createSigningKey()
function exp() {
  return nowSeconds() + 660
}
function grant(grant_id: string) {
  return { type: 'grant', grant_id, exp: exp() }
}
const REVOKED = 'invalid-token: revoked'
const UNKNOWN = 'revocations not known'

function issuerOf(keys: KeyServer, feed: FeedServer, changes = {}) {
  return {
    issuer: ISSUER,
    jwks_uri: keys.jwksUri,
    revocations: feed.config(changes),
  }
}

/** The token stage behind a feed; it waits a second at most per poll unless `changes` say otherwise. */
async function stageWith(t: Test, feed: FeedServer, changes = {}): Promise<TokenStage> {
  const keys = await startKeyServer(t, key)
  const stage = createTokenStage(keys.jwksUri, {
    issuers: [issuerOf(keys, feed, { max_staleness_seconds: 5, ...changes })],
  })
  t.teardown(() => stage.services.standings.close())
  return stage
}
async function bearer(claims = {}) {
  return `Bearer ${await signToken(key, { claims })}`
}
async function ask(stage: TokenStage, authorization: string) {
  return verdict(await stage.decide(authorization))
}
function becomes(stage: TokenStage, authorization: string, wanted: string, deadlineMillis = 5000) {
  return eventually(async () => (await ask(stage, authorization)) === wanted, deadlineMillis)
}

t.test('nothing passes before the feed was read to its end once; the very first call waits for it', async (t) => {
  const feed = await startFeedServer(t, 2)
  feed.publish(grant('a'), grant('b'), grant('c'), grant('d'), grant('fam_1'))
  const stage = await stageWith(t, feed)
  t.equal(await ask(stage, await bearer()), REVOKED, 'an event on the last page')
  t.equal(await ask(stage, await bearer({ grant_id: 'fam_2' })), 'verified')
  t.strictSame(feed.cursors.slice(0, 3), ['', '1.2', '1.4'])

  const silent = await startFeedServer(t)
  silent.feedFault({ hang: true })
  const other = await stageWith(t, silent)
  const started = performance.now()
  t.equal(await ask(other, await bearer()), UNKNOWN)
  t.ok(performance.now() - started < 1900, 'within the deadline of a request')
  const again = performance.now()
  t.equal(await ask(other, await bearer()), UNKNOWN)
  t.ok(performance.now() - again < 500, 'who comes later does not wait')
})

t.test('a family that may do less: what it was issued so far is refused, what it gets then is not', async (t) => {
  const feed = await startFeedServer(t)
  const stage = await stageWith(t, feed)
  const now = nowSeconds()
  const [before, after, other] = [
    await bearer({ iat: now - 60 }),
    await bearer({ iat: now }),
    await bearer({ iat: now - 60, grant_id: 'fam_2' }),
  ]
  for (const token of [before, after, other]) t.equal(await ask(stage, token), 'verified')
  feed.publish({ ...grant('fam_1'), issued_until: now - 30 })
  await becomes(stage, before, REVOKED, 2000)
  for (const token of [after, other]) t.equal(await ask(stage, token), 'verified')
  t.equal(await ask(stage, await bearer({ iat: now - 30 })), REVOKED, 'in that very second')
  feed.publish({ ...grant('fam_1'), issued_until: now - 50 }, grant('fam_3'))
  await becomes(stage, await bearer({ grant_id: 'fam_3' }), REVOKED)
  t.equal(await ask(stage, await bearer({ iat: now - 40 })), REVOKED, 'nothing that the feed says takes back')
  feed.publish(grant('fam_1'))
  await becomes(stage, after, REVOKED)
  feed.publish({ ...grant('fam_1'), issued_until: now - 50 }, grant('fam_4'))
  await becomes(stage, await bearer({ grant_id: 'fam_4' }), REVOKED)
  t.equal(await ask(stage, after), REVOKED)
})

t.test('a revoked family is refused within two seconds, also when its token was verified before', async (t) => {
  const feed = await startFeedServer(t)
  const stage = await stageWith(t, feed, { max_staleness_seconds: 60 })
  const [one, other, machine] = [
    await bearer(),
    await bearer({ grant_id: 'fam_2' }),
    await bearer({ grant_id: undefined, sub: 'demo-app' }),
  ]
  for (const token of [one, other, machine]) t.equal(await ask(stage, token), 'verified')
  await eventually(() => feed.polls >= 2)
  const started = performance.now()
  feed.publish(grant('fam_1'))
  await becomes(stage, one, REVOKED)
  t.ok(performance.now() - started < 2000)
  t.equal(await ask(stage, await bearer({ jti: 'another' })), REVOKED, 'another token of the family')
  for (const token of [other, machine]) t.equal(await ask(stage, token), 'verified')
})

t.test('a client at one audience, or everywhere, up to a second', async (t) => {
  const feed = await startFeedServer(t)
  const stage = await stageWith(t, feed)
  const now = nowSeconds()
  const client = (changes: object) => ({
    type: 'client',
    client_id: 'demo-app',
    issued_until: now - 10,
    exp: exp(),
    ...changes,
  })
  feed.publish(client({ aud: 'http://elsewhere' }), client({ client_id: 'other-app' }))
  const old = await bearer({ iat: now - 10, grant_id: undefined })
  t.equal(await ask(stage, old), 'verified', 'others are not concerned')
  feed.publish(client({ aud: 'http://localhost:8000/mobile' }))
  await becomes(stage, old, REVOKED)
  t.equal(await ask(stage, await bearer({ iat: now - 9 })), 'verified', 'issued afterwards')
  t.equal(await ask(stage, await bearer({ iat: now - 10 })), REVOKED, 'of a person, too')
  feed.publish(client({ issued_until: now - 5 }), client({ issued_until: now - 300 }))
  await becomes(stage, await bearer({ iat: now - 5 }), REVOKED)
  t.equal(await ask(stage, await bearer({ iat: now - 4 })), 'verified')
})

const FAULTS: Readonly<Record<string, Fault>> = {
  'an error': { status: 500 },
  busy: { status: 503, headers: { 'retry-after': '5' } },
  forbidden: { status: 403 },
  'another address': { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
  'broken off': { truncate: true },
  'half a document': { body: '{"cursor":"1.1","complete":true,"ev' },
  'a page for people': { body: '<html>' },
  nothing: { body: '' },
  null: { body: 'null' },
  'no cursor': { body: '{"complete":true,"events":[]}' },
  'no events': { body: '{"cursor":"1.1","complete":true}' },
  'a time that is none': {
    body: '{"cursor":"1.1","complete":true,"events":[{"type":"grant","grant_id":"g","issued_until":"1","exp":9e9}]}',
  },
  'a broken event': { body: '{"cursor":"1.1","complete":true,"events":[{"type":"grant","exp":1}]}' },
  'an event without end': { body: '{"cursor":"1.1","complete":true,"events":[{"type":"grant","grant_id":"x"}]}' },
  'no client': { body: '{"cursor":"1.1","complete":true,"events":[{"type":"client","issued_until":1,"exp":2}]}' },
  'a circle': { body: '{"cursor":"1.1","complete":false,"events":[]}' },
  'too much': { body: JSON.stringify({ cursor: '1.1', complete: true, events: [], padding: 'x'.repeat(5_000_000) }) },
}

t.test('a feed that misbehaves in any way is stale in the end, and is followed again when it behaves', async (t) => {
  const feed = await startFeedServer(t)
  feed.publish(grant('gone'))
  const stage = await stageWith(t, feed)
  const [good, gone] = [await bearer(), await bearer({ grant_id: 'gone' })]
  t.equal(await ask(stage, good), 'verified')
  for (const [name, fault] of Object.entries(FAULTS)) {
    const { polls } = feed
    feed.feedFault(fault)
    await eventually(() => feed.polls >= polls + 2)
    t.equal(await ask(stage, good), 'verified', `${name}: for a while`)
    stage.clock.advance(5001)
    t.equal(await ask(stage, good), UNKNOWN, `${name}: then not any more`)
    t.equal(await ask(stage, gone), REVOKED, 'what is known to be revoked is told so all the same')
    feed.publish(grant(name))
    feed.feedFault(undefined)
    await becomes(stage, good, 'verified')
    t.equal(await ask(stage, await bearer({ grant_id: name })), REVOKED, `${name}: nothing was missed`)
  }
})

t.test('a poll that nobody answers is given up, and another one is asked', async (t) => {
  const feed = await startFeedServer(t)
  const stage = await stageWith(t, feed)
  t.equal(await ask(stage, await bearer()), 'verified')
  feed.feedFault({ hang: true })
  const { polls } = feed
  await eventually(() => feed.polls > polls, 8000)
  feed.publish(grant('fam_1'))
  feed.feedFault(undefined)
  await becomes(stage, await bearer(), REVOKED, 8000)
  t.ok(feed.polls > polls + 1)
})

t.test(
  'the machine token: a new one when the old one ends, by its time or by surprise; faults of its endpoint',
  async (t) => {
    const feed = await startFeedServer(t)
    const stage = await stageWith(t, feed)
    t.equal(await ask(stage, await bearer()), 'verified')
    t.equal(feed.tokenRequests, 1)
    await eventually(() => feed.polls >= 3)
    t.equal(feed.tokenRequests, 1, 'one token for many polls')
    feed.endTokens()
    await eventually(() => feed.tokenRequests === 2)
    feed.publish(grant('fam_1'))
    await becomes(stage, await bearer(), REVOKED)
    stage.clock.advance(600_000)
    await eventually(() => feed.tokenRequests === 3)
    for (const fault of [
      { status: 500 },
      { status: 401, body: '{"error":"invalid_client"}' },
      { body: '{}' },
      { body: '{"access_token":"a b"}' },
      { body: 'null' },
      { truncate: true },
    ] as const) {
      feed.endTokens()
      feed.tokenFault(fault)
      const { tokenRequests } = feed
      await eventually(() => feed.tokenRequests >= tokenRequests + 2)
      stage.clock.advance(5001)
      t.equal(await ask(stage, await bearer({ grant_id: 'fam_2', exp: nowSeconds() + 10_000 })), UNKNOWN)
      feed.tokenFault(undefined)
      await becomes(stage, await bearer({ grant_id: 'fam_2', exp: nowSeconds() + 10_000 }), 'verified')
    }
  },
)

t.test('another history: what was revoked before stays revoked, what is new counts', async (t) => {
  const feed = await startFeedServer(t)
  feed.publish(grant('fam_1'), grant('x'))
  const stage = await stageWith(t, feed)
  t.equal(await ask(stage, await bearer()), REVOKED)
  feed.restore(grant('fam_2'))
  await becomes(stage, await bearer({ grant_id: 'fam_2' }), REVOKED)
  t.equal(await ask(stage, await bearer()), REVOKED, 'the restored backup does not know it')
  t.equal(await ask(stage, await bearer({ grant_id: 'fam_3' })), 'verified')
})

t.test('every issuer has its own feed, and needs none', async (t) => {
  const [ours, theirs] = [await startFeedServer(t), await startFeedServer(t)]
  const keys = await startKeyServer(t, key)
  ours.publish(grant('fam_1'))
  const stage = createTokenStage(keys.jwksUri, {
    issuers: [
      issuerOf(keys, ours),
      { issuer: 'http://other', jwks_uri: keys.jwksUri, revocations: theirs.config() },
      { issuer: 'http://plain', jwks_uri: keys.jwksUri },
    ],
  })
  t.teardown(() => stage.services.standings.close())
  theirs.feedFault({ status: 500 })
  t.equal(await ask(stage, await bearer()), REVOKED)
  t.equal(await ask(stage, await bearer({ grant_id: 'fam_2' })), 'verified')
  t.equal(await ask(stage, await bearer({ iss: 'http://other' })), UNKNOWN)
  t.equal(await ask(stage, await bearer({ iss: 'http://plain' })), 'verified')
  theirs.feedFault(undefined)
  await becomes(stage, await bearer({ iss: 'http://other' }), 'verified')
})

t.test('instances, workers and reloads share one follower; a new secret is taken over', async (t) => {
  const feed = await startFeedServer(t)
  const keys = await startKeyServer(t, key)
  const { connect, services } = await startPluginServer(t)
  const config = (changes = {}) =>
    gatewayConfig(keys.jwksUri, { issuers: [issuerOf(keys, feed, { max_staleness_seconds: 5, ...changes })] })
  const kong = connect()
  const ids = []
  for (let n = 0; n < 5; n += 1)
    ids.push(await kong.start(n % 2 ? 'mobile-gateway' : 'mobile-token', n % 2 ? config() : tokenOnly(config())))
  const authorization = await bearer()
  const outcome = await kong.access(ids[1] ?? 0, { headers: { authorization } })
  t.equal(outcome.kind, 'passed')
  t.strictSame(
    outcome.calls,
    ['kong.request.get_header', 'kong.service.request.set_headers'],
    'no call more than without',
  )
  t.equal(services.standings.all().length, 1)
  await eventually(() => feed.polls >= 4)
  t.equal(feed.mostAtOnce, 1)

  feed.acceptSecret('another secret')
  const { tokenRequests } = feed
  await eventually(() => feed.tokenRequests >= tokenRequests + 2)
  const renewed = await kong.start('mobile-gateway', config({ client_secret: 'another secret' }))
  feed.publish(grant('fam_1'))
  await eventually(async () => (await kong.access(renewed, { headers: { authorization } })).status === 401)
  const refused = await kong.access(ids[1] ?? 0, { headers: { authorization } })
  t.match(refused, {
    kind: 'exited',
    status: 401,
    body: { error: 'invalid_token', error_description: 'The access token was revoked' },
    headers: { 'WWW-Authenticate': /^Bearer realm="mobile-api", error="invalid_token"/ },
  })
  t.equal(services.standings.all().length, 1)
})

function tokenOnly({ plans, default_limit, ...config }: Readonly<Record<string, unknown>>) {
  return config
}

t.test(
  'too old: closed or open as the config says, one line of log per change of state, no secret in it',
  async (t) => {
    const feed = await startFeedServer(t)
    const keys = await startKeyServer(t, key)
    const clock = createTestClock()
    const { connect, logged } = await startPluginServer(t, { clock })
    const config = (when_stale: string) =>
      gatewayConfig(keys.jwksUri, { issuers: [issuerOf(keys, feed, { max_staleness_seconds: 5, when_stale })] })
    const kong = connect()
    const closed = [
      await kong.start('mobile-gateway', config('closed')),
      await kong.start('mobile-gateway', config('closed')),
    ]
    const open = await kong.start('mobile-gateway', config('open'))
    feed.publish(grant('gone'))
    const [good, gone] = [await bearer(), await bearer({ grant_id: 'gone' })]
    const status = async (id: number | undefined, authorization: string) =>
      (await kong.access(id ?? 0, { headers: { authorization } })).status ?? 200
    for (const id of [...closed, open]) t.equal(await status(id, good), 200)
    feed.feedFault({ status: 500 })
    await eventually(() => logged.some((line) => line.includes('was not read; trying again')))
    clock.advance(5001)
    for (let n = 0; n < 3; n += 1) {
      for (const id of closed) t.equal(await status(id, good), 503)
      t.equal(await status(open, good), 200)
      t.equal(await status(open, gone), 401)
    }
    feed.feedFault(undefined)
    await eventually(async () => (await status(closed[0], good)) === 200)
    t.equal(await status(open, good), 200)
    const lines = (text: string) => logged.filter((line) => line.includes(text)).length
    t.strictSame(
      [lines('have not been known for too long'), lines('revocations are known again')],
      [2, 2],
      'one for each of the two policies',
    )
    t.equal(lines('the feed of revocations is read again'), 1)
    t.equal(lines('the secret'), 0)
    t.equal(lines('token-'), 0)
  },
)

t.test('types of events that are not known yet are told once and do not stop the others', async (t) => {
  const feed = await startFeedServer(t)
  feed.publish({ type: 'device', device: 'x', exp: exp() }, { type: 'device', device: 'y', exp: exp() }, grant('fam_1'))
  const keys = await startKeyServer(t, key)
  const { connect, logged } = await startPluginServer(t)
  const kong = connect()
  const id = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri, { issuers: [issuerOf(keys, feed)] }))
  t.equal((await kong.access(id, { headers: { authorization: await bearer() } })).status, 401)
  t.equal(logged.filter((line) => line.includes('of a type that this gateway does not know')).length, 1)
})

t.test('what is kept: until every token concerned has expired for every policy, and never without bound', async (t) => {
  const revoked = createRevokedTokens(4)
  const token = { grantId: 'g', clientId: 'c', audiences: ['a'], issuedAt: 100 }
  revoked.add({ type: 'grant', grantId: 'g', exp: 1000 })
  revoked.add({ type: 'grant', grantId: 'g', exp: 900 })
  revoked.add({ type: 'client', clientId: 'c', audience: 'a', issuedUntil: 100, exp: 1100 })
  revoked.add({ type: 'client', clientId: 'c', audience: 'a', issuedUntil: 50, exp: 1050 })
  t.equal(revoked.size, 2)
  revoked.forgetExpired(1059)
  t.ok(revoked.has({ ...token, clientId: 'x' }))
  revoked.forgetExpired(1060)
  t.notOk(revoked.has({ ...token, clientId: 'x' }))
  t.ok(revoked.has(token))
  t.notOk(revoked.has({ ...token, issuedAt: 101 }))
  revoked.forgetExpired(1160)
  t.notOk(revoked.has(token))
  t.equal(revoked.size, 0)
  for (const grantId of ['1', '2', '3', '4']) revoked.add({ type: 'grant', grantId, exp: 2000 })
  t.throws(() => revoked.add({ type: 'grant', grantId: '5', exp: 2000 }), /more revocations than can be kept/)
})
