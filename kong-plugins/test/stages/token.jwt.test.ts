// The JWT and key attacks, one row each, against the token stage with a real key server.
import { createHmac, createPublicKey } from 'node:crypto'
import { createServer } from 'node:http'
import t from 'tap'
import {
  createSigningKey,
  goodClaims,
  nowSeconds,
  signToken,
  startKeyServer,
  type TestSigningKey,
} from '../support/issuer.ts'
import { createTokenStage, denialOf, verdict } from '../support/token-stage.ts'

const es256 = await createSigningKey('es')
const rs256 = await createSigningKey('rs', 'RS256')
const ed25519 = await createSigningKey('ed', 'EdDSA')
const ps256 = await createSigningKey('ps', 'PS256')
const stranger = await createSigningKey('es')
const published = [es256, rs256, ed25519, ps256]

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
function bearer(token: string): string {
  return `Bearer ${token}`
}

/** A token put together by hand. */
function forge(
  header: object,
  signature: string | ((input: string) => string),
  claims: unknown = goodClaims(),
): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${typeof signature === 'string' ? signature : signature(input)}`
}

async function stage(t: { teardown(ended: () => unknown): void }, changes = {}) {
  const keys = await startKeyServer(t, ...published)
  return { keys, ...createTokenStage(keys.jwksUri, changes) }
}

t.test('good tokens of every allowed algorithm are accepted', async (t) => {
  const { decide } = await stage(t)
  for (const key of [es256, rs256, ed25519]) t.equal(verdict(await decide(bearer(await signToken(key)))), 'verified')
})

t.test('EdDSA goes by both of its names, in the key set and in the header (RFC 9864)', async (t) => {
  const renamed = { ...ed25519, algorithm: 'Ed25519' }
  const { decide, keys } = await stage(t)
  t.equal(verdict(await decide(bearer(await signToken(renamed)))), 'verified')
  keys.publish({ jwk: { ...ed25519.jwk, kid: 'ed2', alg: 'Ed25519' } })
  for (const key of [ed25519, renamed])
    t.equal(verdict(await decide(bearer(await signToken({ ...key, keyId: 'ed2' })))), 'verified', key.algorithm)
  const narrow = await stage(t, { algorithms: ['ES256'] })
  t.match(verdict(await narrow.decide(bearer(await signToken(renamed)))), /algorithm/, 'and is refused by both')
})

t.test('a verified token states its caller', async (t) => {
  const { decide } = await stage(t)
  const decision = await decide(bearer(await signToken(es256)))
  if (decision.kind !== 'verified') throw new Error('refused')
  const { subject, clientId, scope, applicationId, plan } = decision.claims
  t.strictSame(
    { subject, clientId, scope, applicationId, plan },
    {
      subject: 'usr_alice',
      clientId: 'demo-app',
      scope: 'profile:read orders:read',
      applicationId: 'app_1',
      plan: 'basic',
    },
  )
})

t.test('alg: only what the policy allows and the key is for', async (t) => {
  const { decide } = await stage(t)
  const pem = createPublicKey({ key: JSON.parse(JSON.stringify(rs256.jwk)), format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  })
  const hmac = (secret: string | Buffer) => (input: string) =>
    createHmac('sha256', secret).update(input).digest('base64url')
  const good = await signToken(es256)
  const signature = good.split('.')[2] ?? ''
  const rows: readonly (readonly [string, string, string])[] = [
    ['alg none, empty signature', forge({ alg: 'none', typ: 'at+jwt', kid: 'es' }, ''), 'malformed'],
    ['alg none, some signature', forge({ alg: 'none', typ: 'at+jwt', kid: 'es' }, 'AA'), 'algorithm'],
    ['alg nOnE', forge({ alg: 'nOnE', typ: 'at+jwt', kid: 'es' }, 'AA'), 'algorithm'],
    [
      'HS256 with the RSA public key',
      forge({ alg: 'HS256', typ: 'at+jwt', kid: 'rs' }, hmac(String(pem))),
      'algorithm',
    ],
    [
      'HS256 with the EC public key',
      forge({ alg: 'HS256', typ: 'at+jwt', kid: 'es' }, hmac(es256.jwk.x ?? '')),
      'algorithm',
    ],
    ['alg not in the policy (PS256)', await signToken(ps256), 'algorithm'],
    ['RS256 header, EC key', forge({ alg: 'RS256', typ: 'at+jwt', kid: 'es' }, signature), 'algorithm'],
    ['ES256 header, RSA key', forge({ alg: 'ES256', typ: 'at+jwt', kid: 'rs' }, signature), 'algorithm'],
    ['EdDSA header, EC key', forge({ alg: 'EdDSA', typ: 'at+jwt', kid: 'es' }, signature), 'algorithm'],
    ['Ed25519 header, EC key', forge({ alg: 'Ed25519', typ: 'at+jwt', kid: 'es' }, signature), 'algorithm'],
    ['Ed448 header, Ed25519 key', forge({ alg: 'Ed448', typ: 'at+jwt', kid: 'ed' }, signature), 'algorithm'],
    ['alg missing', forge({ typ: 'at+jwt', kid: 'es' }, signature), 'algorithm'],
    ['alg as a list', forge({ alg: ['ES256'], typ: 'at+jwt', kid: 'es' }, signature), 'algorithm'],
    [
      'ES256 r = s = 0',
      forge({ alg: 'ES256', typ: 'at+jwt', kid: 'es' }, Buffer.alloc(64).toString('base64url')),
      'signature',
    ],
    [
      'ES256 r = 0',
      forge({ alg: 'ES256', typ: 'at+jwt', kid: 'es' }, Buffer.alloc(64).fill(1, 32).toString('base64url')),
      'signature',
    ],
    ['ES256 signature of no length', forge({ alg: 'ES256', typ: 'at+jwt', kid: 'es' }, 'AA'), 'signature'],
    [
      'signature of another token',
      forge({ alg: 'ES256', typ: 'at+jwt', kid: 'es' }, signature, { ...goodClaims(), sub: 'usr_bob' }),
      'signature',
    ],
    ['signed by a stranger under a known kid', await signToken(stranger), 'signature'],
  ]
  for (const [name, token, why] of rows) t.equal(verdict(await decide(bearer(token))), `invalid-token: ${why}`, name)
})

t.test('kid is only looked up, and jku, x5u, jwk are ignored: no request leaves for them', async (t) => {
  let hits = 0
  const bait = createServer((_request, response) => {
    hits += 1
    response.end(JSON.stringify({ keys: [stranger.jwk] }))
  })
  await new Promise<void>((resolve) => bait.listen(0, '127.0.0.1', () => resolve()))
  t.teardown(() => bait.close())
  const address = bait.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks`

  const { decide, keys } = await stage(t)
  t.equal(verdict(await decide(bearer(await signToken(es256)))), 'verified')
  const hostile = ['../../etc/passwd', "' OR 1=1 --", url, '__proto__', 'constructor', 'x'.repeat(3000)]
  for (const kid of hostile)
    t.equal(verdict(await decide(bearer(await signToken(stranger, { header: { kid } })))), 'invalid-token: key', kid)
  for (const kid of [1, null, ['es']])
    t.equal(verdict(await decide(bearer(forge({ alg: 'ES256', typ: 'at+jwt', kid }, 'AA')))), 'invalid-token: key')
  for (const header of [{ jku: url }, { x5u: url }, { jwk: stranger.jwk }])
    t.equal(verdict(await decide(bearer(await signToken(stranger, { header })))), 'invalid-token: signature')
  t.equal(
    verdict(await decide(bearer(await signToken(es256, { header: { jku: url, jwk: stranger.jwk } })))),
    'verified',
  )
  t.equal(hits, 0)
  t.equal(keys.requests, 2, 'and one more, for all unknown kids, to where the keys of the issuer are')
})

