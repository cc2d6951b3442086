// A sign-in with a browser that is new to the account: its owner is written about it, seldom enough to be read, and can take it back.
import t, { type Test } from 'tap'
import { addAddress, atAccount } from '../support/account.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { turnClock, untilBlocked } from '../support/database.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { logIn, obtainTokens, refresh } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'

async function open(t: Test, environment: Readonly<Record<string, string>> = {}) {
  const server = await mailServer(t, environment)
  return { ...server, server, mails: () => server.mailbox.deliver(server) }
}

const NOTICE = { recipients: [USER.email], subject: 'New sign-in to your account', link: /\/undo\// }

t.test('not of the first sign-in; of another browser, with the app; not of one that is known', async (t) => {
  const { app, server, mails } = await open(t)
  const own = await atAccount(server)
  t.strictSame(await mails(), [], 'there is nothing to compare the first one with')
  await obtainTokens(app)
  t.match(await mails(), [{ ...NOTICE, text: /signed in to Shop with a browser that your account does not know/ }])
  own.cookies.delete('mobile-gateway-4000-session')
  t.match((await logIn(own, await own.open('/account'))).body, '<h1>Your account')
  t.strictSame(await mails(), [], 'the first browser is known')
  await addAddress(server, 'second@example.com')
  own.cookies.delete('mobile-gateway-4000-session')
  t.match((await logIn(own, await own.open('/account'), { ...USER, email: 'second@example.com' })).body, '<h1>Your ac')
  t.strictSame(await mails(), [], 'by another address as well')
})

t.test('the link ends all logins and forces a new password, once', async (t) => {
  const { app, db, server, mails } = await open(t)
  await atAccount(server)
  const tokens = await obtainTokens(app)
  const [mail] = await mails()
  const browser = new Browser(app)
  const page = await browser.request('GET', (mail?.link ?? '').slice(ISSUER.length))
  t.match(page.body, /Somebody signed in with a browser that was not known\./)
  t.equal((await refresh(app, tokens.refresh_token)).statusCode, 200, 'a GET changes nothing')
  const [form] = formsOf(page.body)
  t.equal((await browser.request('POST', form?.action ?? '', { form: { ...form?.hidden } })).statusCode, 200)
  t.strictSame(await db.selectFrom('sessions').selectAll().execute(), [])
  t.match(await db.selectFrom('people').select('password_reset_required_at').execute(), [
    { password_reset_required_at: Date },
  ])
  const again = new Browser(app)
  t.equal((await logIn(again, await again.open('/account'))).statusCode, 422)
})

t.test('merely failed attempts are mailed to nobody', async (t) => {
  const { app, server, mails } = await open(t)
  await atAccount(server)
  for (let n = 0; n < 3; n++) {
    const browser = new Browser(app)
    await logIn(browser, await browser.open('/account'), { ...USER, password: 'not this one' })
  }
  t.strictSame(await mails(), [])
})

t.test('five a day at most, and again the next day; every sign-in goes on', async (t) => {
  const { db, server, mails } = await open(t)
  await atAccount(server)
  for (let n = 0; n < 8; n++) await atAccount(server)
  t.equal((await mails()).length, 5)
  await turnClock(t, db, 86_401)
  await atAccount(server)
  t.equal((await mails()).length, 1)
})

t.test('never for the first login right after sign-up, in the same browser or in the one that began it', async (t) => {
  const { app, asked, mails } = await open(t)
  const user = { email: 'new@example.com', password: NEW_PASSWORD }
  const { browser, check, mail } = await asked('sign-up', user.email)
  const choose = await browser.submit(check, '/check-mail', { code: mail.code })
  await browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
  t.strictSame(await mails(), [])
  browser.cookies.delete('mobile-gateway-4000-session')
  t.match(
    (await logIn(browser, await browser.open('/account'), user)).body,
    '<h1>Your account',
    'it is known from then on',
  )
  t.strictSame(await mails(), [])

  const other = { email: 'other@example.com', password: NEW_PASSWORD }
  const visit = await asked('sign-up', other.email)
  const phone = new Browser(app)
  const page = await phone.open(visit.link)
  await phone.submit(await phone.submit(page, '/prove'), '/new-password', { password: NEW_PASSWORD })
  const began = await visit.browser.open('/account')
  t.match((await logIn(visit.browser, began, other)).body, '<h1>Your account')
  t.strictSame(await mails(), [])
})

t.test('a new password by mail is mailed about once, and its browser is known', async (t) => {
  const { server, asked, mails } = await open(t)
  await atAccount(server)
  const { browser, check, mail } = await asked('forgotten', USER.email)
  const choose = await browser.submit(check, '/check-mail', { code: mail.code })
  await browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
  t.match(await mails(), [{ subject: 'Your account was changed' }])
  browser.cookies.delete('mobile-gateway-4000-session')
  const user = { ...USER, password: NEW_PASSWORD }
  t.match((await logIn(browser, await browser.open('/account'), user)).body, '<h1>Your account')
  t.strictSame(await mails(), [])
})

t.test(
  'whose sign-in does not hold is no known browser: an old password after a reset, a change meanwhile',
  async (t) => {
    const { app, db } = await open(t)
    const names = async (browser: Browser, expected: number) => {
      const done = await logIn(browser, await browser.open('/account'))
      t.equal(done.statusCode, expected)
      return [...browser.cookies.keys()].filter((name) => name.endsWith('-known'))
    }
    await db.updateTable('people').set({ password_reset_required_at: new Date() }).execute()
    t.strictSame(await names(new Browser(app), 422), [])
    await db.updateTable('people').set({ password_reset_required_at: null }).execute()

    const slow = new Browser(app)
    const page = await slow.open('/account')
    const changed = await db.transaction().execute(async (trx) => {
      await trx.selectFrom('authorization_requests').selectAll().forUpdate().execute()
      const signingIn = logIn(slow, page)
      await untilBlocked(db)
      await trx.updateTable('people').set({ auth_epoch: 7 }).execute()
      return { signingIn }
    })
    t.match(await changed.signingIn, { statusCode: 422, body: /Something changed while you signed in/ })
    t.strictSame(
      [...slow.cookies.keys()].filter((name) => name.endsWith('-known')),
      [],
    )
    t.strictSame(await names(new Browser(app), 200), ['mobile-gateway-4000-known'])
  },
)

t.test('German for who reads German', async (t) => {
  const { db, server, mails } = await open(t)
  await atAccount(server)
  await db.updateTable('people').set({ language: 'de' }).execute()
  await atAccount(server)
  t.match(await mails(), [{ subject: 'Neue Anmeldung bei Ihrem Konto', text: /in einem Browser angemeldet, den/ }])
})

t.test('a server that sends no mails notes nothing', async (t) => {
  const server = await testServer(t)
  await atAccount(server)
  await atAccount(server)
  t.strictSame(await server.db.selectFrom('account_changes').selectAll().execute(), [])
})
