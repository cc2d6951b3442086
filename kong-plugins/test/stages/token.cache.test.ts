// A token verified before is cheap, but never more valid than a new one.
import t from 'tap'
import { createTokenCache, digestOf } from '../../src/stages/token/token-cache.ts'
import { createSigningKey, nowSeconds, signToken, startKeyServer } from '../support/issuer.ts'
import { createTokenStage, verdict } from '../support/token-stage.ts'

const key = await createSigningKey()

t.test(
  'each repeat is checked anew: exp, nbf and iat with the clock, iss, aud, alg and scope with the policy',
  async (t) => {
    const keys = await startKeyServer(t, key)
    const stage = createTokenStage(keys.jwksUri)
    const token = await signToken(key, { claims: { exp: nowSeconds() + 60 } })
    const authorization = `Bearer ${token}`
    t.equal(verdict(await stage.decide(authorization)), 'verified')
    t.ok(stage.services.tokenCache.authentic(digestOf(token)))

    const rows: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ issuers: [{ issuer: 'http://other', jwks_uri: keys.jwksUri }] }, 'invalid-token: issuer'],
      [{ audiences: ['http://other'] }, 'invalid-token: audience'],
      [{ algorithms: ['RS256'] }, 'invalid-token: algorithm'],
      [{ required_scopes: ['admin'] }, 'insufficient-scope'],
      [{ issuers: [{ issuer: 'http://localhost:4000', jwks_uri: `${keys.jwksUri}?other` }] }, 'verified'],
    ]
    for (const [changes, expected] of rows)
      t.equal(verdict(await stage.withConfig(changes).decide(authorization)), expected, JSON.stringify(changes))

    stage.clock.advance(66_000)
    t.equal(verdict(await stage.decide(authorization)), 'invalid-token: expired')
    const { hits } = stage.services.tokenCache.stats
    t.equal(verdict(await stage.decide(authorization)), 'invalid-token: expired')
    t.equal(stage.services.tokenCache.stats.hits, hits + 1, 'and a repeat costs no signature check')
  },
)

t.test('the cache belongs to the whole token: another signature is another token', async (t) => {
  const keys = await startKeyServer(t, key)
  const stage = createTokenStage(keys.jwksUri)
  const token = await signToken(key)
  t.equal(verdict(await stage.decide(`Bearer ${token}`)), 'verified')
  const broken = token.slice(0, -6) + (token.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA')
  t.equal(verdict(await stage.decide(`Bearer ${broken}`)), 'invalid-token: signature')
  const good = stage.services.tokenCache.authentic(digestOf(token))
  t.ok(good && stage.services.tokenCache.isForged(digestOf(broken), good.key), 'known to be forged')
  t.equal(verdict(await stage.decide(`Bearer ${broken}`)), 'invalid-token: signature')
  t.equal(verdict(await stage.decide(`Bearer ${token}`)), 'verified')
})

t.test('both caches are bounded, and forged tokens displace no good one', async (t) => {
  const keys = await startKeyServer(t, key)
  const stage = createTokenStage(keys.jwksUri)
  const token = await signToken(key)
  await stage.decide(`Bearer ${token}`)
  const seen = stage.services.tokenCache.authentic(digestOf(token))
  if (!seen) throw new Error('not cached')

  const cache = createTokenCache()
  cache.keepAuthentic('good', seen, token.length)
  for (let n = 0; n < 20_000; n += 1) cache.keepForged(`forged-${n}`, [seen.key])
  t.equal(cache.authentic('good'), seen)
  t.notOk(cache.isForged('forged-0', seen.key))
  t.ok(cache.isForged('forged-19999', seen.key))
  for (let n = 0; n < 5000; n += 1) cache.keepAuthentic(`large-${n}`, seen, 8192)
  t.equal(cache.authentic('good'), undefined, 'the least recently used goes first')
  t.equal(cache.authentic('large-4999'), seen)
})

t.test('what a configuration works out of a token is made once; of many configurations four keep it', async (t) => {
  const keys = await startKeyServer(t, key)
  const stage = createTokenStage(keys.jwksUri)
  const authorization = `Bearer ${await signToken(key)}`
  const [first, again] = [await stage.decide(authorization), await stage.decide(authorization)]
  t.ok(first.kind === 'verified' && again.kind === 'verified' && first.claims === again.claims, 'the very object')
  const seen = stage.services.tokenCache.authentic(digestOf(authorization.slice('Bearer '.length)))
  if (!seen) throw new Error('not cached')
  const cache = createTokenCache()
  let made = 0
  const configurations = Array.from({ length: 5 }, (_, n) =>
    cache.keptPerToken(({ subject }) => {
      made += 1
      return { n, subject }
    }),
  )
  const ask = (): void => {
    for (const [n, workOut] of configurations.entries())
      t.strictSame(workOut(seen.claims), { n, subject: seen.claims.subject })
  }
  ask()
  t.equal(made, 5)
  const [, ...lastFour] = configurations
  const kept = lastFour.map((workOut) => workOut(seen.claims))
  t.ok(lastFour.every((workOut, at) => workOut(seen.claims) === kept[at]))
  t.equal(made, 5, 'the last four have it')
  ask()
  t.equal(made, 10, 'in turn, each takes the place of the one that comes next')
})