t.test('RFC 7515 §4.1.11: any critical extension is refused, b64=false included', async (t) => {
  const { decide } = await stage(t)
  const signature = (await signToken(es256)).split('.')[2] ?? ''
  for (const extra of [{ crit: ['b64'], b64: false }, { crit: ['exp'] }, { crit: [] }, { crit: null }])
    t.equal(
      verdict(await decide(bearer(forge({ alg: 'ES256', typ: 'at+jwt', kid: 'es', ...extra }, signature)))),
      'invalid-token: critical',
    )
})

t.test('RFC 9068 §4: typ is at+jwt or application/at+jwt', async (t) => {
  const { decide } = await stage(t)
  for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT'])
    t.equal(verdict(await decide(bearer(await signToken(es256, { header: { typ } })))), 'verified', typ)
  for (const typ of ['JWT', 'id_token+jwt', 'dpop+jwt', 'at+jwt ', ''])
    t.equal(verdict(await decide(bearer(await signToken(es256, { header: { typ } })))), 'invalid-token: type', typ)
  t.equal(verdict(await decide(bearer(forge({ alg: 'ES256', kid: 'es' }, 'AA')))), 'invalid-token: type')
})

t.test('claims: each wrong one alone makes the token invalid', async (t) => {
  const { decide, clock } = await stage(t)
  const now = Math.floor(clock.wall() / 1000)
  const rows: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ iss: 'http://localhost:4000/' }, 'issuer'],
    [{ iss: 'https://evil.example' }, 'issuer'],
    [{ iss: undefined }, 'claims'],
    [{ aud: 'http://localhost:8000/other' }, 'audience'],
    [{ aud: 'http://localhost:8000/mobile/' }, 'audience'],
    [{ aud: [] }, 'audience'],
    [{ aud: undefined }, 'claims'],
    [{ aud: { 0: 'http://localhost:8000/mobile' } }, 'claims'],
    [{ aud: ['http://localhost:8000/mobile', 1] }, 'claims'],
    [{ exp: undefined }, 'claims'],
    [{ exp: String(now + 600) }, 'claims'],
    [{ exp: now - 60 }, 'expired'],
    [{ exp: now - 5 }, 'expired'],
    [{ nbf: now + 120 }, 'not-yet-valid'],
    [{ nbf: 'tomorrow' }, 'claims'],
    [{ iat: now + 120 }, 'issued-in-future'],
    [{ iat: undefined }, 'claims'],
    [{ sub: undefined }, 'claims'],
    [{ sub: '' }, 'claims'],
    [{ sub: 'usr_alice\r\nX-Consumer-Username: admin' }, 'claims'],
    [{ sub: ' usr_alice' }, 'claims'],
    [{ sub: 'usr_\u0430lice' }, 'claims'],
    [{ sub: 'x'.repeat(256) }, 'claims'],
    [{ sub: 7 }, 'claims'],
    [{ client_id: undefined }, 'claims'],
    [{ client_id: ['demo-app'] }, 'claims'],
    [{ app_id: 'a\nb' }, 'claims'],
    [{ plan: 1 }, 'claims'],
    [{ scope: null }, 'claims'],
    [{ scope: ['profile:read'] }, 'claims'],
    [{ scope: 'a  b' }, 'claims'],
    [{ scope: 'a "b"' }, 'claims'],
    [{ cnf: { jkt: 'x' } }, 'proof-of-possession'],
    [{ cnf: null }, 'proof-of-possession'],
  ]
  for (const [claims, why] of rows)
    t.equal(
      verdict(await decide(bearer(await signToken(es256, { claims })))),
      `invalid-token: ${why}`,
      JSON.stringify(claims),
    )
  const accepted = [
    { aud: ['http://elsewhere', 'http://localhost:8000/mobile'] },
    { exp: now - 2 },
    { nbf: now + 3, iat: now + 3 },
    { app_id: undefined, plan: undefined },
    { scope: '' },
    { scope: undefined },
    { sub: 'John Doe' },
  ]
  for (const claims of accepted)
    t.equal(verdict(await decide(bearer(await signToken(es256, { claims })))), 'verified', JSON.stringify(claims))
})

