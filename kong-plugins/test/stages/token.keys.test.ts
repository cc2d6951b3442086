// Keys come and go, and the key server with them: how often it is asked, and what is answered meanwhile.
import { algorithmOf } from '@mobile-api-gateway/sdk/algorithm.ts'
import { pino } from 'pino'
import t from 'tap'
import { fetchKeys } from '../../src/stages/token/fetch-keys.ts'
import { createKeySources } from '../../src/stages/token/key-sources.ts'
import { eventually } from '../support/eventually.ts'
import { createSigningKey, signToken, startKeyServer, type TestSigningKey } from '../support/issuer.ts'
import { createTestClock, createTokenStage, denialOf, type TokenStage, verdict } from '../support/token-stage.ts'

const first = await createSigningKey('first')
const second = await createSigningKey('second')

async function ask(stage: TokenStage, key = first, claims = {}): Promise<string> {
  return verdict(await stage.decide(`Bearer ${await signToken(key, { claims })}`))
}
const UNDECIDED = 'signing keys not available'

t.test('unreachable from the start: 503 and never 401, soon ready when the server comes', async (t) => {
  const keys = await startKeyServer(t, first)
  await keys.stop()
  const stage = createTokenStage(keys.jwksUri)
  t.strictSame(denialOf(await stage.decide(`Bearer ${await signToken(first)}`)), {
    status: 503,
    body: { message: 'Service temporarily unavailable' },
    headers: { 'Retry-After': '5' },
    reason: UNDECIDED,
  })
  t.equal(verdict(await stage.decide(undefined)), 'no-token', 'what needs no key is decided as ever')
  await keys.restart()
  t.equal(await ask(stage), UNDECIDED, 'within the cooldown')
  stage.clock.advance(1000)
  t.equal(await ask(stage), 'verified')
})

t.test('many first requests at once are one fetch', async (t) => {
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  const verdicts = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(stage, first, { jti: String(n) })))
  t.strictSame(new Set(verdicts), new Set(['verified']))
  t.equal(keys.requests, 1)
})

t.test('gone later: known keys go on for 24 hours, unknown ones cannot be decided, then nothing passes', async (t) => {
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  t.equal(await ask(stage), 'verified')
  await keys.stop()
  stage.clock.advance(60_000)
  t.equal(await ask(stage, second), UNDECIDED)
  t.equal(await ask(stage), 'verified')
  stage.clock.advance(24 * 3600_000 - 61_000)
  const late = { iat: Math.floor(stage.clock.wall() / 1000), exp: Math.floor(stage.clock.wall() / 1000) + 600 }
  const token = `Bearer ${await signToken(first, { claims: late })}`
  t.equal(verdict(await stage.decide(token)), 'verified')
  stage.clock.advance(1000)
  t.equal(verdict(await stage.decide(token)), UNDECIDED, 'also a token that was verified before')
  await keys.restart()
  stage.clock.advance(10_000)
  t.equal(verdict(await stage.decide(token)), 'verified')
})

t.test('rotation: a new key is fetched on first sight, a withdrawn one ends with the next refresh', async (t) => {
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  t.equal(await ask(stage), 'verified')
  keys.publish(first, second)
  stage.clock.advance(10_000)
  t.equal(await ask(stage, second), 'verified')
  t.equal(await ask(stage, first), 'verified')
  t.equal(keys.requests, 2)

  const old = `Bearer ${await signToken(first)}`
  t.equal(verdict(await stage.decide(old)), 'verified')
  keys.publish(second)
  stage.clock.advance(10_000)
  await stage.services.keySources.at(keys.jwksUri).refresh()
  t.equal(verdict(await stage.decide(old)), 'invalid-token: key', 'although its signature was verified before')
  keys.publish()
  stage.clock.advance(10_000)
  await stage.services.keySources.at(keys.jwksUri).refresh()
  t.equal(await ask(stage, second), 'invalid-token: key', 'an empty set is believed')
})

