// RFC 6749 §4.4: machines get tokens on their own behalf.

import { createLocalJWKSet, jwtVerify } from 'jose'
import t from 'tap'
import { defineApi } from '../../../src/catalogue/apis.ts'
import { InvalidApplication } from '../../../src/catalogue/applications.ts'
import { OPERATOR } from '../../../src/identity/administration/authority.ts'
import { clientCredentials, postForm, secretClient } from '../../support/clients.ts'
import { ProvingPhone } from '../../support/dpop.ts'
import { API, APP, ISSUER, type TestServer, testServer } from '../../support/server.ts'

const OTHER = {
  id: 'other-api',
  name: 'Other',
  resource: 'https://api.example.com/other',
  scopes: { 'other:read': 'Read' },
  plans: ['basic'],
}

async function verify({ app }: TestServer, token: string, audience: string = API.resource) {
  return jwtVerify(token, createLocalJWKSet((await app.inject('/jwks')).json()), {
    issuer: ISSUER,
    audience,
    typ: 'at+jwt',
  })
}

t.test('§4.4.3, RFC 9068 §2.2: a machine gets an access token about itself, and nothing else', async (t) => {
  const server = await testServer(t)
  const { clientId, applicationId, headers } = await secretClient(server)
  const response = await clientCredentials(server.app, headers)
  const { access_token, ...rest } = response.json()
  t.equal(response.statusCode, 200)
  t.match(response.headers, { 'cache-control': 'no-store', pragma: 'no-cache' })
  t.strictSame(rest, { token_type: 'Bearer', expires_in: 600, scope: 'orders:read orders:write' })
  const { payload } = await verify(server, access_token)
  const { jti, iat = 0, exp = 0, ...claims } = payload
  t.match(jti, /^[\w-]{20,}$/)
  t.equal(exp - iat, 600)
  t.strictSame(claims, {
    iss: ISSUER,
    sub: clientId,
    aud: API.resource,
    client_id: clientId,
    app_id: applicationId,
    scope: 'orders:read orders:write',
    plan: 'basic',
  })
})

t.test('§3.3: it gets the scopes it names, of those its subscription allows', async (t) => {
  const { app, ...server } = await testServer(t)
  const { headers } = await secretClient({ app, ...server }, {}, { scopes: ['orders:read'] })
  const cases: readonly (readonly [string, number, string])[] = [
    ['orders:read', 200, 'orders:read'],
    ['orders:read orders:read', 200, 'orders:read'],
    ['', 200, 'orders:read'],
    ['orders:write', 400, 'invalid_scope'],
    ['orders:read orders:write', 400, 'invalid_scope'],
    ['openid', 400, 'invalid_scope'],
    ['orders:read offline_access', 400, 'invalid_scope'],
    ['"', 400, 'invalid_scope'],
  ]
  for (const [scope, status, outcome] of cases) {
    const response = await clientCredentials(app, headers, { scope })
    t.equal(response.statusCode, status, scope)
    t.equal(response.json().error ?? response.json().scope, outcome, scope)
  }
})

t.test('RFC 8707: it names the API when it is subscribed to several; an endpoint per API names it too', async (t) => {
  const server = await testServer(t)
  await defineApi(server.db, OTHER, OPERATOR)
  const { headers } = await secretClient(server)
  t.equal((await clientCredentials(server.app, headers, { resource: OTHER.resource })).json().error, 'invalid_target')
  await secretClient(server, { clientSecret: 'same'.repeat(8) }, { apiId: OTHER.id, scopes: ['other:read'] })
  const { headers: both } = await secretClient(server, { clientSecret: 'same'.repeat(8) })
  t.equal((await clientCredentials(server.app, both)).json().error, 'invalid_target')
  const named = await clientCredentials(server.app, both, { resource: OTHER.resource })
  t.equal((await verify(server, named.json().access_token, OTHER.resource)).payload.aud, OTHER.resource)
  const form = { grant_type: 'client_credentials' }
  const fixed = await postForm(server.app, '/apis/other-api/token', form, both)
  t.equal((await verify(server, fixed.json().access_token, OTHER.resource)).payload.scope, 'other:read')
  const wrong = await postForm(server.app, '/apis/other-api/token', { ...form, resource: API.resource }, both)
  t.equal(wrong.json().error, 'invalid_target')
})

t.test('§4.4: only for clients that authenticate and are registered for it', async (t) => {
  const server = await testServer(t)
  await t.rejects(server.register({ clientId: 'p', grantTypes: ['client_credentials'] }), InvalidApplication)
  const asPublic = await clientCredentials(server.app, {}, { client_id: APP.clientId })
  t.match([asPublic.statusCode, asPublic.json().error], [400, 'unauthorized_client'])
  const { headers } = await secretClient(server, {
    redirectUris: ['https://site.example.org/cb'],
    grantTypes: ['authorization_code'],
  })
  const unregistered = await clientCredentials(server.app, headers)
  t.match([unregistered.statusCode, unregistered.json().error], [400, 'unauthorized_client'])
  // Even a row that says otherwise does not make a public client a machine.
  await server.db
    .updateTable('applications')
    .set({ grant_types: ['client_credentials'] })
    .where('client_id', '=', APP.clientId)
    .execute()
  t.equal((await clientCredentials(server.app, {}, { client_id: APP.clientId })).json().error, 'unauthorized_client')
})

t.test('a machine without an approved subscription gets nothing', async (t) => {
  const server = await testServer(t)
  const { headers, applicationId } = await secretClient(server)
  await server.db
    .updateTable('subscriptions')
    .set({ status: 'pending' })
    .where('application_id', '=', applicationId)
    .execute()
  t.equal((await clientCredentials(server.app, headers)).json().error, 'unauthorized_client')
})

t.test('RFC 9449: a machine with a key gets a token bound to it', async (t) => {
  const server = await testServer(t)
  const { clientId, clientSecret } = await secretClient(server, { authMethod: 'client_secret_post' })
  const machine = await ProvingPhone.create(server.app)
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const response = await machine.post('/token', form)
  t.equal(response.json().token_type, 'DPoP')
  t.strictSame((await verify(server, response.json().access_token)).payload.cnf, { jkt: machine.jkt })
})
