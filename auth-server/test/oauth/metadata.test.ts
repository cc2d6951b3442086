// RFC 8414 and OpenID Connect Discovery: the metadata says what this server does, and nothing it does not.
import t from 'tap'
import { authorizeUrl, pkcePair, postToken } from '../support/phone.ts'
import { ISSUER, testServer } from '../support/server.ts'

const { app } = await testServer(t)
const OAUTH = '/.well-known/oauth-authorization-server'
const OPENID = '/.well-known/openid-configuration'
const document = (await app.inject(OAUTH)).json()

t.test('both addresses give the same document to everybody', async (t) => {
  for (const url of [OAUTH, OPENID]) {
    const response = await app.inject(url)
    t.equal(response.statusCode, 200)
    t.match(response.headers, {
      'content-type': /^application\/json/,
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
    })
    t.equal(response.headers['access-control-allow-credentials'], undefined)
    t.strictSame(response.json(), document)
    const post = await app.inject({ method: 'POST', url })
    t.equal(post.statusCode, 405)
    t.equal(post.headers.allow, 'GET, HEAD')
    const head = await app.inject({ method: 'HEAD', url })
    t.equal(head.statusCode, 200)
    t.equal(head.body, '')
  }
})

t.test('what the specifications require is there', async (t) => {
  t.match(document, {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/jwks`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    subject_types_supported: ['public'],
  })
  for (const grant of ['authorization_code', 'refresh_token']) t.ok(document.grant_types_supported.includes(grant))
  for (const grant of ['password', 'implicit']) t.notOk(document.grant_types_supported.includes(grant))
  t.ok(document.token_endpoint_auth_methods_supported.includes('none'))
})

t.test('every endpoint that is named lives at the issuer and answers', async (t) => {
  for (const [name, value] of Object.entries<unknown>(document)) {
    if (typeof value !== 'string' || !/_(endpoint|uri)$/.test(name)) continue
    t.ok(value.startsWith(`${ISSUER}/`), name)
    const path = value.slice(ISSUER.length)
    const statuses = [await app.inject({ method: 'GET', url: path }), await app.inject({ method: 'POST', url: path })]
    t.notOk(
      statuses.some(({ statusCode }) => statusCode === 404 || statusCode >= 500),
      `${name} ${path}`,
    )
  }
})

t.test('every grant that is named is known at the token endpoint, every prompt at /authorize', async (t) => {
  for (const grant_type of document.grant_types_supported) {
    const { error } = (await postToken(app, { client_id: 'shop-app', grant_type })).json()
    t.not(error, 'unsupported_grant_type', grant_type)
  }
  for (const prompt of document.prompt_values_supported) {
    const { headers } = await app.inject(authorizeUrl(pkcePair().challenge, { prompt }))
    t.notMatch(headers.location, /invalid_request/, prompt)
  }
})
