// The OpenID Foundation's Basic profile (conformance suite, plan oidcc-basic-certification-test-plan): a test per module,
// under the module's own name, for a confidential client with client_secret_basic and a nonce instead of PKCE.
import type { InjectOptions } from 'fastify'
import { decodeProtectedHeader } from 'jose'
import t, { type Test } from 'tap'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { nameAndVerify, sayEverything } from '../support/people.ts'
import { answerOf, logIn, pkcePair } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { Website, type WebsiteTokens } from '../support/website.ts'

// One server for all of them, and a browser of its own for each.
const server = await testServer(t)
await nameAndVerify(server.db, server.personId, 'Ada Lovelace')
await sayEverything(server.db, server.personId)
const site = await Website.open(server)
const discovery = (await server.app.inject('/.well-known/openid-configuration')).json()

/** OpenID Connect Core §5.4, by scope. */
const PROFILE =
  'name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale updated_at'.split(
    ' ',
  )
const PHONE = ['phone_number', 'phone_number_verified']

type Suite = typeof server & Readonly<{ site: Website; browser: Browser }>
type Module = (t: Test, suite: Suite) => Promise<void>

/** What the suite checks of every successful flow: the answer, the ID token, and one call with the access token. */
async function soundFlow(t: Test, { site, browser, personId }: Suite, changes = {}, by = site): Promise<WebsiteTokens> {
  const nonce = 'a-nonce'
  const tokens = await by.signIn({ nonce, ...changes }, browser)
  t.match(tokens, { token_type: 'Bearer', expires_in: Number, access_token: /./ })
  const claims = await by.claims(tokens.id_token)
  t.match(claims, { iss: ISSUER, sub: personId, aud: by.clientId, nonce, acr: /./, auth_time: Number, at_hash: /./ })
  t.match(decodeProtectedHeader(tokens.id_token), { alg: 'ES256', kid: /./ })
  t.match((await by.userinfo(tokens.access_token)).json(), { sub: personId })
  return tokens
}
function flowWith(changes: Readonly<Record<string, string>>): Module {
  return async (t, suite) => {
    await soundFlow(t, suite, changes)
  }
}

/** A first sign-in, then a second with the same browser; the login page is shown where one has to be. */
async function twice({ site, browser }: Suite, changes: Readonly<Record<string, string>>) {
  const first = await site.claims((await site.signIn({}, browser)).id_token)
  const page = await site.send(browser, changes)
  const loginShown = page.body.includes('<h1>Sign in')
  const { code } = answerOf(loginShown ? await logIn(browser, page) : page)
  const second = await site.claims((await site.redeem(code)).json().id_token)
  return { first, second, loginShown }
}
function sameLogin(changes: Readonly<Record<string, string>>): Module {
  return async (t, suite) => {
    const { first, second, loginShown } = await twice(suite, changes)
    t.notOk(loginShown)
    t.match(second, { sub: first.sub, auth_time: first.auth_time })
  }
}

function userinfoBy(how: (accessToken: string) => InjectOptions): Module {
  return async (t, { app, site, personId }) => {
    const { access_token } = await site.signIn()
    const response = await app.inject(how(access_token))
    t.match(response, { statusCode: 200, headers: { 'content-type': /^application\/json/ } })
    t.strictSame(response.json(), { sub: personId })
  }
}

/** A scope that opens these claims at userinfo; all of them, for the person has said all of it. */
function scopeOpens(scope: string, claims: readonly string[]): Module {
  return async (t, { site }) => {
    for (const name of scope.split(' ')) t.ok(discovery.scopes_supported.includes(name), name)
    const { access_token } = await site.signIn({ scope: `openid ${scope}` })
    const told = (await site.userinfo(access_token)).json()
    t.strictSame(new Set(Object.keys(told)), new Set(['sub', ...claims]))
    for (const claim of claims) t.ok(discovery.claims_supported.includes(claim), claim)
  }
}

function refusedWith(
  error: string,
  parameters: (site: Website) => Readonly<Record<string, string | undefined>>,
): Module {
  return async (t, { site, browser }) => {
    const answer = answerOf(await site.send(browser, parameters(site)))
    t.match(answer, { status: 303, to: site.redirectUri, error, state: 'a-state', iss: ISSUER })
  }
}

