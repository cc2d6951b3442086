// Claims in headers: ids and values of lists alone, percent-encoded, told or taken away in one write; never what is personal.
import { claimHeaderMembers, claimHeaderValue } from '@mobile-api-gateway/sdk/claim-header.ts'
import { PERSON_CLAIMS, PROTOCOL_CLAIMS } from '@mobile-api-gateway/sdk/claim-names.ts'
import t from 'tap'
import { gatewayConfig as gatewayField } from '../../src/schema/gateway.ts'
import { readConfig } from '../../src/schema/read-config.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createTokenStage, denialOf, verdict } from '../support/token-stage.ts'

const key = await createSigningKey()
const club = { claim: 'club', header: 'X-Authenticated-Club' }
const tier = { claim: 'https://example.com/tier', header: 'X-Authenticated-Tier' }
const clubs = { claim_headers: [club, tier] }

/** 64 bytes, and one more. */
const longest = 'ü'.repeat(32)
const SAID: readonly (readonly [claim: unknown, header: string | undefined])[] = [
  ['chess', 'chess'],
  ['Zürich', 'Z%C3%BCrich'],
  ['将棋', '%E5%B0%86%E6%A3%8B'],
  ['urn:club:go/9', 'urn%3Aclub%3Ago%2F9'],
  [true, 'true'],
  [false, 'false'],
  [42, '42'],
  [['go', 'züri'], 'go z%C3%BCri'],
  [longest, encodeURIComponent(longest)],
  [`${longest}x`, undefined],
  [['a'.repeat(32), 'b'.repeat(32)], undefined],
  ['', undefined],
  [[], undefined],
  [['go', ''], undefined],
  ['two words', undefined],
  ['a@example.com', undefined],
  ['+491701234567', undefined],
  ['a,b', undefined],
  ['a%20b', undefined],
  ['a\r\nX-Authenticated-UserId: admin', undefined],
  ['a\u0000', undefined],
  ['a\u202eb', undefined],
  ['\ud800', undefined],
  ['\u0301a', undefined],
  [-1, undefined],
  [1.5, undefined],
  [null, undefined],
  [undefined, undefined],
  [{ country: 'DE' }, undefined],
  [[['go']], undefined],
]

t.test('a value is an id or one of a list, of 64 bytes at most; anything else is not repaired', async (t) => {
  for (const [claim, header] of SAID) {
    t.equal(claimHeaderValue(claim), header, JSON.stringify(claim))
    if (header === undefined) continue
    t.match(header, /^[A-Za-z0-9._~% -]+$/)
    t.strictSame(claimHeaderMembers(header), (Array.isArray(claim) ? claim : [claim]).map(String))
  }
})

async function setUp(t: { teardown(ended: () => unknown): void }, changes: Record<string, unknown>) {
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t)
  const kong = running.connect()
  const bearer = async (claims: Record<string, unknown>) => ({
    authorization: `Bearer ${await signToken(key, { claims })}`,
  })
  return { keys, running, kong, bearer, config: gatewayConfig(keys.jwksUri, changes) }
}

t.test('every header that is configured is set or cleared, in the one write, and named to the guard', async (t) => {
  const { kong, config, bearer } = await setUp(t, { ...clubs, anonymous: true })
  const instance = await kong.start('mobile-gateway', config)
  const call = async (headers: Record<string, string>) => {
    const outcome = await kong.access(instance, { headers })
    if (outcome.kind !== 'passed') throw new Error(outcome.kind)
    const { 'X-Mobile-Gateway-Caller': note, ...sent } = outcome.requestHeaders
    const { 'X-Authenticated-Club': said, 'X-Authenticated-Tier': other } = sent
    const noted = Object.fromEntries(new URLSearchParams(String(note)))
    t.equal(outcome.calls.filter((name) => name === 'kong.service.request.set_headers').length, 1)
    t.equal(noted.claims, 'X-Authenticated-Club X-Authenticated-Tier')
    t.strictSame([noted['X-Authenticated-Club'] ?? null, noted['X-Authenticated-Tier'] ?? null], [said, other])
    return [said, other]
  }
  t.strictSame(await call(await bearer({ club: 'Zürich', [tier.claim]: ['a', 'b'] })), ['Z%C3%BCrich', 'a b'])
  t.strictSame(await call(await bearer({ club: 'Zürich' })), ['Z%C3%BCrich', null])
  t.strictSame(await call(await bearer({ Club: 'other', clubs: 'x' })), [null, null])
  t.strictSame(await call(await bearer({ sub: 'demo-app', club: 'go' })), ['go', null], 'an application')
  t.strictSame(await call({}), [null, null], 'nobody in particular')
})

t.test('a configuration without them writes what it wrote before', async (t) => {
  const { kong, config, bearer } = await setUp(t, {})
  const outcome = await kong.access(await kong.start('mobile-gateway', config), {
    headers: await bearer({ club: 'chess' }),
  })
  t.notMatch(JSON.stringify(outcome), /club|chess|claims/i)
})

