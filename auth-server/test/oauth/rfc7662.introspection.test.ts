// RFC 7662: who may ask about a token, and what they hear.

import { decodeJwt } from 'jose'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { INTROSPECTION_SCOPE } from '../../src/oauth/introspect.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { clientCredentials, type Fields, postForm, secretClient } from '../support/clients.ts'
import { turnClock } from '../support/database.ts'
import { ProvingPhone } from '../support/dpop.ts'
import { obtainCode, obtainTokens, REDIRECT_URI, refresh } from '../support/phone.ts'
import { API, APP, ISSUER, type TestServer, testServer } from '../support/server.ts'

const INACTIVE = { active: false }

function introspect({ app }: TestServer, headers: Fields, token: string, form: Fields = {}) {
  return postForm(app, '/introspect', { token, ...form }, headers)
}

/** The backend of an API: subscribed to it with the scope that lets it ask. */
async function backend(server: TestServer) {
  await defineApi(
    server.db,
    {
      ...API,
      scopes: { ...API.scopes, [INTROSPECTION_SCOPE]: 'Ask about tokens' },
    },
    OPERATOR,
  )
  return secretClient(server, { clientId: 'orders-backend' }, { scopes: [INTROSPECTION_SCOPE] })
}

/** An app on a server of its own: its users log in, and it has a secret. */
const CALLBACK = 'https://website.example.org/callback'
function website(server: TestServer) {
  return secretClient(server, {
    clientId: 'website',
    redirectUris: [CALLBACK],
    grantTypes: ['authorization_code', 'refresh_token'],
  })
}
async function websiteTokens({ app }: TestServer, headers: Fields, scope?: string) {
  const { code, verifier } = await obtainCode(app, { client_id: 'website', redirect_uri: CALLBACK, scope })
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier }
  return (await postForm(app, '/token', form, headers)).json()
}

t.test('§2.2: the backend of an API hears all about a token for it', async (t) => {
  const server = await testServer(t)
  const { headers } = await backend(server)
  const { access_token: token } = await obtainTokens(server.app)
  for (const hint of ['access_token', 'refresh_token', 'nonsense']) {
    const response = await introspect(server, headers, token, { token_type_hint: hint })
    t.equal(response.statusCode, 200)
    t.match(response.headers, { 'cache-control': 'no-store', 'content-type': /^application\/json/ })
    t.strictSame(response.json(), { active: true, token_type: 'Bearer', ...decodeJwt(token) })
  }
})

t.test('RFC 9449 §6.2: of a bound token it hears the key', async (t) => {
  const server = await testServer(t)
  const { headers } = await backend(server)
  const phone = await ProvingPhone.create(server.app)
  const { code, verifier } = await obtainCode(server.app)
  const form = { grant_type: 'authorization_code', client_id: APP.clientId, code, code_verifier: verifier }
  const tokens = (await phone.post('/token', { ...form, redirect_uri: REDIRECT_URI })).json()
  const answer = (await introspect(server, headers, tokens.access_token)).json()
  t.match(answer, { active: true, token_type: 'DPoP', cnf: { jkt: phone.jkt } })
})

t.test('a client hears about its own tokens, also refresh tokens while they would be answered', async (t) => {
  const server = await testServer(t)
  const { headers } = await website(server)
  const first = await websiteTokens(server, headers)
  t.match((await introspect(server, headers, first.access_token)).json(), { active: true, client_id: 'website' })

  const { iat, exp, auth_time, ...answer } = (await introspect(server, headers, first.refresh_token)).json()
  t.strictSame(answer, {
    active: true,
    iss: ISSUER,
    sub: server.personId,
    aud: API.resource,
    client_id: 'website',
    scope: 'orders:read orders:write',
    acr: 'urn:mobile-api-gateway:acr:password',
    amr: ['pwd'],
  })
  t.ok(Math.abs(auth_time - iat) < 60)
  t.ok(Math.abs(iat - Date.now() / 1000) < 60)
  t.equal(exp - iat, 30 * 24 * 3600)

  const renew = (token: string) =>
    postForm(server.app, '/token', { grant_type: 'refresh_token', refresh_token: token }, headers)
  const second = (await renew(first.refresh_token)).json()
  const active = async (token: string) => (await introspect(server, headers, token)).json().active
  t.equal(await active(first.refresh_token), true, 'a retry would be answered')
  t.equal(await active(second.refresh_token), true)
  const third = (await renew(second.refresh_token)).json()
  t.equal(await active(first.refresh_token), false, 'older than the last one')
  t.equal(await active(third.refresh_token), true, 'asking is not using: nothing was revoked')
  await turnClock(t, server.db, 31 * 24 * 3600)
  t.equal(await active(third.refresh_token), false)
})