t.test('the same kid with another key is another key, and is fetched on first sight as well', async (t) => {
  const impostor = await createSigningKey('first')
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  const old = `Bearer ${await signToken(first)}`
  t.equal(verdict(await stage.decide(old)), 'verified')
  t.equal(await ask(stage, impostor), 'invalid-token: signature')
  stage.clock.advance(20_000)
  keys.publish(impostor)
  t.equal(await ask(stage, impostor), 'verified')
  t.equal(verdict(await stage.decide(old)), 'invalid-token: signature', 'the old one is gone with it')
  const otherKind = await createSigningKey('first', 'RS256')
  stage.clock.advance(20_000)
  keys.publish(otherKind)
  t.equal(await ask(stage, otherKind), 'verified', 'also where the new one is for another algorithm')
})

t.test('RFC 7517 §4.5: keys may share a kid, of different algorithms or of one', async (t) => {
  const rsa = await createSigningKey('first', 'RS256')
  const twin = await createSigningKey('first')
  const keys = await startKeyServer(t, first, rsa, twin)
  const stage = createTokenStage(keys.jwksUri)
  for (const key of [first, rsa, twin]) {
    const token = `Bearer ${await signToken(key)}`
    t.equal(verdict(await stage.decide(token)), 'verified', key.algorithm)
    const { hits } = stage.services.tokenCache.stats
    t.equal(verdict(await stage.decide(token)), 'verified')
    t.equal(stage.services.tokenCache.stats.hits, hits + 1)
  }
  t.equal(keys.requests, 1)
  t.equal(await ask(stage, await createSigningKey('first')), 'invalid-token: signature', 'none of the three')
})

t.test(
  'RFC 7517 §4.4: a key without alg is for what the policy accepts of its kind, one with alg for that',
  async (t) => {
    const withoutAlg = async (algorithm: string): Promise<TestSigningKey> => {
      const { jwk, ...key } = await createSigningKey('key', algorithm)
      const { alg: _, ...rest } = jwk
      return { ...key, jwk: rest }
    }
    const algorithms = [
      'RS256',
      'RS384',
      'RS512',
      'PS256',
      'PS384',
      'PS512',
      'ES256',
      'ES384',
      'ES512',
      'EdDSA',
      'Ed25519',
    ]
    for (const algorithm of algorithms) {
      const key = await withoutAlg(algorithm)
      const keys = await startKeyServer(t, key)
      const stage = createTokenStage(keys.jwksUri, { algorithms })
      t.equal(await ask(stage, key), 'verified', algorithm)
      // EdDSA and Ed25519 are two names of one algorithm (RFC 9864 §2.2).
      const others = algorithms.filter((other) => algorithmOf(other) !== algorithmOf(algorithm))
      t.equal(await ask(stage.withConfig({ algorithms: others }), key), 'invalid-token: algorithm', algorithm)
    }
    const key = await createSigningKey('key', 'PS256')
    const stage = createTokenStage((await startKeyServer(t, { jwk: { ...key.jwk, alg: 'RS256' } })).jwksUri, {
      algorithms,
    })
    t.equal(await ask(stage, key), 'invalid-token: algorithm', 'a key for RS256 verifies no PS256')
  },
)

t.test('RFC 7515 §4.1.4: a token without kid is tried with every key of its algorithm, ten at most', async (t) => {
  const many = await Promise.all(Array.from({ length: 11 }, (_, n) => createSigningKey(`key-${n}`)))
  const { kid: _, ...nameless } = second.jwk
  const keys = await startKeyServer(t, { jwk: nameless }, ...many)
  const stage = createTokenStage(keys.jwksUri)
  const withoutKid = async (key: TestSigningKey) =>
    verdict(await stage.decide(`Bearer ${await signToken(key, { header: { kid: undefined } })}`))
  t.equal(await withoutKid(second), 'verified', 'the key has none either')
  for (const key of many.slice(0, 9)) t.equal(await withoutKid(key), 'verified', key.keyId)
  for (const key of many.slice(9)) t.equal(await withoutKid(key), 'invalid-token: signature', key.keyId)
  t.equal(await ask(stage, second), 'invalid-token: key', 'a kid that is named must be published')
  const rsa = await createSigningKey('rsa', 'RS256')
  t.equal(await withoutKid(rsa), 'invalid-token: key', 'no key of that algorithm')
})

