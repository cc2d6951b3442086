// What the gateway says backends understand, and what it refuses the SDK refuses: two readers of the same headers and tokens.

import { mock } from 'node:test'
import {
  type AccessTokenSettings,
  accessTokenPolicy,
  IdentityError,
  verifyAccessToken,
} from '@mobile-api-gateway/sdk/backend/index.ts'
import { readIdentity } from '@mobile-api-gateway/sdk/backend/read-identity.ts'
import t from 'tap'
import { knownCaller } from '../../src/stages/caller.ts'
import { identityHeaders } from '../../src/stages/identity/identity.ts'
import { createSigningKey, nowSeconds, signToken, startKeyServer, type TokenChanges } from '../support/issuer.ts'
import { createProver } from '../support/prover.ts'
import { createTokenStage, verdict } from '../support/token-stage.ts'

const FACTS = {
  subject: 'usr_alice',
  subjectKind: 'account',
  isAttested: false,
  clientId: 'demo-app',
  scope: 'profile:read orders:read',
  applicationId: 'app_1',
  plan: 'basic',
  issuer: undefined,
} as const

function received(caller: Parameters<typeof identityHeaders>[0]): [string, string][] {
  return Object.entries(identityHeaders(caller)).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  )
}

t.test('every caller that the gateway introduces is read as what it is', async (t) => {
  const app = {
    clientId: 'demo-app',
    applicationId: 'app_1',
    scopes: ['profile:read', 'orders:read'],
    issuer: undefined,
  }
  const { kind: _, ...alice } = { kind: '', userId: 'usr_alice', ...app }
  const read = (changes: Partial<Parameters<typeof knownCaller>[0]>) =>
    readIdentity(received(knownCaller({ ...FACTS, ...changes })))
  t.strictSame(read({}), { kind: 'account', ...alice, isAttested: false })
  t.strictSame(read({ isAttested: true }), { kind: 'account', ...alice, isAttested: true })
  t.strictSame(read({ subjectKind: 'guest' }), { kind: 'guest', ...alice, isAttested: false })
  t.strictSame(read({ subject: 'demo-app' }), { kind: 'application', ...app })
  t.match(read({ issuer: 'https://login.example.com' }), { issuer: 'https://login.example.com' })
  t.match(read({ scope: '', applicationId: undefined }), { scopes: [], applicationId: undefined })
  t.strictSame(readIdentity(received({ kind: 'anonymous', address: '127.0.0.1' })), { kind: 'anonymous' })
  // What the gateway does not pass on leaves a gap, and a gap is no other user.
  t.throws(() => read({ subject: 'usr_\u00e4lice' }), { code: 'contradictory_headers' })
})

const key = await createSigningKey()
const stranger = await createSigningKey('key-1')
const ISSUER = 'http://localhost:4000'
const AUDIENCE = 'http://localhost:8000/mobile'

async function both(t: { teardown(ended: () => unknown): void }, settings: Partial<AccessTokenSettings> = {}) {
  const keys = await startKeyServer(t, key)
  const policy = accessTokenPolicy({ issuer: ISSUER, audience: AUDIENCE, jwksUri: keys.jwksUri, ...settings })
  const gateway = createTokenStage(keys.jwksUri, {
    required_kind: ['account', 'guest'],
    ...(settings.proofs && {
      dpop: settings.proofs.required ? 'required' : 'optional',
      public_origin: settings.proofs.origin,
    }),
    ...(!settings.proofs && { dpop: 'off' }),
  })
  const verify = async (authorization: string | undefined, proof?: string) => {
    try {
      return await verifyAccessToken({ authorization, proof, method: 'GET', path: '/mobile/echo' }, policy)
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error
      return error.code
    }
  }
  return { keys, policy, gateway, verify }
}