t.test('a value that no header may carry takes the header away, and is logged once, without the value', async (t) => {
  const { kong, config, bearer, running } = await setUp(t, clubs)
  const instance = await kong.start('mobile-gateway', config)
  for (const value of ['two words', 'x'.repeat(65), 'a\nb', { no: 'id' }])
    t.match(await kong.access(instance, { headers: await bearer({ club: value }) }), {
      kind: 'passed',
      requestHeaders: { 'X-Authenticated-Club': null },
    })
  for (const value of [null, []]) await kong.access(instance, { headers: await bearer({ [tier.claim]: value }) })
  const lines = running.logged.map((line) => JSON.parse(line)).filter(({ claim }) => claim !== undefined)
  t.match(lines, [{ level: 40, policy: 'mobile-api', claim: 'club' }])
  t.equal(lines.length, 1)
  t.notMatch(JSON.stringify(lines), /two words|xxxx/)
})

t.test('the separate plugins hand them over, told and cleared', async (t) => {
  const { kong, config, bearer } = await setUp(t, { ...clubs, anonymous: true })
  const { plans, default_limit, ...token } = config
  const first = await kong.start('mobile-token', token)
  const second = await kong.start('mobile-identity', { policy: 'mobile-api' })
  const rows = [
    [await bearer({ club: 'Zürich', [tier.claim]: ['a', 'b'] }), 'Z%C3%BCrich', 'a b'],
    [await bearer({}), null, null],
    [{}, null, null],
  ] as const
  for (const [headers, said, other] of rows) {
    const request = { headers, shared: {} }
    t.match(await kong.access(first, request), { kind: 'passed', requestHeaders: {} })
    t.match(await kong.access(second, request), {
      kind: 'passed',
      requestHeaders: { 'X-Authenticated-Club': said, 'X-Authenticated-Tier': other },
    })
    t.match(JSON.stringify(request.shared), 'claims=X-Authenticated-Club%20X-Authenticated-Tier')
  }
})

t.test(
  'where a claim is required, a user without a usable one is refused; applications are not concerned',
  async (t) => {
    const keys = await startKeyServer(t, key)
    const { decide } = createTokenStage(keys.jwksUri, {
      required_kind: ['account', 'guest'],
      claim_headers: [{ ...club, required: true }, tier],
    })
    const decided = async (claims: Record<string, unknown>) => decide(`Bearer ${await signToken(key, { claims })}`)
    t.equal(verdict(await decided({ club: 'go' })), 'verified')
    t.equal(verdict(await decided({ club: false })), 'verified')
    t.equal(verdict(await decided({ sub: 'demo-app' })), 'verified')
    for (const value of [undefined, null, '', [], 'two words', 'x'.repeat(65), {}])
      for (const kind of ['account', 'guest'])
        t.equal(verdict(await decided({ club: value, subject_kind: kind })), 'claim', JSON.stringify(value))
    const error = 'claim_required'
    const error_description = 'The access token lacks a claim that this API needs, or has an unusable one'
    t.strictSame(denialOf(await decided({})), {
      status: 403,
      body: { error, error_description },
      headers: {
        'WWW-Authenticate': `Bearer realm="mobile-api", error="${error}", error_description="${error_description}"`,
      },
      reason: 'claim',
    })
  },
)

t.test('what is personal, what is the token’s own and what is no header of a claim is refused', async (t) => {
  const read = (...entries: readonly object[]) =>
    readConfig('mobile-gateway', gatewayField, { ...gatewayConfig('http://a.example/jwks'), claim_headers: entries })
  t.match(read(club, tier), { token: { claimHeaders: [club, tier] } })
  const words = ['work_email', 'e-mail', 'mobilePhone', 'home_address', 'birth_day', 'street', 'postal_code']
  for (const claim of [...PERSON_CLAIMS, ...words, 'Address', 'PHONE_NUMBER'])
    t.throws(() => read({ ...club, claim }), /claim_headers\[1\]\.claim: must not be personal data/, claim)
  for (const claim of PROTOCOL_CLAIMS.filter((name) => !name.startsWith('_')))
    t.throws(() => read({ ...club, claim }), /claim: must not be one of the token's own/, claim)
  for (const claim of ['', 'a b', '1club', 'a"b', 'a\nb']) t.throws(() => read({ ...club, claim }), /claim/, claim)
  const ours = ['UserId', 'Kind', 'Attested', 'Scope', 'Issuer', 'Groups'].map((name) => `X-Authenticated-${name}`)
  for (const header of [...ours, 'X-Authenticated-USERID', 'X-Authenticated-groups'])
    t.throws(() => read({ ...club, header }), /header: must not be a header that tells who calls/, header)
  for (const header of ['X-Club', 'X-Consumer-Club', 'x-authenticated-club', 'X-Authenticated-', 'X-Authenticated-A_B'])
    t.throws(() => read({ ...club, header }), /header: must begin with X-Authenticated-/, header)
  t.throws(
    () => read(club, { ...tier, header: 'X-Authenticated-CLUB' }),
    /claim_headers: names the header X-Authenticated-CLUB twice/,
  )
})