t.test('a key that is published right after a fetch is fetched on first sight', async (t) => {
  const third = await createSigningKey('third')
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  t.equal(await ask(stage), 'verified')
  keys.publish(first, second)
  t.equal(await ask(stage, second), 'verified', 'right after the first fetch')
  stage.clock.advance(300_000)
  await stage.services.keySources.at(keys.jwksUri).refresh()
  t.equal(keys.requests, 3)
  keys.publish(third)
  t.equal(await ask(stage, third), 'verified', 'right after one by schedule')
  t.equal(await ask(stage), 'invalid-token: key')
  t.equal(keys.requests, 4, 'the key that is gone causes no third fetch at once')
})

t.test('a leaked key ends with the first token of its successor, also for tokens verified before', async (t) => {
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  const old = await Promise.all(Array.from({ length: 5 }, async () => `Bearer ${await signToken(first)}`))
  const verdicts = () => Promise.all(old.map(async (token) => verdict(await stage.decide(token))))
  t.strictSame(new Set(await verdicts()), new Set(['verified']))
  keys.publish(second)
  t.equal(await ask(stage, second), 'verified', 'right after the first fetch')
  const { hits } = stage.services.tokenCache.stats
  t.strictSame(new Set(await verdicts()), new Set(['invalid-token: key']))
  t.equal(stage.services.tokenCache.stats.hits - hits, old.length, 'although each was in the cache')
  t.equal(await ask(stage, first), 'invalid-token: key', 'and so does one that somebody signs with it now')
  t.equal(keys.requests, 2)
  t.equal(stage.services.tokenCache.stats.authentic, 1, 'only the token of the new key is remembered')
})

async function madeUp(id: string): Promise<string> {
  return `Bearer ${await signToken(second, { header: { kid: id } })}`
}

t.test('unknown kids at the same time are one fetch', async (t) => {
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  t.equal(await ask(stage), 'verified')
  for (let round = 1; round <= 3; round += 1) {
    stage.clock.advance(10_000)
    const tokens = await Promise.all(Array.from({ length: 30 }, (_, n) => madeUp(`${round}-${n}`)))
    const verdicts = await Promise.all(tokens.map(async (token) => verdict(await stage.decide(token))))
    t.strictSame(new Set(verdicts), new Set(['invalid-token: key']))
    t.equal(keys.requests, 1 + round)
  }
  t.equal(await ask(stage), 'verified')
})

t.test('a storm of unknown kids: two fetches at once, then one in ten seconds, however many ids', async (t) => {
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  t.equal(await ask(stage), 'verified')
  stage.clock.advance(300_000)
  const requests: number[] = []
  for (let second = 0; second <= 30; second += 1) {
    if (second > 0) stage.clock.advance(1000)
    for (let n = 0; n < 4; n += 1)
      t.equal(verdict(await stage.decide(await madeUp(`${second}-${n}`))), 'invalid-token: key')
    await stage.services.keySources.at(keys.jwksUri).refresh()
    if (second % 10 === 0 || second % 10 === 9) requests.push(keys.requests - 1)
  }
  t.strictSame(requests, [2, 2, 3, 3, 4, 4, 5], 'after 0, 9, 10, 19, 20, 29 and 30 seconds')
  keys.publish(first, second)
  stage.clock.advance(10_000)
  t.equal(await ask(stage, second), 'verified', 'a new key is known within ten seconds all the same')
})

t.test('a storm of bad signatures under a known kid costs no more fetches than one of unknown kids', async (t) => {
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  t.equal(await ask(stage), 'verified')
  const impostor = await createSigningKey('first')
  stage.clock.advance(300_000)
  const signThirty = () =>
    Promise.all(Array.from({ length: 30 }, (_, n) => signToken(impostor, { claims: { jti: `${n}` } })))
  const tokens = await signThirty()
  const looked = Promise.withResolvers<void>()
  keys.misbehave({ after: looked.promise })
  const decided = Promise.all(tokens.map((token) => stage.decide(`Bearer ${token}`)))
  await eventually(() => keys.requests === 2)
  await signThirty() // in the queue of the same threads behind the thirty signatures that are looked at
  looked.resolve()
  t.strictSame(new Set((await decided).map(verdict)), new Set(['invalid-token: signature']))
  t.equal(keys.requests, 2, 'thirty at the same time are one fetch')
  keys.misbehave(undefined)
  const replayed = `Bearer ${await signToken(impostor)}`
  const requests: number[] = []
  for (let second = 0; second <= 20; second += 1) {
    if (second > 0) stage.clock.advance(1000)
    for (let n = 0; n < 4; n += 1)
      t.equal(await ask(stage, impostor, { jti: `${second}-${n}` }), 'invalid-token: signature')
    t.equal(verdict(await stage.decide(replayed)), 'invalid-token: signature')
    t.equal(verdict(await stage.decide(await madeUp(`${second}`))), 'invalid-token: key', 'together with unknown kids')
    t.equal(await ask(stage), 'verified')
    if (second % 10 === 0 || second % 10 === 9) requests.push(keys.requests - 1)
  }
  t.strictSame(requests, [2, 2, 3, 3, 4], 'after 0, 9, 10, 19 and 20 seconds')
})

