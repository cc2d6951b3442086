// Signing out at an app's request (OpenID Connect RP-Initiated Logout 1.0).
import t, { type Test } from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { rotateKeys } from '../../src/tokens/signing-keys.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { answerOf } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

const server = await testServer(t)
const site = await Website.open(server)
const bob = { email: 'bob@example.com', password: 'another passphrase' }
await createAccount(server.db, server.config.passwordPepper, bob)

/** A browser in which Ada is signed in. */
async function open() {
  const browser = new Browser(server.app)
  const tokens = await site.signIn({}, browser)
  return { ...server, server, site, browser, tokens, bye: site.definition.postLogoutRedirectUris?.[0] ?? '' }
}
type Opened = Awaited<ReturnType<typeof open>>

function logoutUrl(parameters: Record<string, string>) {
  return `/logout?${new URLSearchParams(parameters)}`
}
async function isSignedIn({ site, browser }: Pick<Opened, 'site' | 'browser'>) {
  return answerOf(await site.send(browser, { prompt: 'none' })).error === undefined
}
const CONFIRM = /<h1>Sign out\?<\/h1>/
const DONE = /<h1>You are signed out<\/h1>/

// The modules of the OpenID Foundation's plan oidcc-rp-initiated-logout-certification-test-plan.
type Module = (t: Test, opened: Opened) => Promise<void>
async function asks(t: Test, opened: Opened, parameters: Record<string, string>): Promise<void> {
  const page = await opened.browser.open(logoutUrl(parameters))
  t.equal(page.statusCode, 200)
  t.match(page.body, CONFIRM)
  t.ok(await isSignedIn(opened), 'asking is not doing')
  const done = await opened.browser.submit(page, '/interaction/logout')
  t.match(done, { statusCode: 200, body: DONE }, 'and there is no redirect afterwards')
  t.notOk(await isSignedIn(opened))
}
async function refuses(t: Test, opened: Opened, parameters: Record<string, string>): Promise<void> {
  const page = await opened.browser.open(logoutUrl(parameters))
  t.match(page, { statusCode: 400, headers: { 'content-type': /^text\/html/ } })
  t.notOk(page.headers.location)
  t.ok(await isSignedIn(opened), 'nothing has happened')
}
const modules: Record<string, Module> = {
  'oidcc-rp-initiated-logout-discovery-endpoint-verification': async (t, { app }) => {
    const { end_session_endpoint } = (await app.inject('/.well-known/openid-configuration')).json()
    t.equal(end_session_endpoint, 'http://localhost:4000/logout')
  },
  'oidcc-rp-initiated-logout': async (t, opened) => {
    const { browser, tokens, bye } = opened
    const hinted = { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 'a state&more' }
    const done = await browser.open(logoutUrl(hinted))
    t.match(done, { statusCode: 303, headers: { location: `${bye}?state=a%20state%26more` } })
    t.notOk(browser.cookies.has(SESSION_COOKIE))
    t.notOk(await isSignedIn(opened))
  },
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': (t, opened) =>
    refuses(t, opened, {
      id_token_hint: opened.tokens.id_token,
      post_logout_redirect_uri: 'https://evil.example.com/',
    }),
  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': (t, opened) =>
    refuses(t, opened, { id_token_hint: opened.tokens.id_token, post_logout_redirect_uri: `${opened.bye}?foo=bar` }),
  'oidcc-rp-initiated-logout-modified-id-token-hint': (t, opened) => {
    const [header, payload = '', signature] = opened.tokens.id_token.split('.')
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'usr_other' }
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
    return asks(t, opened, { id_token_hint: forged, post_logout_redirect_uri: opened.bye })
  },
  'oidcc-rp-initiated-logout-bad-id-token-hint': (t, opened) =>
    asks(t, opened, { id_token_hint: 'not a token', post_logout_redirect_uri: opened.bye }),
  'oidcc-rp-initiated-logout-no-id-token-hint': (t, opened) =>
    asks(t, opened, { post_logout_redirect_uri: opened.bye, state: 'x' }),
  'oidcc-rp-initiated-logout-no-params': (t, opened) => asks(t, opened, {}),
  'oidcc-rp-initiated-logout-only-state': (t, opened) => asks(t, opened, { state: 'x' }),
  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': async (t, opened) => {
    const page = await opened.browser.open(logoutUrl({ id_token_hint: opened.tokens.id_token, state: 'x' }))
    t.match(page, { statusCode: 200, body: DONE })
    t.notOk(await isSignedIn(opened))
  },
  'oidcc-rp-initiated-logout-no-state': async (t, { browser, tokens, bye }) => {
    const done = await browser.open(logoutUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye }))
    t.match(done, { statusCode: 303, headers: { location: bye } })
  },
}
for (const [name, check] of Object.entries(modules)) t.test(name, async (t) => check(t, await open()))

