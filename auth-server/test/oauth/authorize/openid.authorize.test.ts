// What OpenID Connect adds to /authorize: id_token_hint, prompt, max_age, acr_values, POST (Core §3.1.2.1, §3.1.2.2).
import t, { type Test } from 'tap'
import { createAccount } from '../../../src/identity/local-account.ts'
import { Browser } from '../../support/browser.ts'
import { turnClock } from '../../support/database.ts'
import { answerOf, authorizeUrl, logIn, obtainCode, pkcePair, redeem } from '../../support/phone.ts'
import { API, ISSUER, testServer, USER } from '../../support/server.ts'
import { Website } from '../../support/website.ts'

const BOB = { email: 'bob@example.com', password: 'another passphrase' }

async function open(t: Test) {
  const server = await testServer(t)
  const site = await Website.open(server)
  const browser = new Browser(server.app)
  const tokens = await site.signIn({ scope: 'openid email' }, browser)
  await createAccount(server.db, server.config.passwordPepper, BOB)
  return { ...server, server, site, browser, tokens, hint: { id_token_hint: tokens.id_token } }
}
function prefilled(email: string) {
  return `autocomplete="username webauthn" autocapitalize="none" autocorrect="off" spellcheck="false" required maxlength="254" value="${email}"`
}

t.test('id_token_hint of the person who is signed in changes nothing, also once it has expired', async (t) => {
  const { db, site, browser, hint } = await open(t)
  for (const seconds of [0, 24 * 3600]) {
    await turnClock(t, db, seconds)
    t.match(answerOf(await site.send(browser, { ...hint, prompt: 'none' })), { status: 303, code: /^[\w-]{43}$/ })
  }
})

t.test(
  'id_token_hint of another person: login_required without a page, otherwise a login page for that person',
  async (t) => {
    const { app, site, hint } = await open(t)
    const browser = new Browser(app)
    await site.signIn({}, browser, BOB)
    const silent = answerOf(await site.send(browser, { ...hint, prompt: 'none' }))
    t.match(silent, { to: site.redirectUri, error: 'login_required', state: 'a-state', iss: ISSUER })
    const page = await site.send(browser, hint)
    t.match(page, { statusCode: 200, body: /<h1>Sign in/ })
    t.match(page.body, prefilled(USER.email))
    t.match(answerOf(await logIn(browser, page)), { to: site.redirectUri, code: /./ })
  },
)

t.test('§3.1.2.2: nobody but the person that the hint names gets the app a code', async (t) => {
  const { app, site, hint } = await open(t)
  const browser = new Browser(app)
  const answer = answerOf(await logIn(browser, await site.send(browser, hint), BOB))
  t.match(answer, { to: site.redirectUri, error: 'login_required', state: 'a-state' })
  t.notOk('code' in answer)
  t.match(answerOf(await site.send(browser, { prompt: 'none' })), { code: /./ }, 'Bob is signed in all the same')
})

t.test('a hint shows no address to an app that was never told it', async (t) => {
  const { app, server } = await open(t)
  const nosy = await Website.open(server, { clientId: 'nosy-site' })
  const { id_token } = await nosy.signIn({ scope: 'openid' })
  const page = await nosy.send(new Browser(app), { id_token_hint: id_token })
  t.match(page.body, prefilled(''))
  t.notMatch(page.body, USER.email)
  const own = new Browser(app)
  await nosy.signIn({}, own)
  t.match((await nosy.send(own, { id_token_hint: id_token, prompt: 'login' })).body, prefilled(USER.email))
})

t.test('a hint that is no ID token of ours for this client is invalid_request', async (t) => {
  const { app, server, site, tokens } = await open(t)
  const other = await Website.open(server, { clientId: 'other-site' })
  const foreign = (await other.signIn()).id_token
  const [header, payload, signature] = tokens.id_token.split('.')
  const nameless = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'JWT', kid: '\0' })).toString('base64url')
  const forged = `${nameless}.${payload}.${signature}`
  for (const id_token_hint of [foreign, tokens.access_token, 'x', `${header}.${payload}.`, 'a.b.c', forged]) {
    const answer = answerOf(await site.send(new Browser(app), { id_token_hint, prompt: 'none' }))
    t.match(answer, { to: site.redirectUri, error: 'invalid_request', state: 'a-state', iss: ISSUER })
  }
})

