// Setting up an authenticator app and recovery codes at the account: in one session, by a first code; shown once; taken away.
import t, { type Test } from 'tap'
import { atAccount } from '../support/account.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, redeem, refresh } from '../support/phone.ts'
import { authenticatorApp } from '../support/second-factor.ts'
import { testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'

const APP_PAGE = '/account/security/authenticator-app'
const CODES_PAGE = '/account/security/recovery-codes'
const PASSWORD = 'urn:mobile-api-gateway:acr:password'
const MFA = 'urn:mobile-api-gateway:acr:mfa'

async function open(t: Test, environment: Readonly<Record<string, string>> = {}) {
  const server = await testServer(t, environment)
  const browser = await atAccount(server)
  /** Begins to set up an app in a browser; returns its page and the app that has typed the key. */
  const begin = async (by = browser) => {
    const page = await by.submit(await by.open(APP_PAGE), '/begin')
    const [, secret = ''] = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body) ?? []
    return { page, secret, code: authenticatorApp(server.db, secret) }
  }
  const factors = () =>
    server.db
      .selectFrom('authenticators')
      .select(['kind', 'confirmed_at', 'removed_at'])
      .where('kind', '=', 'totp')
      .orderBy('created_at')
      .execute()
  const sessions = () => server.db.selectFrom('sessions').select(['acr', 'amr']).orderBy('auth_time').execute()
  return { ...server, server, browser, begin, factors, sessions }
}

t.test(
  'an app counts from its first code on; the session has shown both factors, and the next sign-in asks for one',
  async (t) => {
    const { server, browser, begin, factors, sessions, app, db } = await open(t)
    t.match((await browser.open('/account/security')).body, /Authenticator app<\/dt>\s*<dd>Not added yet/)
    const { page, secret, code } = await begin()
    t.match(page.body, /<svg class="qr" role="img" [^>]*>\s*<title>/)
    t.match(page.body, `href="otpauth://totp/localhost%3A4000`.slice(0, 22))
    t.ok(page.body.includes(`secret=${secret.replaceAll(' ', '')}`), 'the link has the same key as the text')
    t.match(page.headers['content-security-policy'], /default-src 'none'/)
    t.notMatch(page.headers['content-security-policy'], /unsafe|img-src data/)
    t.match(await factors(), [{ confirmed_at: null }])
    const stored = await db.selectFrom('authenticators').select('key').executeTakeFirstOrThrow()
    t.notMatch(String(stored.key), secret.replaceAll(' ', ''), 'sealed')

    for (const wrong of ['000000', '', '１２３４５６']) {
      const again = await browser.submit(page, '/authenticator-app', { code: wrong })
      t.match(again, { statusCode: 422, body: /That code does not fit/ })
      t.ok(again.body.includes(secret), 'the same key')
    }
    t.match(await sessions(), [{ acr: PASSWORD, amr: ['pwd'] }])
    const first = await code()
    const done = await browser.submit(page, '/authenticator-app', { code: first })
    t.match(done, { statusCode: 200, body: /Your app is set up/ })
    t.match(done.body, /<h1>Recovery codes/, 'which come next')
    t.match(await sessions(), [{ acr: MFA, amr: ['pwd', 'otp', 'mfa'] }])
    t.match((await browser.open('/account/security')).body, /Authenticator app<\/dt>\s*<dd>Set up/)
    const again = await browser.submit(page, '/authenticator-app', { code: first })
    t.match(again.body, /<h1>Authenticator app/, 'nothing is begun any more')

    const other = new Browser(app)
    const asked = await logIn(other, await other.open('/account'))
    t.match(asked.body, /<h1>Show that it is you/)
    t.match((await other.submit(asked, '/second-factor', { code: first })).statusCode, 422, 'the first code was used')
    await turnClock(t, server.db, 30)
    t.match((await other.submit(asked, '/second-factor', { code: await code() })).body, /<h1>Your account/)
  },
)