t.test('§2: a hint that has expired, or whose key has been replaced, still is one', async (t) => {
  const { db, app, browser, tokens, bye, config, keys } = await open()
  await rotateKeys(db, config.keyEncryptionKeys, { maxAgeSeconds: 0, leadSeconds: 0 })
  await turnClock(t, db, 3 * 3600)
  await keys.reload()
  const kid = JSON.parse(Buffer.from(tokens.id_token.split('.')[0] ?? '', 'base64url').toString()).kid
  t.notMatch((await app.inject('/jwks')).body, kid, 'the key is not published any more')
  const done = await browser.open(logoutUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye }))
  t.match(done, { statusCode: 303, headers: { location: bye } })
})

t.test('§2: another person’s hint signs nobody out unasked, and names who asks', async (t) => {
  const opened = await open()
  const { site, server, tokens, bye } = opened
  const browser = new Browser(server.app)
  await site.signIn({}, browser, bob)
  const hinted = { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 's' }
  const page = await browser.open(logoutUrl(hinted))
  t.match(page.body, CONFIRM)
  t.match(page.body, /<strong>News<\/strong> asks to sign you out/)
  t.match(page.body, 'bob@example.com')
  const done = await browser.submit(page, '/interaction/logout')
  t.match(done, { statusCode: 303, headers: { location: `${bye}?state=s` } }, 'a yes makes the redirect legitimate')
  t.notOk(await isSignedIn({ site, browser }))
  t.ok(await isSignedIn(opened), 'Ada, whose hint it was, stays signed in')
})

t.test('§3: client_id stands in for the hint, with the person’s yes; the two may not differ', async (t) => {
  const opened = await open()
  const { browser, tokens, site, server, bye } = opened
  const other = await Website.open(server, { clientId: 'other-site', name: 'Other' })
  for (const parameters of [
    { id_token_hint: tokens.id_token, client_id: other.clientId },
    { client_id: 'nobody' },
    { client_id: other.clientId, post_logout_redirect_uri: bye },
  ])
    await refuses(t, opened, parameters)
  const page = await browser.open(logoutUrl({ client_id: site.clientId, post_logout_redirect_uri: bye }))
  t.match(page.body, CONFIRM)
  t.match(page.headers['content-security-policy'], "form-action 'self' https:;")
  t.match((await browser.submit(page, '/interaction/logout')).headers, { location: bye })
})

t.test(
  'without a session there is nothing to end: with a hint straight back, otherwise a page and no redirect',
  async (t) => {
    const { app, tokens, site, bye } = await open()
    const stranger = () => new Browser(app)
    const hinted = await stranger().open(logoutUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye }))
    t.match(hinted, { statusCode: 303, headers: { location: bye } })
    const named = await stranger().open(logoutUrl({ client_id: site.clientId, post_logout_redirect_uri: bye }))
    t.match(named, { statusCode: 200, body: DONE })
    const direct = { client_id: site.clientId, post_logout_redirect_uri: bye }
    t.match(await stranger().open(`/interaction${logoutUrl(direct)}`), { statusCode: 200, body: DONE })
  },
)

t.test('no open redirect: only what this client registered is ever gone to', async (t) => {
  const { server, site, tokens } = await open()
  const evil = [
    'https://evil.example.com/bye',
    '//evil.example.com',
    '/authorize',
    'https://news-site.example.com/bye/',
    'https://news-site.example.com/bye#x',
    'https://news-site.example.com@evil.example.com/bye',
    'https://news-site.example.com/bye?from=here&more=x',
    'https://news-site.example.com/callback',
    'javascript:alert(1)',
  ]
  for (const post_logout_redirect_uri of evil) {
    const browser = new Browser(server.app)
    const asked = { id_token_hint: tokens.id_token, post_logout_redirect_uri }
    t.equal((await browser.open(logoutUrl(asked))).statusCode, 400, post_logout_redirect_uri)
    await site.signIn({}, browser)
    const page = await browser.open(`/interaction${logoutUrl({ client_id: site.clientId, post_logout_redirect_uri })}`)
    const smuggled = await browser.submit(page, '/interaction/logout', {
      client_id: site.clientId,
      post_logout_redirect_uri,
    })
    t.match(smuggled, { statusCode: 200, body: DONE })
  }
  t.equal((await server.app.inject('/logout?state=1&state=2')).statusCode, 400)
  t.equal((await server.app.inject({ method: 'DELETE', url: '/logout' })).statusCode, 405)
})