t.test('with the keys away, unknown kids cause no more fetches than otherwise', async (t) => {
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  t.equal(await ask(stage), 'verified')
  stage.clock.advance(300_000)
  keys.misbehave({ status: 500 })
  for (let n = 0; n < 10; n += 1) t.equal(verdict(await stage.decide(await madeUp(`${n}`))), UNDECIDED)
  t.equal(keys.requests, 3)
})

t.test('a key server that hangs, redirects, or sends nonsense or too much leaves the old keys in place', async (t) => {
  const elsewhere = await startKeyServer(t, second)
  const keys = await startKeyServer(t, first)
  const stage = createTokenStage(keys.jwksUri)
  t.equal(await ask(stage), 'verified')
  const faults: readonly Parameters<typeof keys.misbehave>[0][] = [
    { hang: true },
    { status: 302, headers: { location: elsewhere.jwksUri } },
    { status: 500 },
    { body: '<html>' },
    { body: '[]' },
    { body: '{"keys":{}}' },
    { body: JSON.stringify({ keys: [second.jwk], padding: 'x'.repeat(300_000) }) },
  ]
  for (const fault of faults) {
    keys.misbehave(fault)
    stage.clock.advance(10_000)
    const started = performance.now()
    t.equal(await ask(stage, second), UNDECIDED, JSON.stringify(fault).slice(0, 60))
    t.ok(performance.now() - started < 1900, 'before the deadline of a request')
    t.equal(await ask(stage), 'verified')
  }
  t.equal(elsewhere.requests, 0)
})

t.test('two issuers never vouch for each other', async (t) => {
  const [ours, theirs] = [await startKeyServer(t, first), await startKeyServer(t, second)]
  const stage = createTokenStage(ours.jwksUri, {
    issuers: [
      { issuer: 'http://localhost:4000', jwks_uri: ours.jwksUri },
      { issuer: 'http://other', jwks_uri: theirs.jwksUri },
    ],
  })
  t.equal(await ask(stage, first), 'verified')
  t.equal(await ask(stage, second, { iss: 'http://other' }), 'verified')
  t.equal(await ask(stage, first, { iss: 'http://other' }), 'invalid-token: key')
  t.equal(await ask(stage, second), 'invalid-token: key')
})

t.test('in the background the keys are fetched again and again, also after a failure', async (t) => {
  const keys = await startKeyServer(t, first)
  const clock = createTestClock()
  const sources = createKeySources({ clock, fetchKeys, log: pino({ level: 'silent' }) }, 10)
  t.teardown(() => sources.close())
  const source = sources.at(keys.jwksUri)
  t.equal(sources.at(keys.jwksUri), source, 'one source for all who ask')
  const published = async ({ keyId, algorithm }: TestSigningKey) => {
    const found = await source.find({ keyId, algorithm })
    return found.kind === 'found' ? found.keys[0] : undefined
  }
  await eventually(() => source.isUsable())
  const key = await published(first)
  t.ok(key)

  keys.misbehave({ status: 500 })
  clock.advance(10_000)
  await eventually(() => keys.requests === 2)
  t.equal(await published(first), key)

  keys.misbehave(undefined)
  keys.publish(first, second)
  clock.advance(10_000)
  await eventually(() => keys.requests === 3)
  await eventually(async () => (await published(second)) !== undefined)
  t.equal(await published(first), key, 'a key that stays published stays the same key')
  t.equal(keys.requests, 3)
})
