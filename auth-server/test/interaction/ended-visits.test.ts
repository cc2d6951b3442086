// Every end of a visit says what is true and what to do now, with the right status, and leads nowhere that is not trusted.
import { createServer } from 'node:https'
import type { LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { Browser, formsOf } from '../support/browser.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { turnClock, untilBlocked } from '../support/database.ts'
import { expectErrorPage } from '../support/expect.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, REDIRECT_URI, redeem } from '../support/phone.ts'
import { visitAddresses } from '../support/routes.ts'
import { selfSigned } from '../support/self-signed.ts'
import { ISSUER, type TestServer, testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { listen, testSite } from '../support/site.ts'

const DONE = /<h1>This sign-in is done<\/h1>/
const EXPIRED = /<h1>This page has expired<\/h1>/
const ELSEWHERE = /<h1>This page belongs to another browser<\/h1>/
const ENDED = /<h1>This sign-in has ended<\/h1>/

/** The links of a page. */
function linksOf({ body }: LightMyRequestResponse): string[] {
  return [...body.matchAll(/<a class="button" href="([^"]*)">/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'))
}

/** A visit with its login page open. */
async function begin({ app }: TestServer, changes: Readonly<Record<string, string>> = {}, browser = new Browser(app)) {
  const pair = pkcePair()
  const page = await browser.open(authorizeUrl(pair.challenge, { prompt: 'login', ...changes }))
  const id = formsOf(page.body)[0]?.action.split('/')[2] ?? ''
  return {
    ...pair,
    browser,
    page,
    id,
    gets: await visitAddresses(app, 'GET', id),
  }
}

async function ends(
  t: Test,
  { browser, page, gets }: Awaited<ReturnType<typeof begin>>,
  [get, post]: readonly [number, number],
  says: RegExp,
) {
  const links: string[][] = []
  for (const url of gets) {
    const answer = await browser.request('GET', url)
    expectErrorPage(t, answer, get, says)
    links.push(linksOf(answer))
  }
  for (const { action, hidden } of formsOf(page.body)) {
    const answer = await browser.request('POST', action, { form: { ...hidden, email: 'a@b.example', password: 'x' } })
    expectErrorPage(t, answer, post, says)
    links.push(linksOf(answer))
  }
  const [first] = links
  for (const other of links) t.strictSame(other, first)
  return first ?? []
}

t.test('done: Back after a sign-in, a reload, a form that was still open', async (t) => {
  const server = await testServer(t)
  for (const redirect_uri of [CLAIMED_URI, 'http://127.0.0.1:4711/callback']) {
    const visit = await begin(server, { redirect_uri })
    t.match(answerOf(await logIn(visit.browser, visit.page)), { to: redirect_uri, code: /./ })
    t.strictSame(await ends(t, visit, [200, 409], DONE), [], 'no way on is needed')
  }
  const cancelled = await begin(server)
  await cancelled.browser.submit(cancelled.page, '/deny')
  t.equal((await ends(t, cancelled, [200, 409], DONE)).length, 1)
})

t.test(
  'done, and no app opened: the same request again gives the app a code that is good for its verifier',
  async (t) => {
    const server = await testServer(t)
    const asked = {
      scope: 'openid orders:read',
      nonce: 'n',
      login_hint: 'ada@example.com',
      max_age: '9000',
      state: 'a &state',
    }
    const visit = await begin(server, asked)
    t.match(visit.page.body, /This opens <strong>Shop<\/strong>\. If nothing opens, press the button again\./)
    await logIn(visit.browser, visit.page)
    const [again = ''] = await ends(t, visit, [200, 409], DONE)
    t.match(again, /^\/authorize\?/)
    const page = await logIn(visit.browser, await visit.browser.open(again))
    const { code = '', state, to } = answerOf(page)
    t.strictSame([to, state], [REDIRECT_URI, 'a &state'])
    t.match((await redeem(server.app, code, visit.verifier)).json(), { scope: 'openid orders:read', id_token: /./ })
  },
)

t.test(
  'expired: the app can be told, at the address that was trusted, for as long as that is registered',
  async (t) => {
    const server = await testServer(t)
    const { db } = server
    for (const redirect_uri of [REDIRECT_URI, CLAIMED_URI, 'http://127.0.0.1:4711/callback']) {
      await turnClock(t, db, 0)
      const visit = await begin(server, { redirect_uri })
      await turnClock(t, db, 3601)
      const [back = ''] = await ends(t, visit, [410, 410], EXPIRED)
      const [to, query] = back.split('?')
      t.equal(to, redirect_uri)
      t.match(Object.fromEntries(new URLSearchParams(query)), { error: 'access_denied', state: 'a-state', iss: ISSUER })
      visit.browser.cookies.clear()
      t.strictSame(linksOf(await visit.browser.request('GET', visit.gets[0] ?? '')), [], 'for its own browser only')
    }
    await turnClock(t, db, 0)
    const visit = await begin(server)
    await turnClock(t, db, 3601)
    await db
      .updateTable('applications')
      .set({ redirect_uris: ['com.example.new:/cb'] })
      .execute()
    t.strictSame(await ends(t, visit, [410, 410], EXPIRED), [])
  },
)

t.test('alive, but another browser’s: 403, and nothing of what was asked', async (t) => {
  const server = await testServer(t)
  const visit = await begin(server)
  const stranger = { ...visit, browser: new Browser(server.app) }
  t.strictSame(await ends(t, stranger, [403, 403], ELSEWHERE), [])
  t.match(answerOf(await logIn(visit.browser, visit.page)), { code: /./ }, 'it goes on where it began')
})

t.test('unknown: 404, whatever stands in the address', async (t) => {
  const { app } = await testServer(t)
  for (const id of ['x', 'x'.repeat(22), '%00', '%27', '..', 'a%2Fb'])
    for (const url of [`/interaction/${id}/login`, `/authorize/resume/${id}`]) {
      const response = await app.inject(url)
      t.equal(response.statusCode, 404, url)
      if (id !== '..') t.match(response.body, ENDED, url)
    }
})

t.test('of two tabs that finish at once, one gives the app its code and the other says that it is done', async (t) => {
  const server = await testServer(t)
  const { browser, page, id } = await begin(server)
  const [form] = formsOf(page.body)
  await browser.request('POST', form?.action ?? '', {
    form: { ...form?.hidden, email: 'ada@example.com', password: 'a long enough passphrase' },
  })
  const answers = await Promise.all(Array.from({ length: 8 }, () => browser.request('GET', `/authorize/resume/${id}`)))
  t.equal(answers.filter(({ statusCode }) => statusCode === 303).length, 1)
  for (const answer of answers) if (answer.statusCode !== 303) t.match(answer, { statusCode: 200, body: DONE })
})

t.test('signed out in another tab while the code was being made: the person may sign in again', async (t) => {
  const { app, db, register } = await testServer(t)
  await register({}, { trusted: false })
  const visit = () => authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI })
  const browser = new Browser(app)
  const consent = await logIn(browser, await browser.open(visit()))
  t.match(answerOf(await browser.submit(consent, '/consent')), { code: /./ })
  const { asked } = await db.transaction().execute(async (trx) => {
    await sql`lock table consents in access exclusive mode`.execute(trx)
    const asked = browser.request('GET', visit())
    await untilBlocked(db)
    await trx.deleteFrom('sessions').execute()
    return { asked }
  })
  const page = await browser.follow(await asked)
  t.match(page.body, /<h1>Sign in<\/h1>/)
  t.match(answerOf(await logIn(browser, page)), { to: CLAIMED_URI, code: /./ }, 'in the same visit')
})

