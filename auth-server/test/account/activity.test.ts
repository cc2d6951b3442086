// Activity: a person reads what happened to their account, and puts everybody else out.
import t from 'tap'
import { browserName } from '../../src/account/activity/browser-name.ts'
import { addEve, atAccount, EVE } from '../support/account.ts'
import { SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { otherLogins } from '../support/other-logins.ts'
import { authorizeUrl, logIn, obtainCode, obtainTokens, pkcePair, redeem, refresh } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { wordsOf } from '../support/words.ts'

const CHROME =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36'

t.test('each event is there in words, with time, app, browser and address; nobody else’s is', async (t) => {
  const server = await testServer(t)
  const { app, db } = server
  await addEve(server)
  await atAccount(server, EVE)
  const phone = await atAccount(server, USER, { 'user-agent': CHROME })
  await obtainTokens(app)
  await logIn(phone, await phone.open(authorizeUrl(pkcePair().challenge, { prompt: 'login' })), {
    ...USER,
    password: 'x',
  })
  const page = wordsOf(await phone.open('/account/activity'))
  t.match(page, 'Somebody tried a wrong password just now · Shop · Chrome, Android · 127.0.0.1')
  t.match(page, 'Signed in just now · Shop · 127.0.0.1 Signed in just now · Chrome, Android · 127.0.0.1')
  t.equal([...page.matchAll(/Signed in just now/g)].length, 2, 'Eve’s is not there')
  await turnClock(t, db, 3 * 3600)
  t.match(wordsOf(await phone.open('/account/activity')), 'Signed in 3 hours ago')
})

t.test('it goes on page by page, and an odd place to go on from is the start', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const browser = await atAccount(server)
  const { pseudonym } = await db
    .selectFrom('people')
    .where('id', '=', personId)
    .select('pseudonym')
    .executeTakeFirstOrThrow()
  const many = Array.from({ length: 44 }, () => ({ type: 'consent', outcome: 'given', person: pseudonym }))
  await db.insertInto('audit_events').values(many).execute()
  const seen: number[] = []
  for (let url: string | undefined = '/account/activity'; url !== undefined; ) {
    const { body } = await browser.open(url)
    seen.push([...body.matchAll(/<p class="title">/g)].length)
    url = /href="(\/account\/activity\?before=\d+)"/.exec(body)?.[1]
  }
  t.strictSame(seen, [20, 20, 5])
  for (const before of ['x', '-1', "1'--", '9'.repeat(19), '%00', '1&before=2']) {
    const { statusCode } = await browser.open(`/account/activity?before=${before}`)
    t.ok(statusCode === 200 || statusCode === 400, before)
  }
})

t.test(
  '"That wasn’t me" puts out every browser and app but this one, and codes in flight, and gateways hear of it',
  async (t) => {
    const server = await testServer(t)
    const { app, db } = server
    const browser = await atAccount(server)
    const elsewhere = await otherLogins(server)
    const after = await browser.submit(await browser.open('/account/activity/not-me'), '/not-me')
    t.match(wordsOf(after), 'Everything else is signed out. Only this browser goes on.')
    await elsewhere.expectEnded(t)
    t.equal((await browser.open('/account')).statusCode, 200)
    t.equal((await redeem(app, (await obtainCode(app)).code, 'x')).statusCode, 400)
    t.equal((await refresh(app, (await obtainTokens(app)).refresh_token)).statusCode, 200, 'and all can begin again')
    const events = await db.selectFrom('audit_events').where('outcome', '=', 'everywhere-else').selectAll().execute()
    t.equal(events.length, 1)
  },
)

t.test('two browsers put each other out at once: one of them at most goes on, and apps are out', async (t) => {
  const server = await testServer(t)
  for (let round = 0; round < 5; round++) {
    const browsers = [await atAccount(server), await atAccount(server)]
    const tokens = await obtainTokens(server.app)
    const pages = browsers.map(async (one) => ({ one, page: await one.open('/account/security/sign-out-elsewhere') }))
    const opened = await Promise.all(pages)
    const answers = await Promise.all(opened.map(({ one, page }) => one.submit(page, '/sign-out-elsewhere')))
    t.ok(answers.every(({ statusCode }) => statusCode === 200))
    const alive = await Promise.all(browsers.map((one) => one.request('GET', '/account')))
    t.ok(alive.filter(({ statusCode }) => statusCode === 200).length <= 1)
    t.equal((await refresh(server.app, tokens.refresh_token)).json().error, 'invalid_grant')
    for (const browser of browsers) browser.cookies.delete(SESSION_COOKIE)
  }
})

t.test('a browser is called as people call it, and nothing is made up', async (t) => {
  for (const [userAgent, name] of [
    [CHROME, 'Chrome, Android'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      'Safari, iPhone',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0',
      'Edge, Windows',
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0', 'Firefox, macOS'],
    ['Mozilla/5.0 (X11; Linux x86_64) something', 'Linux'],
    ['curl/8.5.0', undefined],
    ['', undefined],
  ] as const)
    t.equal(browserName(userAgent), name, userAgent)
})