function requestObject(claims: object): string {
  return `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
}

const MODULES: Readonly<Record<string, Module>> = {
  'oidcc-server': async (t, suite) => {
    await soundFlow(t, suite)
  },
  'oidcc-response-type-missing': refusedWith('invalid_request', () => ({ response_type: undefined })),
  'oidcc-idtoken-signature': async (t, { app, site }) => {
    const { kid } = decodeProtectedHeader((await site.signIn()).id_token)
    const { keys } = (await app.inject('/jwks')).json()
    t.equal(keys.filter((key: { kid: string }) => key.kid === kid).length, 1, 'the key is found by its kid alone')
  },
  // Optional, and for registered clients only: an unsigned ID token is nothing we issue.
  'oidcc-idtoken-unsigned': async (t) => {
    t.notOk(discovery.id_token_signing_alg_values_supported.includes('none'))
    const site = await Website.open(server, { clientId: 'unsigned', idTokenAlg: 'none' }).catch(() => undefined)
    if (site) await t.rejects(site.signIn())
  },
  'oidcc-userinfo-get': userinfoBy((token) => ({ url: '/userinfo', headers: { authorization: `Bearer ${token}` } })),
  'oidcc-userinfo-post-header': userinfoBy((token) => ({
    method: 'POST',
    url: '/userinfo',
    headers: { authorization: `Bearer ${token}` },
  })),
  'oidcc-userinfo-post-body': userinfoBy((token) => ({
    method: 'POST',
    url: '/userinfo',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `access_token=${token}`,
  })),
  // Cannot pass, on purpose: the module sends neither nonce nor PKCE, and then nothing keeps a stolen code from being
  // used (RFC 9700 §2.1.1, OAuth 2.1 §7.5.1). The same request with PKCE succeeds without nonce.
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': async (t, { site, browser }) => {
    const refused = answerOf(await site.send(browser, { nonce: undefined }))
    t.match(refused, { to: site.redirectUri, error: 'invalid_request', state: 'a-state', iss: ISSUER })
    t.equal(refused.error_description, 'send a code_challenge (PKCE) or a nonce')
    const { verifier, challenge } = pkcePair()
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
    const { code } = answerOf(await logIn(browser, await site.send(browser, { nonce: undefined, ...pkce })))
    const { id_token } = (await site.redeem(code, { code_verifier: verifier })).json()
    t.notOk('nonce' in (await site.claims(id_token)))
  },
  'oidcc-scope-profile': async (t, suite) => {
    const { access_token } = await soundFlow(t, suite, { scope: 'openid profile' })
    t.match((await suite.site.userinfo(access_token)).json(), { name: 'Ada Lovelace', updated_at: Number })
  },
  'oidcc-scope-email': async (t, suite) => {
    const { access_token } = await soundFlow(t, suite, { scope: 'openid email' })
    t.match((await suite.site.userinfo(access_token)).json(), { email: USER.email, email_verified: true })
  },
  'oidcc-scope-address': scopeOpens('address', ['address']),
  'oidcc-scope-phone': scopeOpens('phone', PHONE),
  'oidcc-scope-all': scopeOpens('profile email address phone', [
    ...PROFILE,
    'email',
    'email_verified',
    'address',
    ...PHONE,
  ]),
  'oidcc-ensure-other-scope-order-succeeds': flowWith({ scope: 'email openid' }),
  'oidcc-alternate-happy-flow': async (t, { site, browser }) => {
    const reversed = Object.entries(site.parameters({ scope: 'email openid' })).reverse()
    const done = await logIn(browser, await browser.open(`/authorize?${new URLSearchParams(reversed)}`))
    const tokens = (await site.redeem(answerOf(done).code)).json()
    t.match((await site.userinfo(tokens.access_token)).json(), { email: USER.email })
  },
  'oidcc-display-page': flowWith({ display: 'page' }),
  'oidcc-display-popup': flowWith({ display: 'popup' }),
  'oidcc-prompt-login': async (t, suite) => {
    const { first, second, loginShown } = await twice(suite, { prompt: 'login' })
    t.ok(loginShown)
    t.equal(second.sub, first.sub)
    t.ok(Number(second.auth_time) >= Number(first.auth_time))
  },
  'oidcc-prompt-none-not-logged-in': refusedWith('login_required', () => ({ prompt: 'none' })),
  'oidcc-prompt-none-logged-in': sameLogin({ prompt: 'none' }),
  'oidcc-max-age-1': async (t, suite) => {
    const first = await suite.site.claims((await suite.site.signIn({}, suite.browser)).id_token)
    await turnClock(t, suite.db, 2)
    const page = await suite.site.send(suite.browser, { max_age: '1' })
    t.match(page.body, '<h1>Sign in')
    const { code } = answerOf(await logIn(suite.browser, page))
    const second = await suite.site.claims((await suite.site.redeem(code)).json().id_token)
    t.ok(Number(second.auth_time) >= Number(first.auth_time) + 2)
  },
  'oidcc-max-age-10000': sameLogin({ max_age: '10000' }),
  'oidcc-ensure-request-with-unknown-parameter-succeeds': flowWith({ extra: 'foobar' }),
  'oidcc-id-token-hint': async (t, suite) => {
    const { id_token } = await suite.site.signIn({}, suite.browser)
    await sameLogin({ prompt: 'none', id_token_hint: id_token })(t, suite)
  },
  'oidcc-login-hint': async (t, suite) => {
    const page = await suite.site.send(suite.browser, { login_hint: 'buffy@oidc.example.com' })
    t.match(page.body, 'value="buffy@oidc.example.com"')
    await soundFlow(t, suite, { login_hint: 'buffy@oidc.example.com' })
  },
  'oidcc-ui-locales': flowWith({ ui_locales: 'se' }),
  'oidcc-claims-locales': flowWith({ claims_locales: 'se' }),
  'oidcc-ensure-request-with-acr-values-succeeds': async (t, { site }) => {
    const { acr_values_supported } = discovery
    const { id_token } = await site.signIn({ acr_values: acr_values_supported.join(' ') })
    t.ok(acr_values_supported.includes((await site.claims(id_token)).acr))
  },
  'oidcc-codereuse': async (t, { site, browser }) => {
    const { code } = answerOf(await logIn(browser, await site.send(browser)))
    t.equal((await site.redeem(code)).statusCode, 200)
    t.match(await site.redeem(code), { statusCode: 400, body: /"error":"invalid_grant"/ })
  },
  'oidcc-codereuse-30seconds': async (t, { db, site, browser }) => {
    const { code } = answerOf(await logIn(browser, await site.send(browser)))
    const { access_token } = (await site.redeem(code)).json()
    await turnClock(t, db, 30)
    t.match(await site.redeem(code), { statusCode: 400, body: /"error":"invalid_grant"/ })
    t.equal((await site.userinfo(access_token)).statusCode, 401, 'and what it gave is withdrawn')
  },
  'oidcc-ensure-registered-redirect-uri': async (t, { site, browser }) => {
    const page = await site.send(browser, { redirect_uri: `${site.redirectUri}-other` })
    t.match(page, {
      statusCode: 400,
      headers: { 'content-type': /^text\/html/ },
      body: /redirect_uri is not registered/,
    })
    t.notOk(page.headers.location)
  },
  'oidcc-ensure-post-request-succeeds': async (t, { site, browser }) => {
    const headers = { origin: 'https://www.certification.openid.net', 'sec-fetch-site': 'cross-site' }
    const posted = await browser.request('POST', '/authorize', { form: site.parameters(), headers })
    const { code } = answerOf(await logIn(browser, await browser.follow(posted)))
    t.equal((await site.redeem(code)).statusCode, 200)
  },
  'oidcc-server-client-secret-post': async (t, suite) => {
    const site = await Website.open(server, { clientId: 'post-site', authMethod: 'client_secret_post' })
    await soundFlow(t, suite, {}, site)
  },
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': refusedWith(
    'request_uri_not_supported',
    () => ({ request_uri: 'https://www.certification.openid.net/requesturi/1#x' }),
  ),
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported': refusedWith(
    'request_not_supported',
    (site) => ({ request: requestObject(site.parameters()) }),
  ),
  'oidcc-claims-essential': async (t, suite) => {
    t.equal(discovery.claims_parameter_supported, true)
    const tokens = await soundFlow(t, suite, { claims: '{"userinfo":{"name":{"essential":true}}}' })
    t.match((await suite.site.userinfo(tokens.access_token)).json(), { name: 'Ada Lovelace' })
  },
  // Does not apply to a server without request objects: the plain, unregistered redirect_uri is a page.
  'oidcc-ensure-request-object-with-redirect-uri': async (t, { site, browser }) => {
    const asked = { redirect_uri: 'https://evil.example.com/', request: requestObject(site.parameters()) }
    t.match(await site.send(browser, asked), { statusCode: 400, headers: { 'content-type': /^text\/html/ } })
  },
  'oidcc-refresh-token': async (t, suite) => {
    const { site, browser } = suite
    const scope = 'openid offline_access'
    const { refresh_token, id_token } = await site.signIn({ scope, prompt: 'consent' }, browser)
    const first = await site.claims(id_token)
    const refreshed = (await site.refresh(refresh_token)).json()
    const { iss, sub, aud, auth_time } = first
    t.match(await site.claims(refreshed.id_token), { iss, sub, aud, auth_time })
    t.match(refreshed, { scope, token_type: 'Bearer', refresh_token: /^[\x20-\x7E]+$/ })
    t.equal((await site.userinfo(refreshed.access_token)).statusCode, 200)
    const other = await Website.open(server, { clientId: 'second-client' })
    const theirs = (await other.signIn({ scope }, browser)).refresh_token
    t.match(await site.refresh(theirs), { statusCode: 400, body: /"error":"invalid_grant"/ })
    t.equal((await other.refresh(theirs)).statusCode, 200, 'the attempt did the owner no harm')
  },
  'oidcc-ensure-request-with-valid-pkce-succeeds': async (t, { site, browser }) => {
    const { verifier, challenge } = pkcePair()
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
    const { code } = answerOf(await logIn(browser, await site.send(browser, pkce)))
    t.match(
      await site.redeem(code),
      { statusCode: 400, body: /"error":"invalid_grant"/ },
      'once asked for, it is enforced',
    )
    t.equal((await site.redeem(code, { code_verifier: verifier })).statusCode, 200)
  },
}

for (const [name, check] of Object.entries(MODULES))
  t.test(name, async (t) => {
    await check(t, { ...server, site, browser: new Browser(server.app) })
  })
