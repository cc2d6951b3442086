// The whole flow inside the authorization server: authorize, log in, code, tokens, refresh.
import { createLocalJWKSet, jwtVerify } from 'jose'
import t from 'tap'
import { Browser } from './support/browser.ts'
import {
  answerOf,
  authorizeUrl,
  logIn,
  obtainTokens,
  pkcePair,
  REDIRECT_URI,
  redeem,
  refresh,
} from './support/phone.ts'
import { API, APP, ISSUER, testServer } from './support/server.ts'

t.test('a user logs in and the app gets tokens', async (t) => {
  const { app, personId, applicationId } = await testServer(t)
  const browser = new Browser(app)
  const { verifier, challenge } = pkcePair()

  const loginPage = await browser.open(authorizeUrl(challenge))
  t.equal(loginPage.statusCode, 200)
  t.match(loginPage.body, /to continue to <strong>Shop<\/strong>/)
  const done = await logIn(browser, loginPage)
  const answer = answerOf(done)
  t.match(answer, { status: 303, to: REDIRECT_URI, state: 'a-state', iss: ISSUER, code: /^[\w-]{43}$/ })

  const response = await redeem(app, answer.code ?? '', verifier)
  const tokens = response.json()
  t.equal(response.statusCode, 200)
  t.equal(response.headers['cache-control'], 'no-store')
  t.match(tokens, { token_type: 'Bearer', expires_in: 600, scope: 'orders:read orders:write' })

  const jwks = createLocalJWKSet((await app.inject('/jwks')).json())
  const { payload, protectedHeader } = await jwtVerify(tokens.access_token, jwks, {
    issuer: ISSUER,
    audience: API.resource,
    typ: 'at+jwt',
  })
  t.match(protectedHeader, { alg: 'ES256', typ: 'at+jwt' })
  t.match(payload, {
    iss: ISSUER,
    sub: personId,
    aud: API.resource,
    client_id: APP.clientId,
    app_id: applicationId,
    scope: 'orders:read orders:write',
    acr: 'urn:mobile-api-gateway:acr:password',
    plan: 'basic',
    jti: /^.{20,}$/,
    grant_id: /^grant_/,
  })
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 600)
  t.ok(Math.abs(Number(payload.auth_time) - Number(payload.iat)) <= 5)
})

t.test('a refresh token gives new tokens and a new refresh token', async (t) => {
  const { app } = await testServer(t)
  const first = await obtainTokens(app)
  const response = await refresh(app, first.refresh_token)
  t.equal(response.statusCode, 200)
  t.not(response.json().refresh_token, first.refresh_token)
  t.equal((await refresh(app, response.json().refresh_token)).statusCode, 200)
})
