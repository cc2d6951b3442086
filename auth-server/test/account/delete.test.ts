// Deleting an account at its pages: who asks is asked first, what is lost is named, and the link in the mail takes it back.

import { pino } from 'pino'
import t, { type Test } from 'tap'
import { sha256 } from '../../src/crypto/digest.ts'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { atAccount } from '../support/account.ts'
import { newPerson } from '../support/administrator.ts'
import { Browser, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { feedReader } from '../support/feed.ts'
import { logoutReceiver } from '../support/logout-receiver.ts'
import { openMailbox } from '../support/mailbox.ts'
import { answerOf, authorizeUrl, logIn, obtainTokens, pkcePair, refresh } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { Website } from '../support/website.ts'

const CONFIRM = '/account/delete/confirm'

async function opened(t: Test) {
  const mailbox = await openMailbox(t)
  const server = await testServer(t, mailbox.environment)
  const deliver = () => mailbox.deliver(server)
  const statusOf = async () => (await server.db.selectFrom('people').select('status').executeTakeFirst())?.status
  /** Deletes; returns the link of the mail, as its path. */
  const remove = async () => {
    const browser = await atAccount(server)
    await browser.submit(await browser.open(CONFIRM), '/confirm')
    const [mail] = await deliver()
    return (mail?.link ?? '').replace(ISSUER, '')
  }
  return { ...server, server, deliver, statusOf, remove }
}

t.test('anybody reads how it is done, in both languages, and a button leads to the sign-in', async (t) => {
  const { app } = await opened(t)
  for (const [language, words] of [
    ['en', 'Sign in and delete'],
    ['de', 'Anmelden und löschen'],
  ] as const) {
    const page = await app.inject({ url: '/account/delete', headers: { 'accept-language': language } })
    t.match(page, { statusCode: 200, headers: { 'cache-control': 'no-store' } })
    t.match(page.body, words)
    t.match(page.body, `href="${CONFIRM}"`)
  }
  t.match(await app.inject(CONFIRM), { statusCode: 303, headers: { location: /^\/authorize\/resume\// } })
})

t.test('the page names the apps; the form ends everything, tells apps, and leads to what happens now', async (t) => {
  const { uri, heard } = await logoutReceiver(t, 200, 200)
  const { app, server, deps, statusOf } = await opened(t)
  const site = await Website.open(server, { backchannelLogoutUri: uri })
  const lasting = await site.signIn({ scope: 'openid offline_access' }, new Browser(app))
  const phone = await obtainTokens(app)
  const { follow } = await feedReader(server)
  await follow()
  const browser = await atAccount(server)
  const page = await browser.open(CONFIRM)
  t.match(page.body, 'Shop')
  t.equal(await statusOf(), 'active', 'a GET changes nothing')
  const done = await browser.submit(page, '/confirm')
  t.match(done, { statusCode: 200 })
  t.match(done.body, 'Your account is out of use')
  t.equal(browser.cookies.get(SESSION_COOKIE), undefined)
  t.equal(await statusOf(), 'leaving')
  const ended = (await follow()).map(({ grant_id }) => grant_id)
  for (const token of [phone.refresh_token, lasting.refresh_token]) t.ok(ended.includes(token.split('.')[0]))
  t.equal((await refresh(app, phone.refresh_token)).statusCode, 400)
  await sendDueEntries(deps, pino({ level: 'silent' }))
  t.equal(heard.length, 1, 'also the app of a login that outlives sign-outs')
})

t.test('the page names the applications that nobody would own any more', async (t) => {
  const { server, db, personId, applicationId } = await opened(t)
  const other = await newPerson(server, 'bob@example.com')
  const own = (whose: string) =>
    db.transaction().execute((trx) => putMember(trx, { applicationId, personId: whose, role: 'owner' }))
  await own(personId)
  const browser = await atAccount(server)
  t.match((await browser.open(CONFIRM)).body, /Shop: works on, but nobody owns it any more/)
  await own(other)
  t.notMatch((await browser.open(CONFIRM)).body, 'nobody owns it', 'another owner is left')
})

t.test('a form without its token, or from another site, deletes nothing; nor does an old sign-in', async (t) => {
  const { db, server, statusOf } = await opened(t)
  const browser = await atAccount(server)
  const page = await browser.open(CONFIRM)
  t.equal((await browser.request('POST', CONFIRM, { form: {} })).statusCode, 403)
  const foreign = { headers: { origin: 'https://evil.example' }, form: {} }
  t.equal((await browser.request('POST', CONFIRM, foreign)).statusCode, 403)
  await turnClock(t, db, 301)
  const late = await browser.submit(page, '/confirm')
  t.match(late.body, 'Sign in')
  t.equal(await statusOf(), 'active')
})

t.test(
  'the link in the mail: looking changes nothing, its form keeps the account once and signs nobody in',
  async (t) => {
    const { app, server, deliver, statusOf, remove } = await opened(t)
    const link = await remove()
    t.match(link, /^\/keep-account\/[\w-]{22}\.[\w-]{43}$/)
    const browser = new Browser(app)
    for (let times = 0; times < 3; times++) t.equal((await browser.open(link)).statusCode, 200)
    await app.inject({ method: 'HEAD', url: link })
    t.equal(await statusOf(), 'leaving')
    t.equal((await browser.request('POST', link, { form: {} })).statusCode, 403, 'without its form')
    const page = await browser.open(link)
    const [kept, again] = await Promise.all([browser.submit(page, link), browser.submit(page, link)])
    t.strictSame([kept.statusCode, again.statusCode].sort(), [200, 404])
    t.equal(await statusOf(), 'active')
    t.equal(browser.cookies.get(SESSION_COOKIE), undefined)
    t.equal((await browser.open(link)).statusCode, 404)
    t.strictSame(await deliver(), [])
    t.type(await atAccount(server), Browser)
  },
)

t.test('a link that nobody was sent, or that has run out, is answered by one page', async (t) => {
  const { app, db, remove } = await opened(t)
  const link = await remove()
  for (const bad of [
    '/keep-account/x',
    `${link}x`,
    link.replace(/.$/, link.endsWith('A') ? 'B' : 'A'),
    '/keep-account/%00',
  ])
    for (const method of ['GET', 'POST'] as const)
      t.match(
        await app.inject({ method, url: bad }),
        { statusCode: 404, headers: { 'cache-control': 'no-store' } },
        bad,
      )
  await turnClock(t, db, 7 * 24 * 3600 + 1)
  t.equal((await app.inject(link)).statusCode, 404)
  t.equal((await app.inject({ method: 'DELETE', url: link })).statusCode, 405)
})

t.test('who signs in meanwhile hears of it after the right password only', async (t) => {
  const { app, db, remove } = await opened(t)
  await remove()
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  const wrong = await logIn(browser, page, { ...USER, password: 'not this one' })
  t.match(wrong, { statusCode: 422 })
  t.notMatch(wrong.body, 'being deleted')
  const right = await logIn(browser, page)
  t.match(right, { statusCode: 403 })
  t.match(right.body, 'Your account is being deleted')
  const refusals = db.selectFrom('audit_events').where('outcome', '=', 'refused').select(['type', 'person'])
  t.match(await refusals.execute(), [{ type: 'sign-in', person: /./ }], 'and the log tells that somebody has it')
  t.equal(browser.cookies.get(SESSION_COOKIE), undefined)
  t.match(answerOf(await browser.submit(right, '/deny')), { error: 'access_denied' })
})

t.test('the log and the database do not have the link', async (t) => {
  const { app, db, log, remove } = await opened(t)
  const link = await remove()
  await app.inject(link)
  const token = link.split('/').at(-1) ?? ''
  const proof = token.split('.')[1] ?? ''
  t.equal(proof.length, 43)
  t.notOk(log.join('').includes(proof))
  const challenges = await db.selectFrom('mail_challenges').selectAll().execute()
  t.equal(challenges.length, 1)
  for (const secret of [proof, sha256(token)]) t.notOk(JSON.stringify(challenges).includes(secret))
})