t.test('RFC 9068 §2.2.3: a token without scope has none, which is enough where none is needed', async (t) => {
  const { decide, withConfig } = await stage(t)
  const token = bearer(await signToken(es256, { claims: { scope: undefined } }))
  const decision = await decide(token)
  t.match(decision, { kind: 'verified', claims: { scope: '' } })
  t.equal(verdict(await withConfig({ required_scopes: ['profile:read'] }).decide(token)), 'insufficient-scope')
  t.equal(verdict(await withConfig({ method_scopes: { POST: ['a'] } }).decide(token, 'POST')), 'insufficient-scope')
})

t.test('what is no signed JWT, or too large, is refused before any decoding', async (t) => {
  const { decide, keys } = await stage(t)
  const good = await signToken(es256)
  const header = encode({ alg: 'ES256', typ: 'at+jwt', kid: 'es' })
  const rows: readonly (readonly [string, string])[] = [
    ['opaque', 'malformed'],
    [`${good}.`, 'malformed'],
    [`${good}=`, 'malformed'],
    [`${good}.AA.AA`, 'malformed'], // a JWE has five parts
    [`.${good}`, 'malformed'],
    [`${header}.${Buffer.from('not json').toString('base64url')}.AA`, 'malformed'],
    [`${header}.${encode([goodClaims()])}.AA`, 'malformed'],
    [`${encode(null)}.${encode(goodClaims())}.AA`, 'malformed'],
    ['x'.repeat(8193), 'too-large'],
    ['x'.repeat(1024 * 1024), 'too-large'],
    [await signToken(es256, { claims: { padding: 'x'.repeat(8192) } }), 'too-large'],
  ]
  for (const [token, why] of rows)
    t.equal(verdict(await decide(bearer(token))), `invalid-token: ${why}`, token.slice(0, 40))
  t.equal(keys.requests, 0)
})