const now = nowSeconds()
/** Changes of a good token, and the SDK's verdict. The gateway's own words differ; that it refuses does not. */
const TOKENS: readonly (readonly [verdict: string, changes: TokenChanges])[] = [
  ['verified', {}],
  ['verified', { claims: { aud: ['http://other.example', AUDIENCE] } }],
  ['verified', { claims: { scope: '' } }],
  ['verified', { claims: { scope: undefined, app_id: undefined } }],
  ['verified', { claims: { subject_kind: 'guest' } }],
  ['verified', { claims: { sub: 'demo-app' } }],
  ['verified', { header: { typ: 'application/at+jwt' } }],
  ['verified', { header: { typ: 'AT+JWT' } }],
  ['verified', { claims: { exp: now - 3 } }],
  ['token_expired', { claims: { exp: now - 60 } }],
  ['token_not_yet_valid', { claims: { nbf: now + 60 } }],
  ['token_claims', { claims: { iat: now + 60 } }],
  ['token_claims', { claims: { iat: undefined } }],
  ['token_claims', { claims: { exp: undefined } }],
  ['token_claims', { claims: { exp: String(now + 600) } }],
  ['token_claims', { claims: { sub: undefined } }],
  ['token_claims', { claims: { sub: '' } }],
  ['token_claims', { claims: { sub: ' usr_alice' } }],
  ['token_claims', { claims: { sub: 'usr_\u00e4' } }],
  ['token_claims', { claims: { sub: 1 } }],
  ['token_claims', { claims: { client_id: undefined } }],
  ['token_claims', { claims: { client_id: 'a\nb' } }],
  ['token_claims', { claims: { app_id: 1 } }],
  ['token_claims', { claims: { scope: ['orders:read'] } }],
  ['token_claims', { claims: { scope: 'a  b' } }],
  ['token_claims', { claims: { subject_kind: 'admin' } }],
  ['token_claims', { claims: { cnf: { 'x5t#S256': 'x' } } }],
  ['token_claims', { claims: { cnf: null } }],
  ['token_claims', { claims: { cnf: { jkt: 'short' } } }],
  ['token_issuer', { claims: { iss: 'http://localhost:4001' } }],
  ['token_issuer', { claims: { iss: 'http://localhost:4000/' } }],
  ['token_issuer', { claims: { iss: undefined } }],
  ['token_audience', { claims: { aud: 'http://localhost:8000/mobile/' } }],
  ['token_audience', { claims: { aud: [] } }],
  ['token_audience', { claims: { aud: undefined } }],
  ['token_type', { header: { typ: 'JWT' } }],
  ['token_type', { header: { typ: undefined } }],
  ['token_type', { header: { typ: 'logout+jwt' } }],
  ['token_key', { header: { kid: 'other' } }],
]

