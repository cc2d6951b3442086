// Which Authorization headers hold a bearer token, and which scopes a request needs.
import t from 'tap'
import { type AuthorizationHeader, readAuthorization } from '../../src/stages/token/authorization.ts'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { createTokenStage, verdict } from '../support/token-stage.ts'

function wordsFor(credentials: AuthorizationHeader): string {
  if (credentials.kind === 'token') return `${credentials.scheme} ${credentials.token}`
  return credentials.kind === 'malformed' && credentials.scheme ? `malformed ${credentials.scheme}` : credentials.kind
}

t.test('RFC 6750 §2.1: the scheme in any case, one token68, nothing else', async (t) => {
  const rows: readonly (readonly [string | undefined, string])[] = [
    [undefined, 'none'],
    ['', 'none'],
    ['Basic dXNlcjpwYXNz', 'other'],
    ['Digest username="x", realm="y"', 'other'],
    ['Bearerabc', 'other'],
    ['Bearer abc', 'bearer abc'],
    ['bearer abc', 'bearer abc'],
    ['BEARER   abc', 'bearer abc'],
    ['Bearer a.b-c_d~e+f/g==', 'bearer a.b-c_d~e+f/g=='],
    ['DPoP abc', 'dpop abc'],
    ['dpop abc', 'dpop abc'],
    ['DPoP', 'malformed dpop'],
    ['DPoP a b', 'malformed dpop'],
    ['Bearer', 'malformed bearer'],
    ['Bearer ', 'malformed'],
    ['Bearer a b', 'malformed bearer'],
    ['Bearer a, Bearer b', 'malformed bearer'],
    ['Bearer a,b', 'malformed bearer'],
    ['Bearer abc ', 'malformed bearer'],
    ['Bearer\tabc', 'malformed'],
    ['Bearer =abc', 'malformed bearer'],
    ['Bearer "abc"', 'malformed bearer'],
    ['Bearer ab\u0430', 'malformed bearer'],
    [' Bearer abc', 'malformed'],
    ['"Bearer" abc', 'malformed'],
    [`Bearer ${'a'.repeat(30_000)}!`, 'malformed bearer'],
    [`Bearer ${' '.repeat(30_000)}`, 'malformed'],
  ]
  for (const [header, expected] of rows) {
    const credentials = readAuthorization(header)
    t.equal(wordsFor(credentials), expected, `${header?.slice(0, 40)}`)
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