t.test('logout CSRF: the form counts from our own page, this browser and this session only', async (t) => {
  const opened = await open()
  const { browser, site, app } = opened
  const page = await browser.open('/logout')
  const [form] = formsOf(page.body)
  if (!form) throw new Error('no form')
  const post = (form_: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.request('POST', '/interaction/logout', { form: form_, headers })
  for (const [fields, headers] of [
    [{}, {}],
    [{ csrf: 'x'.repeat(43) }, {}],
    [form.hidden, { origin: 'https://evil.example.com' }],
    [form.hidden, { 'sec-fetch-site': 'cross-site' }],
  ] as const) {
    t.equal((await post(fields, headers)).statusCode, 403)
    t.ok(await isSignedIn(opened))
  }
  const other = new Browser(app)
  await site.signIn({}, other)
  t.equal((await other.request('POST', '/interaction/logout', { form: form.hidden })).statusCode, 403)

  await browser.submit(page, '/interaction/logout')
  await site.signIn({}, browser)
  t.equal((await post(form.hidden)).statusCode, 403, 'an old page says nothing about a new session')
  t.ok(await isSignedIn(opened))
})

t.test('a sign-out posted by another site, which comes without cookies, ends nothing and says so', async (t) => {
  const opened = await open()
  const { browser, site, tokens, app } = opened
  for (const headers of [
    { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
    {},
  ]) {
    const response = await app.inject({
      method: 'POST',
      url: '/interaction/logout',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: `csrf=x&client_id=${site.clientId}&post_logout_redirect_uri=${encodeURIComponent(opened.bye)}`,
    })
    t.match(response, { statusCode: 403, headers: { 'content-type': /^text\/html/ }, body: /Nothing has changed/ })
    t.notOk(response.headers.location)
    t.strictSame(response.cookies, [], 'a cookie that did not come is not taken away')
    browser.keep(response)
  }
  t.ok(await isSignedIn(opened))
  t.equal((await site.refresh(tokens.refresh_token)).statusCode, 200)
})

t.test('a session cookie is taken away only where one came', async (t) => {
  const { app, tokens, bye } = await open()
  const hinted = logoutUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye })
  for (const url of ['/logout', '/interaction/logout', hinted]) {
    t.strictSame((await app.inject(url)).cookies, [], url)
    const dead = new Browser(app)
    dead.cookies.set(SESSION_COOKIE, 'x'.repeat(43))
    t.ok([200, 303].includes((await dead.open(url)).statusCode))
    if (url !== '/interaction/logout') t.notOk(dead.cookies.has(SESSION_COOKIE))
  }
})

t.test('a double click on Sign out is one: both answers say it is done, and lead where they should', async (t) => {
  const opened = await open()
  const { browser, site, bye } = opened
  const page = await browser.open(logoutUrl({ client_id: site.clientId, post_logout_redirect_uri: bye, state: 's' }))
  const [form] = formsOf(page.body)
  const clicks = [1, 2, 3].map(() => browser.request('POST', form?.action ?? '', { form: form?.hidden ?? {} }))
  for (const answer of await Promise.all(clicks))
    t.match(answer, { statusCode: 303, headers: { location: `${bye}?state=s` } })
  t.notOk(browser.cookies.has(SESSION_COOKIE))
  t.notOk(await isSignedIn(opened))
})

t.test('POST: the form of another site, which brings none of our cookies, becomes a GET that has them', async (t) => {
  const { app, browser, tokens, bye } = await open()
  const form = { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 's', logout_hint: 'x', foo: 'y' }
  const response = await app.inject({
    method: 'POST',
    url: '/logout',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://news-site.example.com' },
    payload: new URLSearchParams(form).toString(),
  })
  const { logout_hint: _ignored, foo: _unknown, ...kept } = form
  t.match(response, { statusCode: 303 })
  t.strictSame(Object.fromEntries(new URLSearchParams(response.headers.location?.split('?')[1])), kept)
  t.equal((await browser.open(response.headers.location ?? '')).headers.location, `${bye}?state=s`)
})

t.test('neither hints nor state get into the log', async (t) => {
  const { browser, tokens, bye, log } = await open()
  await browser.open(
    logoutUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 'my-secret-state' }),
  )
  await browser.open(logoutUrl({ id_token_hint: 'broken-hint', client_id: 'nobody', state: 'my-secret-state' }))
  const text = log.join('')
  t.match(text, '/logout')
  for (const secret of ['my-secret-state', tokens.id_token, 'broken-hint', tokens.access_token])
    t.notOk(text.includes(secret))
})
