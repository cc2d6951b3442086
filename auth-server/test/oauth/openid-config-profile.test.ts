// The OpenID Foundation's Config profile (conformance suite, plan oidcc-config-certification-test-plan): one module, a test
// for each of its checks; and that discovery is no more and no less than what answers.
import t, { type Test } from 'tap'
import { testServer } from '../support/server.ts'

const HTTPS = 'https://login.example.com'

/** The document as the suite fetches it, of a server with an https issuer. */
async function discover(t: Test) {
  const server = await testServer(t, { ISSUER: HTTPS })
  const response = await server.app.inject('/.well-known/openid-configuration')
  return { ...server, response, document: response.json() }
}

t.test('oidcc-discovery-endpoint-verification', async (t) => {
  const { app, response, document } = await discover(t)
  t.test('the document is JSON, at the issuer’s well-known address', async (t) => {
    t.match(response, { statusCode: 200, headers: { 'content-type': /^application\/json/ } })
    t.equal(document.issuer, HTTPS)
    t.equal(new URL(document.issuer).origin, HTTPS)
  })
  t.test('what it supports', async (t) => {
    t.strictSame(document.response_types_supported, ['code'])
    t.strictSame(document.subject_types_supported, ['public'])
    t.ok(document.id_token_signing_alg_values_supported.includes('RS256'))
    t.notOk(document.id_token_signing_alg_values_supported.includes('none'))
    t.ok(document.grant_types_supported.includes('authorization_code'))
    t.ok(document.scopes_supported.includes('openid'))
    for (const scope of document.scopes_supported) t.match(scope, /^[\x21\x23-\x5B\x5D-\x7E]+$/)
    const claims = [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'acr',
      'sid',
      'name',
      'email',
      'email_verified',
      'address',
      'phone_number',
    ]
    for (const claim of claims) t.ok(document.claims_supported.includes(claim), claim)
    t.match(document, {
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      claims_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
    })
    t.strictSame(document.ui_locales_supported, ['en', 'de'])
    for (const name of ['claims_locales_supported', 'request_object_signing_alg_values_supported'])
      t.notOk(name in document, `${name} is not claimed`)
  })
  t.test('every endpoint is https, and answers', async (t) => {
    const endpoints = Object.entries<string>(document).filter(([name]) => /(_endpoint|_uri)$/.test(name))
    const names = endpoints.map(([name]) => name)
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'])
      t.ok(names.includes(name))
    for (const [name, url] of endpoints) {
      t.equal(new URL(url).origin, HTTPS, name)
      t.not((await app.inject(new URL(url).pathname)).statusCode, 404, name)
    }
  })
  t.test('the keys are public, named, and one for each algorithm', async (t) => {
    const { keys } = (await app.inject(new URL(document.jwks_uri).pathname)).json()
    t.strictSame(
      new Set(keys.map(({ alg }: { alg: string }) => alg)),
      new Set(document.id_token_signing_alg_values_supported),
    )
    t.equal(new Set(keys.map(({ kid }: { kid: string }) => kid)).size, keys.length)
    for (const key of keys) {
      t.match(key, { kid: /./, use: 'sig', kty: /^(EC|RSA|OKP)$/ })
      for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) t.notOk(part in key)
    }
  })
})

t.test('no session-management iframe, no front-channel logout: neither is offered', async (t) => {
  const { document } = await discover(t)
  for (const name of ['check_session_iframe', 'frontchannel_logout_supported', 'frontchannel_logout_session_supported'])
    t.notOk(name in document)
})

t.test('RFC 8414: the document of OAuth says the same', async (t) => {
  const { app, document } = await discover(t)
  t.strictSame((await app.inject('/.well-known/oauth-authorization-server')).json(), document)
})
