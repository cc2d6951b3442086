// Changing the password: by whoever has just signed in, by the same rules as for a new account, and all else ends.
import t from 'tap'
import { RECENT_SECONDS } from '../../src/identity/full-login.ts'
import { accountToken, atAccount } from '../support/account.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { otherLogins } from '../support/other-logins.ts'
import { storedPassword } from '../support/people.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { wordsOf } from '../support/words.ts'

const NEXT = 'a rather different sentence'

t.test('the new one signs in, the old one does not, and every other login has ended', async (t) => {
  const server = await testServer(t)
  const { app, db } = server
  const browser = await atAccount(server)
  const elsewhere = await otherLogins(server)
  const page = await browser.open('/account/security/password')
  const after = await browser.submit(page, '/password', { password: NEXT })
  t.match(wordsOf(after), 'Your password is changed. Everything else is signed out.')
  t.match(wordsOf(after), 'Password changed just now Change')
  await elsewhere.expectEnded(t)
  const fresh = new Browser(app)
  const old = await logIn(fresh, await fresh.open(authorizeUrl(pkcePair().challenge)))
  t.match(old.body, 'do not fit together')
  t.match(answerOf(await logIn(fresh, old, { ...USER, password: NEXT })), { code: /./ })
  const events = await db.selectFrom('audit_events').where('type', '=', 'password').select('outcome').execute()
  t.strictSame(events, [{ outcome: 'replaced' }])
})

t.test('what may not be a password is refused with what to do, and nothing has changed', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const browser = await atAccount(server)
  const page = await browser.open('/account/security/password')
  const before = await storedPassword(db, personId)
  for (const [password, says] of [
    ['', 'too short'],
    ['short', 'too short'],
    ['x'.repeat(257), 'too long'],
    ['password123', 'Many people use'],
    ['Example-example!', 'mostly your name, your address'],
  ] as const) {
    const refused = await browser.submit(page, '/password', { password })
    t.equal(refused.statusCode, 422, password)
    t.match(refused.body, new RegExp(`href="#password">[^<]*${says}`), password)
    t.notMatch(refused.body, `value="${password || 'x'}"`, 'it is not repeated')
  }
  t.strictSame(await storedPassword(db, personId), before)
  t.equal((await browser.open('/account')).statusCode, 200)
})

t.test('from a browser that was left open, it needs a new sign-in', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const browser = await atAccount(server)
  const form = { csrf: accountToken(server, browser), password: NEXT }
  const before = await storedPassword(db, personId)
  await turnClock(t, db, RECENT_SECONDS + 1)
  const asked = await browser.follow(await browser.request('POST', '/account/security/password', { form }))
  t.match(asked.body, '<h1>Sign in</h1>')
  t.strictSame(await storedPassword(db, personId), before)
  t.match((await logIn(browser, asked)).body, '<h1>Choose a new password</h1>')
})

t.test('twice at once: one password is stored, and one browser at most goes on', async (t) => {
  const server = await testServer(t)
  const browsers = [await atAccount(server), await atAccount(server)]
  const answers = await Promise.all(
    browsers.map((browser, index) => {
      const form = { csrf: accountToken(server, browser), password: `${NEXT} ${index}` }
      return browser.request('POST', '/account/security/password', { form })
    }),
  )
  t.ok(answers.every(({ statusCode }) => statusCode === 303))
  const alive = await Promise.all(browsers.map((one) => one.request('GET', '/account')))
  t.ok(alive.filter(({ statusCode }) => statusCode === 200).length <= 1)
})