t.test('an unusable published key never verifies anything', async (t) => {
  const weak: TestSigningKey = {
    ...rs256,
    keyId: 'weak',
    jwk: { ...rs256.jwk, kid: 'weak', n: (rs256.jwk.n ?? '').slice(0, 171) },
  }
  const otherCurve = await createSigningKey('p384', 'ES384')
  const odd = [
    weak,
    { jwk: { ...es256.jwk, kid: 'enc', use: 'enc' } },
    { jwk: { ...es256.jwk, kid: 'ops', key_ops: ['sign'] } },
    { jwk: { ...es256.jwk, kid: 'claims-hs', alg: 'HS256' } },
    { jwk: { ...es256.jwk, kid: 'off-curve', x: es256.jwk.y ?? '' } },
    { jwk: { kty: 'oct', k: Buffer.from('secret').toString('base64url'), kid: 'oct', alg: 'HS256' } },
    otherCurve,
    es256,
  ]
  const keys = await startKeyServer(t, ...odd)
  const { decide } = createTokenStage(keys.jwksUri)
  t.equal(verdict(await decide(bearer(await signToken(es256)))), 'verified')
  for (const kid of ['weak', 'enc', 'ops', 'claims-hs', 'off-curve', 'oct'])
    t.equal(verdict(await decide(bearer(await signToken(es256, { header: { kid } })))), 'invalid-token: key', kid)
  t.equal(verdict(await decide(bearer(await signToken(otherCurve)))), 'invalid-token: algorithm')
})

const DPOP = 'DPoP realm="mobile-api", algs="ES256 ES384 PS256 RS256 EdDSA Ed25519"'

t.test('RFC 6750 §3.1: the answers, whole', async (t) => {
  const { decide } = await stage(t, { required_scopes: ['profile:read', 'orders:write'] })
  t.strictSame(denialOf(await decide(undefined)), {
    status: 401,
    body: { message: 'Unauthorized' },
    headers: { 'WWW-Authenticate': `Bearer realm="mobile-api", ${DPOP}` },
    reason: 'no-token',
    says: 'The call has no access token',
  })
  t.strictSame(denialOf(await decide('Bearer a b')), {
    status: 400,
    body: { error: 'invalid_request', error_description: 'The Authorization header must hold one access token' },
    headers: {
      'WWW-Authenticate':
        'Bearer realm="mobile-api", error="invalid_request", error_description="The Authorization header must hold one access token"',
    },
    reason: 'invalid-request',
  })
  t.strictSame(denialOf(await decide(bearer(await signToken(es256, { claims: { exp: nowSeconds() - 60 } })))), {
    status: 401,
    body: { error: 'invalid_token', error_description: 'The access token has expired' },
    headers: {
      'WWW-Authenticate': `Bearer realm="mobile-api", error="invalid_token", error_description="The access token has expired", ${DPOP}`,
    },
    reason: 'invalid-token: expired',
  })
  t.strictSame(denialOf(await decide(bearer(await signToken(es256)))), {
    status: 403,
    body: { error: 'insufficient_scope', error_description: 'The access token lacks a scope that this request needs' },
    headers: {
      'WWW-Authenticate':
        'Bearer realm="mobile-api", error="insufficient_scope", error_description="The access token lacks a scope that this request needs", scope="profile:read orders:write"',
    },
    reason: 'insufficient-scope',
  })
})
