// A visit without an app: a page of the account sends whoever has to sign in to the same pages, and gets them back.
import t, { type Test } from 'tap'
import { type AccountVisit, beginAccountVisit, isAccountPage } from '../../src/interaction/account-visit.ts'
import { currentSession } from '../../src/interaction/session.ts'
import type { Db } from '../../src/store/database.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { logIn } from '../support/phone.ts'
import { visitAddresses } from '../support/routes.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { signedInBrowser } from '../support/session.ts'

const PAGE = '/account/a-page?of=mine'

/** A server with a page of the account that asks for `wanted` of whoever opens it. */
async function accountServer(t: Test, wanted: Partial<AccountVisit> = {}, environment: Record<string, string> = {}) {
  const server = await testServer(t, environment)
  server.app.get('/account/a-page', async (request, reply) => {
    const session = await currentSession(server.deps, request)
    const { maxAgeSeconds = Number.POSITIVE_INFINITY } = wanted
    if (session && session.ageSeconds <= maxAgeSeconds) return `the page of ${session.personId}`
    return beginAccountVisit(server.deps, request, reply, { returnTo: request.url, ...wanted })
  })
  return { ...server, browser: new Browser(server.app) }
}

/** What the audit log tells of anything but keys and what developers deal in. */
function auditedPeople(db: Db) {
  const events = db
    .selectFrom('audit_events')
    .where('type', 'not in', ['key-rotation', 'client-registration', 'api', 'subscription'])
  return events.select(['type', 'outcome', 'application_id']).execute()
}

t.test('whoever signs in is back at the page, and no application, consent or code has to do with it', async (t) => {
  const { browser, db, personId } = await accountServer(t)
  const page = await browser.open(PAGE)
  t.match(page.body, /<h1>Sign in<\/h1>\s*<p>to continue to your account<\/p>/)
  t.match(page.headers['content-security-policy'], /form-action 'self';/)
  const [form] = formsOf(page.body)
  const signedIn = await browser.request('POST', form?.action ?? '', { form: { ...form?.hidden, ...USER } })
  const ended = await browser.request('GET', signedIn.headers.location ?? '')
  t.match(ended, { statusCode: 303, headers: { location: PAGE } })
  t.equal((await browser.follow(ended)).body, `the page of ${personId}`)
  t.strictSame(await db.selectFrom('authorization_codes').selectAll().execute(), [])
  t.match(await auditedPeople(db), [{ type: 'sign-in', outcome: 'succeeded', application_id: null }])
})

t.test('a sign-in that is too old has to be made again, and the address is there already', async (t) => {
  const { browser, app, db } = await accountServer(t, { maxAgeSeconds: 300 })
  for (const [name, value] of (await signedInBrowser(app)).cookies) browser.cookies.set(name, value)
  t.equal((await browser.open(PAGE)).statusCode, 200)
  await turnClock(t, db, 301)
  const page = await browser.open(PAGE)
  t.match(page.body, new RegExp(`<h1>Sign in</h1>.*value="${USER.email}"`, 's'))
  const again = await logIn(browser, page)
  t.match(again.body, /^the page of/)
})

t.test('Cancel changes nothing, and says so on a page of its own', async (t) => {
  const { browser, db } = await accountServer(t)
  const page = await browser.open(PAGE)
  const cancelled = await browser.submit(page, '/deny')
  t.match(cancelled, { statusCode: 200, body: /<h1>Sign-in cancelled<\/h1>/ })
  t.ok(cancelled.body.includes(`href="${PAGE}"`), 'with a way to begin again')
  t.notOk(browser.cookies.has(SESSION_COOKIE))
  t.strictSame(await auditedPeople(db), [])
  t.match(await browser.submit(page, '/deny'), { statusCode: 409, body: /<h1>This sign-in is done<\/h1>/ })
})

t.test('its ends say what is true, and lead back to the page in its own browser only', async (t) => {
  const { browser, app, db } = await accountServer(t)
  const page = await browser.open(PAGE)
  const id = formsOf(page.body)[0]?.action.split('/')[2] ?? ''
  const ends = async (status: number, says: RegExp, link: boolean, by = browser) => {
    for (const url of await visitAddresses(app, 'GET', id)) {
      const answer = await by.request('GET', url)
      t.match(answer, { statusCode: status, body: says }, url)
      t.equal(answer.body.includes(`href="${PAGE}"`), link, url)
      t.notMatch(answer.body, /\bapp\b/i, 'nothing about an app')
    }
  }
  await ends(403, /<h1>This page belongs to another browser/, false, new Browser(app))
  await turnClock(t, db, 3601)
  await ends(410, /<h1>This page has expired/, true)
  await turnClock(t, db, 0)
  await logIn(browser, page)
  await ends(200, /<h1>This sign-in is done/, true)
})

t.test('it counts as a visit: limit, and cookies of ten at once', async (t) => {
  const { browser, app } = await accountServer(t, {}, { VISITS_PER_MINUTE: '12' })
  const first = await browser.open(PAGE)
  for (let count = 0; count < 10; count++) await browser.open(PAGE)
  t.equal((await logIn(browser, first)).statusCode, 403, 'the oldest of eleven was given up')
  await new Browser(app).open(PAGE)
  t.match(await new Browser(app).open(PAGE), { statusCode: 429, headers: { 'retry-after': /\d/ } })
})

t.test('it leads to pages of the account only, spelled as browsers spell them', async (t) => {
  for (const own of ['/account', '/account/', '/account/security', '/account/a-page?of=%2Fmine&x=//y', '/account?x'])
    t.equal(isAccountPage(ISSUER, own), true, own)
  const others = [
    ...['', '/', 'account', '/accounts', '/account-x', '/authorize', '?/account', '#/account', '/account#x'],
    ...['https://evil.example/account', '//evil.example/account', '///account', '/\\evil.example/account'],
    ...[
      '\\\\evil.example/account',
      '/account\\..\\x',
      '/account/../authorize',
      '/account/%2e%2e/authorize',
      '/account/./x',
    ],
    ...['/account//evil.example', '/account/\t/x', '/\t/evil.example/account', ' /account', '/account\n', '/account/é'],
    ...[
      'javascript:/account',
      `${ISSUER}/account`,
      'http://localhost:4000@evil.example/account',
      `/account/${'x'.repeat(8000)}`,
    ],
  ]
  for (const other of others) t.equal(isAccountPage(ISSUER, other), false, other)
  const { browser, db } = await accountServer(t, { returnTo: '//evil.example/account' })
  await browser.open(PAGE)
  const { request } = await db.selectFrom('authorization_requests').select('request').executeTakeFirstOrThrow()
  t.match(request, { returnTo: '/account' })
})