t.test(
  'begun anew while its first code arrives: the session has two factors exactly when an app is set up',
  async (t) => {
    const { server, browser, begin, factors, sessions } = await open(t)
    const ways = new Set<string>()
    for (let round = 0; round < 12; round++) {
      const { page, code } = await begin()
      const typed = { code: await code() }
      await Promise.all([
        browser.submit(page, '/authenticator-app', typed),
        ...[1, 2, 3].map(() => browser.submit(page, '/begin')),
      ])
      const isSetUp = (await factors()).some(({ confirmed_at }) => confirmed_at !== null)
      t.match(await sessions(), [{ acr: isSetUp ? MFA : PASSWORD }])
      ways.add(isSetUp ? 'set up' : 'begun anew')
      await server.db.deleteFrom('authenticators').execute()
      await server.db
        .updateTable('sessions')
        .set({ acr: PASSWORD, amr: ['pwd'] })
        .execute()
    }
    t.ok(ways.has('begun anew'), 'the race was one')
  },
)

t.test('enable TOTP by GET, enrolment secret of another session: refused', async (t) => {
  const { server, browser, begin, factors } = await open(t)
  for (const path of [`${APP_PAGE}/begin`, `${APP_PAGE}?code=123456`, APP_PAGE]) await browser.request('GET', path)
  t.strictSame(await factors(), [])
  const { page, code } = await begin()
  const elsewhere = await atAccount(server)
  const there = await elsewhere.open(APP_PAGE)
  t.notMatch(there.body, /otpauth:/, 'another session does not see the key')
  const mine = await elsewhere.open(APP_PAGE)
  const { hidden = {} } = { hidden: Object.fromEntries(formFields(mine.body)) }
  const answer = await elsewhere.request('POST', APP_PAGE, { form: { ...hidden, code: await code() } })
  t.equal(answer.headers.location, APP_PAGE, 'and cannot finish it')
  t.match(await factors(), [{ confirmed_at: null }])
  t.equal((await browser.submit(page, '/authenticator-app', { code: await code() })).statusCode, 200)
  t.match(await factors(), [{ confirmed_at: Date }])
})

/** The hidden fields of a page's last form. */
function formFields(body: string): readonly (readonly [string, string])[] {
  return [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  )
}

t.test(
  'an app that takes the place of another lets every other sign-in fall that rested on the one before',
  async (t) => {
    const { app, db, browser, begin, sessions } = await open(t)
    const first = await begin()
    await browser.submit(first.page, '/authenticator-app', { code: await first.code() })
    await turnClock(t, db, 30)
    const other = new Browser(app)
    const asked = await logIn(other, await other.open('/account'))
    await other.submit(asked, '/second-factor', { code: await first.code() })
    t.match(await sessions(), [{ acr: MFA }, { acr: MFA }])
    const second = await begin()
    const done = await browser.submit(second.page, '/authenticator-app', { code: await second.code() })
    t.match(done.body, /Your app is set up/)
    t.match(await sessions(), [
      { acr: MFA, amr: ['pwd', 'otp', 'mfa'] },
      { acr: PASSWORD, amr: ['pwd'] },
    ])
    t.match((await other.open('/account')).body, /<h1>Show that it is you/)
  },
)

t.test('a key that is not confirmed within an hour is dead; beginning anew makes another one', async (t) => {
  const { browser, begin, factors, db } = await open(t)
  const old = await begin()
  const fresh = await begin()
  t.not(fresh.secret, old.secret)
  t.equal((await factors()).length, 1)
  await turnClock(t, db, 3601)
  const { page } = fresh
  await browser.submit(page, '/authenticator-app', { code: await fresh.code() })
  t.match(await factors(), [{ confirmed_at: null }])
})

t.test('recovery codes shown twice: once, and a new set takes the place of the old one', async (t) => {
  const { browser, begin, db } = await open(t)
  t.notMatch((await browser.open('/account/security')).body, /Recovery codes/, 'nobody needs them without a factor')
  const without = await browser.submit(await browser.open(CODES_PAGE), '/recovery-codes')
  t.match(without.body, /<h1>Security/)
  const { page, code } = await begin()
  const asked = await browser.submit(page, '/authenticator-app', { code: await code() })
  const shown = await browser.submit(asked, '/recovery-codes')
  const codesOf = (body: string) => [...body.matchAll(/<code>([b-z-]{14})<\/code>/g)].map(([, one = '']) => one)
  const codes = codesOf(shown.body)
  t.equal(new Set(codes).size, 10)
  t.match(shown.headers['cache-control'], 'no-store')
  for (const path of [CODES_PAGE, '/account/security'])
    t.strictSame(codesOf((await browser.open(path)).body), [], `${path} does not show them again`)
  t.match((await browser.open('/account/security')).body, /10 are left/)
  await browser.submit(await browser.open(CODES_PAGE), '/recovery-codes')
  const left = await db
    .selectFrom('authenticators')
    .where('kind', '=', 'recovery_code')
    .where('suspended_at', 'is', null)
    .select('id')
    .execute()
  t.equal(left.length, 10)
})