t.test('§3.1.2.1: prompt=none with consent to give is consent_required, and shows nothing', async (t) => {
  const { server, app } = await open(t)
  const site = await Website.open(server, { clientId: 'strange-site' })
  await server.register(site.definition, { trusted: false })
  const browser = new Browser(app)
  const ask = { scope: 'openid orders:read' }
  await site.signIn({ scope: 'orders:write' }, browser)
  t.match(answerOf(await site.send(browser, { ...ask, prompt: 'none' })), { error: 'consent_required' })
  await site.signIn(ask, browser)
  t.match(answerOf(await site.send(browser, { ...ask, prompt: 'none' })), { code: /./ })
  const again = await site.send(browser, { ...ask, prompt: 'consent' })
  t.match(again.body, /<h1>Allow/, 'prompt=consent asks even so')
})

t.test('RFC 8252 §8.6: prompt=none for a native app is interaction_required, hint or not', async (t) => {
  const { app } = await open(t)
  const { browser, code, verifier } = await obtainCode(app, { scope: 'openid' })
  const { id_token } = (await redeem(app, code, verifier)).json()
  const silent = authorizeUrl(pkcePair().challenge, { scope: 'openid', prompt: 'none', id_token_hint: id_token })
  t.match(answerOf(await browser.open(silent)), { error: 'interaction_required' })
})

t.test('max_age: an older login is done again, and auth_time says so; max_age=0 always', async (t) => {
  const { db, site, browser, tokens } = await open(t)
  const before = Number((await site.claims(tokens.id_token)).auth_time)
  await turnClock(t, db, 100)
  t.match(answerOf(await site.send(browser, { max_age: '200', prompt: 'none' })), { code: /./ })
  t.match(answerOf(await site.send(browser, { max_age: '99', prompt: 'none' })), { error: 'login_required' })
  for (const max_age of ['99', '0']) {
    const page = await site.send(browser, { max_age })
    t.match(page.body, /<h1>Sign in/)
    const { code } = answerOf(await logIn(browser, page))
    t.ok(Number((await site.claims((await site.redeem(code)).json().id_token)).auth_time) >= before + 100)
  }
  for (const max_age of ['-1', '1.5', 'x', '1e3'])
    t.match(answerOf(await site.send(browser, { max_age })), { error: 'invalid_request' })
})

t.test('acr says what was done, whatever acr_values wished for', async (t) => {
  const { site, app } = await open(t)
  for (const acr_values of ['urn:mobile-api-gateway:acr:password', 'phr phrh', 'urn:example:gold']) {
    const { id_token } = await site.signIn({ acr_values })
    t.equal((await site.claims(id_token)).acr, 'urn:mobile-api-gateway:acr:password')
  }
  const { acr_values_supported } = (await app.inject('/.well-known/openid-configuration')).json()
  t.strictSame(
    acr_values_supported,
    ['password', 'mfa', 'passkey'].map((name) => `urn:mobile-api-gateway:acr:${name}`),
  )
})

t.test(
  '§3.1.2.1: a form on the app’s own site finds the session, and leaves the browser’s cookies alone',
  async (t) => {
    const { app, site, browser, tokens } = await open(t)
    const response = await app.inject({
      method: 'POST',
      url: '/authorize',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
      payload: new URLSearchParams({ ...site.parameters({ prompt: 'none' }), resource: API.resource }).toString(),
    })
    t.equal(response.statusCode, 303)
    t.strictSame(response.cookies, [])
    const { code } = answerOf(await browser.open(response.headers.location ?? ''))
    const { sub } = await site.claims((await site.redeem(code)).json().id_token)
    t.equal(sub, (await site.claims(tokens.id_token)).sub)
  },
)

t.test('§3.1.2.1: so does one that is too long for an address', async (t) => {
  const { app, site, browser, tokens } = await open(t)
  const long = { login_hint: 'x'.repeat(4000), ui_locales: 'x'.repeat(4000) }
  const response = await app.inject({
    method: 'POST',
    url: '/authorize',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
    payload: new URLSearchParams({ ...site.parameters({ prompt: 'none' }), ...long }).toString(),
  })
  t.equal(response.statusCode, 303)
  browser.keep(response)
  const { code } = answerOf(await browser.follow(response))
  const { sub } = await site.claims((await site.redeem(code)).json().id_token)
  t.equal(sub, (await site.claims(tokens.id_token)).sub)
})
