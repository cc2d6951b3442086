// RFC 7523 §3, FAPI 2.0 §5.3.2.1: client assertions of real clients: clocks that are a little off, two names of one algorithm.
import { generateKeyPair } from 'jose'
import t from 'tap'
import { clientCredentials, keyedClient } from '../../support/clients.ts'
import { ISSUER, testServer } from '../../support/server.ts'

function nowSeconds() {
  return Math.floor(Date.now() / 1000)
}

t.test('a clock up to 10 seconds ahead is accepted, in every claim; one that is further off is not', async (t) => {
  const server = await testServer(t)
  const client = await keyedClient(server)
  const send = async (claims: Readonly<Record<string, unknown>>) =>
    clientCredentials(server.app, {}, await client.form(client.sign(claims)))
  for (const ahead of [0, 1, 8, 10]) {
    const now = nowSeconds() + ahead
    t.equal((await send({ iat: now, exp: now + 60 })).statusCode, 200, `iat ${ahead} s ahead`)
    t.equal(
      (await send({ iat: now, nbf: now, exp: now + 300 })).statusCode,
      200,
      `nbf, and the longest life, ${ahead} s ahead`,
    )
  }
  t.equal((await send({ iat: undefined, exp: nowSeconds() + 60 })).statusCode, 200, 'iat is optional (RFC 7523 §3)')
  t.equal((await send({ iat: nowSeconds() - 200, exp: nowSeconds() - 5 })).statusCode, 200, 'and a clock that is slow')
  for (const ahead of [30, 61, 3600]) {
    const now = nowSeconds()
    for (const claims of [{ iat: now + ahead }, { nbf: now + ahead }, { exp: now + 300 + ahead }]) {
      const { statusCode, body } = await send(claims)
      t.equal(statusCode, 401, JSON.stringify(claims))
      t.match(JSON.parse(body), { error: 'invalid_client', error_description: /^client_assertion: / })
    }
  }
})

t.test('the log tells a wrong audience from a wrong key; so does the answer, to who has the key', async (t) => {
  const server = await testServer(t)
  const client = await keyedClient(server)
  const { privateKey: stranger } = await generateKeyPair('ES256')
  const now = nowSeconds()
  const send = async (assertion: Promise<string>) => {
    const before = server.log.length
    const response = await clientCredentials(server.app, {}, await client.form(assertion))
    const line = server.log.slice(before).find((text) => text.includes('"detail"')) ?? '{}'
    return { says: response.json().error_description, detail: JSON.parse(line).detail }
  }
  const nothing = 'the client is unknown or its credentials are wrong'
  const told: readonly (readonly [string, Promise<string>, RegExp])[] = [
    [
      'another issuer as audience',
      client.sign({ aud: 'https://login.example.com' }),
      /aud has to be the issuer, http:\/\/localhost:4000/,
    ],
    ['the token endpoint as audience', client.sign({ aud: `${ISSUER}/token` }), /aud has to be the issuer/],
    ['a list of audiences', client.sign({ aud: [ISSUER] }), /aud has to be the issuer/],
    ['no audience', client.sign({ aud: undefined }), /aud has to be the issuer/],
    ['another issuer', client.sign({ iss: 'other' }), /iss and sub/],
    ['no jti', client.sign({ jti: undefined }), /jti is missing/],
    ['no exp', client.sign({ exp: undefined }), /exp is missing/],
    ['expired', client.sign({ exp: now - 60 }), /expired/],
    ['a fast clock', client.sign({ iat: now + 90 }), /iat is in the future/],
  ]
  for (const [name, assertion, expected] of told) {
    const { says, detail } = await send(assertion)
    t.match(detail, expected, name)
    t.equal(says, detail.replace(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, '?'), name)
  }
  const untold: readonly (readonly [string, Promise<string>, RegExp])[] = [
    ['another key', client.sign({}, {}, stranger), /signature/],
    ['another key and another audience', client.sign({ aud: 'https://login.example.com' }, {}, stranger), /signature/],
    ['an unknown kid', client.sign({}, { kid: 'k2' }), /kid and alg/],
  ]
  for (const [name, assertion, expected] of untold) {
    const { says, detail } = await send(assertion)
    t.match(detail, expected, name)
    t.equal(says, nothing, name)
  }
  const once = client.sign({ jti: 'once' })
  await send(once)
  t.match((await send(once)).detail, /jti has been used/)
})

t.test('Ed25519 is EdDSA: a key registered under either name, or none, signs under both', async (t) => {
  const server = await testServer(t)
  for (const registered of ['EdDSA', 'Ed25519', undefined])
    for (const alg of ['EdDSA', 'Ed25519']) {
      const clientId = `keyed-${registered}-${alg}`
      const client = await keyedClient(server, 'EdDSA', clientId)
      const jwk = { ...client.jwk, ...(registered && { alg: registered }) }
      await server.register({
        clientId,
        kind: 'web',
        redirectUris: [],
        authMethod: 'private_key_jwt',
        jwks: { keys: [jwk] },
        grantTypes: ['client_credentials'],
      })
      const form = await client.form(client.sign({}, { alg }))
      t.equal((await clientCredentials(server.app, {}, form)).statusCode, 200, `${registered} and ${alg}`)
    }
  const { app } = server
  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    const lists = Object.entries((await app.inject(path)).json()).filter(([name]) => /auth_signing_alg|dpop/.test(name))
    t.equal(lists.length, 4)
    for (const [name, list] of lists) t.match(list, new Set(['EdDSA', 'Ed25519']), name)
  }
})