t.test(
  'a new app takes the place of the one before; removing it ends what rested on it, recovery codes too',
  async (t) => {
    const { browser, begin, factors, sessions, db, server } = await open(t)
    const one = await begin()
    await browser.submit(one.page, '/authenticator-app', { code: await one.code() })
    await browser.submit(await browser.open(CODES_PAGE), '/recovery-codes')
    const two = await begin()
    await browser.submit(two.page, '/authenticator-app', { code: await two.code() })
    t.match(await factors(), [{ removed_at: Date }, { removed_at: null, confirmed_at: Date }])
    const other = new Browser(server.app)
    const asked = await logIn(other, await other.open('/account'))
    await turnClock(t, db, 60)
    t.equal((await other.submit(asked, '/second-factor', { code: await one.code() })).statusCode, 422, 'the old app')
    t.match((await other.submit(asked, '/second-factor', { code: await two.code() })).body, /<h1>Your account/)
    const removed = await browser.submit(await browser.open(`${APP_PAGE}/remove`), '/remove')
    t.match(removed.body, /The authenticator app is removed/)
    t.match(await sessions(), [{ acr: PASSWORD }, { acr: PASSWORD }])
    const inForce = await db.selectFrom('authenticators').where('suspended_at', 'is', null).select('id').execute()
    t.strictSame(inForce, [])
    const events = await db.selectFrom('audit_events').where('type', '=', 'second-factor').select('outcome').execute()
    t.strictSame(events.map(({ outcome }) => outcome).sort(), [
      'app-added',
      'app-added',
      'app-removed',
      'recovery-codes-renewed',
      'succeeded',
      'wrong-code',
    ])
  },
)

t.test('whoever came from a provider stays signed in by it when the app is replaced or removed', async (t) => {
  const corp = await openUpstream(t)
  const { app, db, begin, server } = await open(t, await catalogueOf(t, { corp: corp.settings }))
  corp.is({ sub: 'ada at corp' })
  const subject = { issuer: corp.origin, subject: 'ada at corp' }
  await db
    .insertInto('identities')
    .values({ ...subject, person_id: server.personId })
    .execute()
  await db.deleteFrom('sessions').execute()
  const signIn = async () => {
    const browser = new Browser(app)
    const sent = await browser.submit(await browser.open('/account'), '/provider/corp')
    const back = await corp.travel()(sent.headers.location ?? '')
    return { browser, page: await browser.open(`${back.pathname}${back.search}`) }
  }
  const amrs = async () =>
    (await db.selectFrom('sessions').select('amr').orderBy('auth_time').execute()).map(({ amr }) => amr)
  const both = ['fed', 'otp', 'mfa']
  const { browser } = await signIn()
  const first = await begin(browser)
  await browser.submit(first.page, '/authenticator-app', { code: await first.code() })
  await turnClock(t, db, 30)
  const other = await signIn()
  t.match((await other.browser.submit(other.page, '/second-factor', { code: await first.code() })).statusCode, 200)
  t.strictSame(await amrs(), [both, both])

  const second = await begin(browser)
  await browser.submit(second.page, '/authenticator-app', { code: await second.code() })
  t.strictSame(await amrs(), [both, ['fed']], 'no password is claimed that nobody typed')

  const authorize = async () => {
    const { challenge, verifier } = pkcePair()
    const answer = await browser.open(authorizeUrl(challenge, { redirect_uri: CLAIMED_URI }))
    return () => redeem(app, answerOf(answer).code ?? '', verifier, { redirect_uri: CLAIMED_URI })
  }
  const tokens = (await (await authorize())()).json()
  const redeemLater = await authorize()
  const removed = await browser.submit(await browser.open(`${APP_PAGE}/remove`), '/remove')
  t.match(removed.body, /The authenticator app is removed/)
  t.strictSame(await amrs(), [['fed'], ['fed']])
  const refreshed = await refresh(app, tokens.refresh_token)
  t.match(claimsOf(refreshed.json().access_token), { acr: PASSWORD, amr: ['fed'] })
  t.match(claimsOf((await redeemLater()).json().access_token), { acr: PASSWORD, amr: ['fed'] })
})

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