t.test('in Chromium', needsChromium, async (t) => {
  const site = await testSite(t)
  const { visit, signIn, answer, arrive, press, success } = personAt(site.origin)
  const web = createServer(selfSigned('app.example.com'), ({ headers }, response) => {
    if (headers.host === 'app.example.com')
      return response.writeHead(303, { location: 'https://home.example.com/' }).end()
    return response.setHeader('content-type', 'text/html').end('<h1>Home</h1>')
  })
  const port = await listen(t, web)
  const open = await launchChromium(t, { 'app.example.com': port, 'home.example.com': port })
  await site.register({ clientId: 'web-app', name: 'Web', redirectUris: ['https://app.example.com/cb'] })
  const folder = process.env.SCREENSHOTS

  await t.test('an https callback may lead on to another origin; Back says that all is done', async (t) => {
    const phone = await open(t, { ignoreHTTPSErrors: true })
    const page = await visit(phone, { client_id: 'web-app', redirect_uri: 'https://app.example.com/cb' })
    await signIn(page)
    await arrive(page, 'Home')
    await page.goBack()
    await arrive(page, 'This sign-in is done')
    t.strictSame(await page.evaluate(shortcomingsOf), [])
    if (folder) await page.screenshot({ path: `${folder}/done-https.png` })
    t.strictSame(
      phone.complaints.filter((complaint) => !complaint.includes('favicon')),
      [],
    )
  })

  await t.test('a private scheme that no app handles: the page says what opens, and then how to go on', async (t) => {
    const phone = await open(t)
    const page = await visit(phone)
    await page.getByText('This opens Shop. If nothing opens, press the button again.').waitFor()
    if (folder) await page.screenshot({ path: `${folder}/login.png` })
    t.match(await answer(page, () => signIn(page)), success)
    const reloaded = await phone.tab()
    await reloaded.goto(page.url())
    await arrive(reloaded, 'This sign-in is done')
    t.strictSame(await reloaded.evaluate(shortcomingsOf), [])
    if (folder) await reloaded.screenshot({ path: `${folder}/done-private.png` })
    await reloaded.getByRole('link', { name: 'Try again' }).click()
    t.match(await answer(reloaded, () => press(reloaded, 'Continue as ada@example.com')), success)
  })

  await t.test('an expired form leads back to the app', async (t) => {
    const phone = await open(t)
    const page = await visit(phone)
    await turnClock(t, site.db, 3601)
    await signIn(page)
    await arrive(page, 'This page has expired')
    t.strictSame(await page.evaluate(shortcomingsOf), [])
    if (folder) await page.screenshot({ path: `${folder}/expired.png` })
    const heard = await answer(page, () => page.getByRole('link', { name: 'Back to Shop' }).click())
    t.match(heard, { error: 'access_denied', state: 'a-state', iss: site.origin })
  })

  await t.test('another browser is told so', async (t) => {
    const page = await visit(await open(t))
    const other = await (await open(t)).tab()
    await other.goto(page.url())
    await arrive(other, 'This page belongs to another browser')
    t.strictSame(await other.evaluate(shortcomingsOf), [])
    if (folder) await other.screenshot({ path: `${folder}/elsewhere.png` })
  })
})