t.test('tokens: one verdict of both', async (t) => {
  const { gateway, verify } = await both(t)
  for (const [wanted, changes] of TOKENS) {
    const name = JSON.stringify(changes)
    const authorization = `Bearer ${await signToken(key, changes)}`
    const said = await verify(authorization)
    t.equal(typeof said === 'string' ? said : 'verified', wanted, name)
    t.equal(verdict(await gateway.decide(authorization)) === 'verified', wanted === 'verified', `${name}: the gateway`)
  }
  t.equal(await verify(`Bearer ${await signToken(stranger)}`), 'token_signature')
  const none = [{ alg: 'none', typ: 'at+jwt' }, { sub: 'usr_alice' }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  t.equal(await verify(`Bearer ${none.join('.')}.`), 'token_malformed')
  t.equal(await verify(`Bearer ${none.join('.')}.AAAA`), 'token_algorithm')
  for (const [authorization, wanted] of [
    [undefined, 'token_missing'],
    ['', 'token_missing'],
    ['Basic YTpi', 'token_malformed'],
    ['Bearer', 'token_malformed'],
    [`Bearer ${'a'.repeat(9000)}.b.c`, 'token_malformed'],
    [`Bearer ${await signToken(key)} x`, 'token_malformed'],
  ] as const)
    t.equal(await verify(authorization), wanted, authorization?.slice(0, 20) ?? 'none')
  t.match(await verify(`bearer ${await signToken(key, { claims: { sub: 'demo-app' } })}`), { kind: 'application' })
})

t.test('tokens bound to a key: with the proof of that key, for this request, once', async (t) => {
  const proofs = { origin: 'http://localhost:8000' }
  const { gateway, verify } = await both(t, { proofs })
  const [app, other] = [await createProver(), await createProver()]
  const token = await signToken(key, { claims: { cnf: { jkt: app.jkt } } })
  const proof = await app.prove(token)
  t.match(await verify(`DPoP ${token}`, proof), { boundTo: app.jkt })
  t.equal(await verify(`DPoP ${token}`, proof), 'proof_replayed')
  t.equal(await verify(`Bearer ${token}`, await app.prove(token)), 'token_bound')
  t.equal(await verify(`DPoP ${await signToken(key)}`, proof), 'token_not_bound')
  t.equal(await verify(`DPoP ${token}`, await other.prove(token)), 'proof_other_key')
  for (const [wanted, changes] of [
    ['proof_invalid', { htm: 'POST' }],
    ['proof_invalid', { htu: 'http://localhost:8000/mobile/other' }],
    ['proof_invalid', { htu: 'http://evil.example/mobile/echo' }],
    ['proof_invalid', { ath: 'x' }],
    ['proof_invalid', { ath: undefined }],
    ['proof_invalid', { jti: undefined }],
    ['proof_old', { iat: now - 200 }],
    ['proof_old', { iat: now + 200 }],
  ] as const) {
    const name = JSON.stringify(changes)
    t.equal(await verify(`DPoP ${token}`, await app.prove(token, { claims: changes })), wanted, name)
    const ours = await gateway.decide(`DPoP ${token}`, 'GET', await app.prove(token, { claims: changes }))
    t.not(verdict(ours), 'verified', `${name}: the gateway`)
  }
  t.equal(await verify(`DPoP ${token}`), 'proof_invalid', 'none at all')
  t.equal(await verify(`DPoP ${token}`, `${await app.prove(token)}, ${await app.prove(token)}`), 'proof_invalid', 'two')

  const unasked = await both(t)
  t.equal(await unasked.verify(`DPoP ${token}`, await app.prove(token)), 'token_bound', 'where nobody can check it')
  const strict = await both(t, { proofs: { ...proofs, required: true } })
  t.equal(await strict.verify(`Bearer ${await signToken(key)}`), 'token_not_bound')
  const same = await app.prove(token)
  const race = await Promise.all(Array.from({ length: 10 }, () => strict.verify(`DPoP ${token}`, same)))
  t.equal(race.filter((one) => typeof one !== 'string').length, 1, 'one of ten at once')
})

t.test(
  'keys: one fetch for many unknown ids; old keys while the issuer is away; 503 where there are none',
  async (t) => {
    const { keys, verify } = await both(t)
    const authorization = `Bearer ${await signToken(key)}`
    const crowd = await Promise.all(Array.from({ length: 20 }, () => verify(authorization)))
    t.ok(crowd.every((one) => typeof one !== 'string'))
    t.equal(keys.requests, 1)
    for (let id = 0; id < 20; id++)
      t.equal(await verify(`Bearer ${await signToken(key, { header: { kid: `made-up-${id}` } })}`), 'token_key')
    t.equal(keys.requests, 1)

    for (const fault of [
      { status: 500 },
      { body: 'no json' },
      { status: 302, headers: { location: '/x' } },
      { body: '{}' },
    ]) {
      const fresh = await both(t)
      fresh.keys.misbehave(fault)
      t.equal(await fresh.verify(authorization), 'keys_unavailable', JSON.stringify(fault))
      t.equal(await fresh.verify(authorization), 'keys_unavailable')
      t.equal(fresh.keys.requests, 1, 'and not asked again at once')
    }
  },
)

t.test('while the issuer is away its last keys count for an hour, and it is asked every ten seconds', async (t) => {
  const { keys, verify } = await both(t)
  const authorization = `Bearer ${await signToken(key, { claims: { exp: now + 36_000 } })}`
  const isVerified = async () => typeof (await verify(authorization)) !== 'string'
  t.ok(await isVerified())
  mock.timers.enable({ apis: ['Date'], now: Date.now() })
  t.teardown(() => mock.timers.reset())
  keys.misbehave({ status: 503 })
  mock.timers.tick(601_000)
  t.ok(await isVerified(), 'old keys')
  t.ok(await isVerified())
  t.equal(keys.requests, 2, 'without asking again')
  const unknown = `Bearer ${await signToken(key, { header: { kid: 'new' } })}`
  t.equal(await verify(unknown), 'keys_unavailable', 'a key that may be new cannot be told from one that is made up')
  mock.timers.tick(3_000_000)
  t.equal(await verify(authorization), 'keys_unavailable', 'after an hour none')
  keys.misbehave(undefined)
  mock.timers.tick(10_001)
  t.ok(await isVerified(), 'and it is back')
})

t.test('settings that cannot be meant are refused when the backend starts', async (t) => {
  const good = { issuer: ISSUER, audience: AUDIENCE }
  for (const settings of [
    { ...good, issuer: 'login' },
    { ...good, audience: '' },
    { ...good, audience: [] },
    { ...good, algorithms: ['HS256'] },
    { ...good, algorithms: ['none'] },
    { ...good, algorithms: [] },
    { ...good, clockToleranceSeconds: -1 },
    { ...good, clockToleranceSeconds: 3600 },
    { ...good, clockToleranceSeconds: Number.NaN },
  ])
    t.throws(() => accessTokenPolicy(settings), TypeError, JSON.stringify(settings))
})