t.test('§4: nobody else hears more than that it is not active', async (t) => {
  const server = await testServer(t)
  const machine = await secretClient(server)
  const site = await website(server)
  const ordersBackend = await backend(server)
  await defineApi(
    server.db,
    {
      id: 'other-api',
      name: 'Other',
      resource: 'https://api.example.com/other',
      scopes: { [INTROSPECTION_SCOPE]: 'Ask' },
      plans: ['basic'],
    },
    OPERATOR,
  )
  const otherBackend = await secretClient(
    server,
    { clientId: 'other-backend' },
    { apiId: 'other-api', scopes: [INTROSPECTION_SCOPE] },
  )
  const tokens = await obtainTokens(server.app)
  for (const { headers } of [machine, site, otherBackend])
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const response = await introspect(server, headers, token)
      t.equal(response.statusCode, 200)
      t.strictSame(response.json(), INACTIVE)
    }
  t.strictSame((await introspect(server, ordersBackend.headers, tokens.refresh_token)).json(), INACTIVE)
})

t.test('§2.1: without a client that proves itself there is no answer', async (t) => {
  const server = await testServer(t)
  const { headers } = await backend(server)
  const { access_token: token } = await obtainTokens(server.app)
  const cases: readonly (readonly [string, Fields, Fields, number, string])[] = [
    ['anonymous', { token }, {}, 401, 'invalid_client'],
    ['a public client, of its own token', { token, client_id: APP.clientId }, {}, 401, 'invalid_client'],
    ['the token itself as credential', { token }, { authorization: `Bearer ${token}` }, 401, 'invalid_client'],
    ['no token', {}, headers, 400, 'invalid_request'],
  ]
  for (const [name, form, sent, status, error] of cases) {
    const response = await postForm(server.app, '/introspect', form, sent)
    t.match([response.statusCode, response.json().error], [status, error], name)
  }
  const get = await server.app.inject({ url: `/introspect?token=${token}`, headers })
  t.equal(get.statusCode, 405)
})

t.test('what is no token of ours is not active, and nothing is said about why', async (t) => {
  const server = await testServer(t)
  const { headers } = await website(server)
  const tokens = await websiteTokens(server, headers)
  const [head, body, signature] = tokens.access_token.split('.')
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  const forged = Buffer.from(JSON.stringify({ ...decodeJwt(tokens.access_token), sub: 'usr_x' })).toString('base64url')
  const { id_token: idToken } = await websiteTokens(server, headers, 'openid orders:read')
  for (const token of [
    'x',
    'a.b.c',
    `${none}.${body}.`,
    `${head}.${forged}.${signature}`,
    idToken,
    tokens.refresh_token.slice(0, -1),
  ])
    t.strictSame((await introspect(server, headers, token)).json(), INACTIVE, token.slice(0, 30))
})

t.test('an access token is not active once what it stands for has ended', async (t) => {
  const endings: readonly (readonly [string, (server: TestServer, refreshToken: string) => Promise<unknown>])[] = [
    ['expired', ({ db }) => turnClock(t, db, 600)],
    ['revoked', ({ app }, token) => postForm(app, '/revoke', { token, client_id: APP.clientId })],
    ['password changed', ({ db, personId }) => replacePassword(db, personId, { hash: 'another', pepperId: null })],
    ['suspended', ({ db }) => db.updateTable('people').set({ status: 'suspended' }).execute()],
    [
      'subscription withdrawn',
      ({ db, applicationId }) => db.deleteFrom('subscriptions').where('application_id', '=', applicationId).execute(),
    ],
    [
      'a spent refresh token used',
      async ({ app }, token) => {
        const next = (await refresh(app, token)).json()
        await refresh(app, next.refresh_token)
        await refresh(app, token)
      },
    ],
  ]
  for (const [name, end] of endings) {
    const server = await testServer(t)
    const { headers } = await backend(server)
    const tokens = await obtainTokens(server.app)
    t.match((await introspect(server, headers, tokens.access_token)).json(), { active: true }, name)
    await end(server, tokens.refresh_token)
    t.strictSame((await introspect(server, headers, tokens.access_token)).json(), INACTIVE, name)
  }
})

t.test("a machine's token is active until it expires or its subscription ends", async (t) => {
  const server = await testServer(t)
  const { headers, applicationId } = await secretClient(server)
  const { access_token: token } = (await clientCredentials(server.app, headers)).json()
  t.strictSame((await introspect(server, headers, token)).json(), {
    active: true,
    token_type: 'Bearer',
    ...decodeJwt(token),
  })
  await turnClock(t, server.db, 600)
  t.strictSame((await introspect(server, headers, token)).json(), INACTIVE)
  await turnClock(t, server.db, 0)
  await server.db.deleteFrom('subscriptions').where('application_id', '=', applicationId).execute()
  t.strictSame((await introspect(server, headers, token)).json(), INACTIVE)
})

t.test('asking never revokes and never logs the token', async (t) => {
  const server = await testServer(t)
  const { headers } = await website(server)
  const first = await websiteTokens(server, headers)
  const renew = (token: string) =>
    postForm(server.app, '/token', { grant_type: 'refresh_token', refresh_token: token }, headers)
  const second = (await renew(first.refresh_token)).json()
  const third = (await renew(second.refresh_token)).json()
  await introspect(server, headers, first.refresh_token)
  t.equal((await renew(third.refresh_token)).statusCode, 200)
  for (const token of [first.refresh_token, first.access_token]) t.notOk(server.log.join('').includes(token))
})
