// Which Authorization headers hold a bearer token, and which scopes a request needs.
import t from 'tap'
import { readAuthorization } from '../src/stages/verify-token/authorization.ts'
import { createSigningKey, signToken, startKeyServer } from './support/issuer.ts'
import { createTokenStage, verdict } from './support/token-stage.ts'

t.test('RFC 6750 §2.1: the scheme in any case, one token68, nothing else', async (t) => {
  const rows: readonly (readonly [string | undefined, string])[] = [
    [undefined, 'none'],
    ['', 'none'],
    ['Basic dXNlcjpwYXNz', 'none'],
    ['DPoP abc', 'none'],
    ['Digest username="x", realm="y"', 'none'],
    ['Bearerabc', 'none'],
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER   abc', 'abc'],
    ['Bearer a.b-c_d~e+f/g==', 'a.b-c_d~e+f/g=='],
    ['Bearer', 'malformed'],
    ['Bearer ', 'malformed'],
    ['Bearer a b', 'malformed'],
    ['Bearer a, Bearer b', 'malformed'],
    ['Bearer a,b', 'malformed'],
    ['Bearer abc ', 'malformed'],
    ['Bearer\tabc', 'malformed'],
    ['Bearer =abc', 'malformed'],
    ['Bearer "abc"', 'malformed'],
    ['Bearer ab\u0430', 'malformed'],
    [' Bearer abc', 'malformed'],
    ['"Bearer" abc', 'malformed'],
    [`Bearer ${'a'.repeat(30_000)}!`, 'malformed'],
    [`Bearer ${' '.repeat(30_000)}`, 'malformed'],
  ]
  for (const [header, expected] of rows) {
    const credentials = readAuthorization(header)
    t.equal(credentials.kind === 'bearer' ? credentials.token : credentials.kind, expected, `${header?.slice(0, 40)}`)
  }
})

t.test('required scopes hold for every method, method scopes in addition, HEAD counts as GET', async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const { decide } = createTokenStage(keys.jwksUri, {
    required_scopes: ['profile:read'],
    method_scopes: { GET: ['orders:read'], POST: ['orders:write', 'orders:read'] },
  })
  const rows: readonly (readonly [string, string, string])[] = [
    ['profile:read orders:read', 'GET', 'verified'],
    ['orders:read profile:read extra', 'GET', 'verified'],
    ['profile:read', 'GET', 'insufficient-scope'],
    ['profile:read', 'HEAD', 'insufficient-scope'],
    ['orders:read', 'GET', 'insufficient-scope'],
    ['profile:read orders:reader', 'GET', 'insufficient-scope'],
    ['profile:read orders:read', 'POST', 'insufficient-scope'],
    ['profile:read orders:read orders:write', 'POST', 'verified'],
    ['profile:read', 'DELETE', 'verified'],
    ['profile:read', 'OPTIONS', 'verified'],
    ['', 'OPTIONS', 'insufficient-scope'],
    ['profile:read', '__proto__', 'verified'],
  ]
  for (const [scope, method, expected] of rows)
    t.equal(
      verdict(await decide(`Bearer ${await signToken(key, { claims: { scope } })}`, method)),
      expected,
      `${method} ${scope}`,
    )
})
