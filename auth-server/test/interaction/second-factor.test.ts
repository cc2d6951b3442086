// The second factor of a sign-in: nothing goes on before it, its code counts once, and guesses are counted per person.
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { removeFactorsByAdministrator } from '../../src/identity/second-factors/set-up.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { addAuthenticatorApp, addRecoveryCodes, databaseSeconds } from '../support/second-factor.ts'
import { secondInstance } from '../support/second-instance.ts'
import { testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { Website } from '../support/website.ts'

const PASSWORD = 'urn:mobile-api-gateway:acr:password'
const MFA = 'urn:mobile-api-gateway:acr:mfa'

async function open(t: Test) {
  const server = await testServer(t)
  const site = await Website.open(server)
  const phone = await addAuthenticatorApp(server, server.personId)
  /** A browser whose person has typed the password, at the page that follows. */
  const half = async (changes: Readonly<Record<string, string>> = {}, app = server.app) => {
    const browser = new Browser(app)
    return { browser, page: await logIn(browser, await site.send(browser, changes)) }
  }
  const enter = (browser: Browser, page: LightMyRequestResponse, code: string) =>
    browser.submit(page, '/second-factor', { code })
  return { ...server, server, site, phone, half, enter }
}

/** Posts the form of a page as it is, without following. */
function post(browser: Browser, page: LightMyRequestResponse, code: string, name = 'second-factor') {
  const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith(`/${name}`)) ?? {}
  return browser.request('POST', action, { form: { ...hidden, code } })
}

t.test('password and code: the tokens say both, by which methods and when; the session has a new token', async (t) => {
  const { app, site, phone, half, enter, db } = await open(t)
  const { browser, page } = await half()
  t.match(page, { statusCode: 200, body: /<h1>Show that it is you/ })
  t.match(page.body, /inputmode="numeric" autocomplete="one-time-code"/)
  const before = browser.cookies.get(SESSION_COOKIE)
  await turnClock(t, db, 120)
  const { code } = answerOf(await enter(browser, page, await phone.code()))
  const tokens = (await site.redeem(code)).json()
  const claims = await site.claims(tokens.id_token)
  t.match(claims, { acr: MFA, amr: ['pwd', 'otp', 'mfa'] })
  const [, payload = ''] = tokens.access_token.split('.')
  const { acr, amr, auth_time } = JSON.parse(Buffer.from(payload, 'base64url').toString())
  t.strictSame({ acr, amr, auth_time }, { acr: MFA, amr: ['pwd', 'otp', 'mfa'], auth_time: claims.auth_time })
  const session = await db.selectFrom('sessions').selectAll().executeTakeFirstOrThrow()
  t.equal(claims.auth_time, Math.floor(session.auth_time.getTime() / 1000))
  t.not(browser.cookies.get(SESSION_COOKIE), before)
  t.match(answerOf(await site.send(browser, { prompt: 'none' })), { code: /./ }, 'from now on the session is enough')
  const stolen = new Browser(app)
  stolen.cookies.set(SESSION_COOKIE, before ?? '')
  t.match(answerOf(await site.send(stolen, { prompt: 'none' })), { error: 'login_required' }, 'the old token is dead')
})

t.test(
  'before the second factor nothing counts: no code, no prompt=none, no step by hand, no page of the account',
  async (t) => {
    const { site, half } = await open(t)
    const { browser, page } = await half()
    t.match(answerOf(await site.send(browser, { prompt: 'none' })), { error: 'login_required' })
    const [, , id] = (formsOf(page.body)[0]?.action ?? '').split('/')
    for (const step of ['consent', 'continue']) {
      const there = await browser.open(`/interaction/${id}/${step}`)
      t.match(there.body, /<h1>Show that it is you/, `${step} leads back`)
      const posted = await browser.request('POST', `/interaction/${id}/${step}`, {
        form: { ...formsOf(page.body)[0]?.hidden },
      })
      t.match((await browser.follow(posted)).body, /<h1>Show that it is you/, `${step} by hand as well`)
    }
    t.match((await browser.open(`/authorize/resume/${id}`)).body, /<h1>Show that it is you/)
    t.match((await site.send(browser)).body, /<h1>Show that it is you/, 'also in a new visit')
  },
)

t.test('a password whose second factor does not come within a quarter of an hour has to be typed again', async (t) => {
  const { site, half, phone, db } = await open(t)
  const { browser, page } = await half()
  await turnClock(t, db, 901)
  t.match((await post(browser, page, await phone.code())).statusCode, 303)
  t.match((await site.send(browser)).body, /<h1>Sign in/)
})

t.test('TOTP code twice, in parallel, previous step after the current one: once', async (t) => {
  const { half, enter, phone, db, site } = await open(t)
  const first = await half()
  const second = await half()
  const third = await half()
  // All of it within one step of the app, which has just begun.
  const untilNext = 30 - ((await databaseSeconds(db)) % 30)
  await turnClock(t, db, untilNext)
  const code = await phone.code()
  const answers = await Promise.all([first, second, third].map(({ browser, page }) => post(browser, page, code)))
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [303, 422, 422])
  const losers = [first, second, third].filter((_, index) => answers[index]?.statusCode === 422)
  for (const { browser, page } of losers)
    for (const steps of [0, -1, 2]) {
      const answer = await enter(browser, page, await phone.code(steps))
      t.match(answer, { statusCode: 422, body: /role="alert">That code does not fit/ }, `${steps} steps from now`)
    }
  const [loser] = losers
  if (!loser) throw new Error('nobody lost')
  await turnClock(t, db, untilNext + 30)
  const { code: forApp } = answerOf(await enter(loser.browser, loser.page, await phone.code()))
  t.equal((await site.redeem(forApp)).statusCode, 200, 'the next code of the app is good')
})

t.test('the form that arrives twice, at once or after its answer got lost, signs in once', async (t) => {
  const { half, phone, site, db } = await open(t)
  const { browser, page } = await half()
  const twin = new Browser(browser.app)
  for (const [name, value] of browser.cookies) twin.cookies.set(name, value)
  const code = await phone.code()
  const both = await Promise.all([post(browser, page, code), post(twin, page, code)])
  t.strictSame(
    both.map(({ statusCode, headers }) => [statusCode, String(headers.location).startsWith('/authorize/resume/')]),
    [
      [303, true],
      [303, true],
    ],
  )
  t.equal(twin.cookies.get(SESSION_COOKIE), browser.cookies.get(SESSION_COOKIE))
  t.match(answerOf(await site.send(twin, { prompt: 'none' })), { code: /./ })
  const events = await db.selectFrom('audit_events').where('type', '=', 'second-factor').select('outcome').execute()
  t.strictSame(events, [{ outcome: 'succeeded' }])
  const third = await half()
  const before = [...third.browser.cookies]
  const late = new Browser(browser.app)
  for (const [name, value] of third.browser.cookies) late.cookies.set(name, value)
  await turnClock(t, db, 30)
  const next = await phone.code()
  t.equal((await post(third.browser, third.page, next)).statusCode, 303)
  t.equal((await post(late, third.page, next)).statusCode, 303)
  t.equal(late.cookies.get(SESSION_COOKIE), third.browser.cookies.get(SESSION_COOKIE))
  // A copy of the cookies from before the step: a minute later no form brings it the token that has risen, whatever its code.
  const copied = new Browser(browser.app)
  for (const [name, value] of before) copied.cookies.set(name, value)
  await turnClock(t, db, 30 + 61)
  t.notOk(String((await post(copied, third.page, '000000')).headers['set-cookie'] ?? '').includes(SESSION_COOKIE))
})

t.test('codes as people type them; what is none never reaches the library', async (t) => {
  const { half, phone, enter, site, db } = await open(t)
  const { browser, page } = await half()
  const code = await phone.code()
  const wide = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')
  for (const text of ['', wide, '٠١٢٣٤٥', '12345', '1234567', 'abcdef', '<b>123</b>', `${code}0`])
    t.match(await enter(browser, page, text), { statusCode: 422, body: /That code does not fit/ }, text)
  await turnClock(t, db, 30)
  const spaced = (await phone.code()).replace(/(...)/, ' $1 ')
  t.equal((await site.redeem(answerOf(await enter(browser, page, spaced)).code)).statusCode, 200)
})

t.test(
  '10 000 TOTP guesses over many sessions and by API: counted per user over all doors; a delay, and never a lock by a stranger',
  async (t) => {
    const { server, half, phone, site, db } = await open(t)
    const codes = await addRecoveryCodes(server, server.personId)
    const other = await secondInstance(t, server)
    const halves = await Promise.all([half(), half({}, other), half()])
    const wrong = (n: number) => String(n).padStart(6, '0')
    const guess = (n: number) => {
      const { browser, page } = halves[n % 3] ?? { browser: new Browser(other), page: halves[0].page }
      return post(browser, page, wrong(n))
    }
    // Eleven and more: a count that is text would be "10" + 1 by then.
    const answers = await Promise.all(Array.from({ length: 25 }, (_, n) => guess(n)))
    t.equal(answers.filter(({ statusCode }) => statusCode === 422).length, 10)
    const refused = answers.filter(({ statusCode }) => statusCode === 429)
    t.equal(refused.length, 15)
    t.match(refused[0]?.headers['retry-after'], /^(89\d|900)$/)
    t.match(refused[0]?.body, /Too many wrong codes were tried/)
    const { browser, page } = await half()
    t.equal((await post(browser, page, await phone.code())).statusCode, 429, 'the right code waits as well')
    const there = await browser.open((formsOf(page.body)[0]?.action ?? '').replace('second-factor', 'recovery-code'))
    const { code } = answerOf(await browser.submit(there, '/recovery-code', { code: codes[0] ?? '' }))
    t.equal((await site.redeem(code)).statusCode, 200, 'a recovery code does not')
    await turnClock(t, db, 901)
    const later = await half()
    t.equal((await post(later.browser, later.page, await phone.code())).statusCode, 303, 'nobody is locked out')
    const keys = await db.selectFrom('attempts').select('key').execute()
    t.notMatch(JSON.stringify(keys), server.personId)
  },
)

t.test('recovery codes: each once, hashed, also in parallel; spelled with or without groups', async (t) => {
  const { server, half, site, db, personId } = await open(t)
  const codes = await addRecoveryCodes(server, personId)
  t.equal(new Set(codes).size, 10)
  const stored = await db
    .selectFrom('authenticators')
    .where('kind', '=', 'recovery_code')
    .select('credential')
    .execute()
  t.equal(stored.length, 10)
  for (const code of codes) t.notMatch(JSON.stringify(stored), code.replaceAll('-', ''))
  const [one = '', two = ''] = codes
  const halves = await Promise.all([half(), half(), half()])
  const at = async ({ browser, page }: (typeof halves)[number]) =>
    browser.open((formsOf(page.body)[0]?.action ?? '').replace('second-factor', 'recovery-code'))
  const pages = await Promise.all(halves.map(at))
  const answers = await Promise.all(
    halves.map(({ browser }, index) => post(browser, pages[index] ?? halves[0].page, one, 'recovery-code')),
  )
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [303, 422, 422])
  const index = answers.findIndex(({ statusCode }) => statusCode === 422)
  const { browser } = halves[index] ?? halves[0]
  const typed = two.toUpperCase().replaceAll('-', ' ')
  const { code } = answerOf(
    await browser.submit(await at(halves[index] ?? halves[0]), '/recovery-code', { code: typed }),
  )
  t.match(await site.claims((await site.redeem(code)).json().id_token), { acr: MFA, amr: ['pwd', 'otp', 'mfa'] })
})

t.test('a code of somebody else is none', async (t) => {
  const { server, half, enter, db } = await open(t)
  const { createAccount } = await import('../../src/identity/local-account.ts')
  const eve = await createAccount(db, server.config.passwordPepper, {
    email: 'eve@example.com',
    password: 'p'.repeat(20),
  })
  const phone = await addAuthenticatorApp(server, eve ?? '')
  const { browser, page } = await half()
  t.equal((await enter(browser, page, await phone.code())).statusCode, 422)
})

t.test('factor removed by administrator: sessions’ acr falls, and that of tokens at their next refresh', async (t) => {
  const { half, enter, phone, site, db, personId } = await open(t)
  const { browser, page } = await half()
  const tokens = (await site.redeem(answerOf(await enter(browser, page, await phone.code())).code)).json()
  const pending = answerOf(await site.send(browser)).code
  await removeFactorsByAdministrator(db, { personId })
  t.strictSame(await db.selectFrom('sessions').select(['acr', 'amr']).execute(), [{ acr: PASSWORD, amr: ['pwd'] }])
  const refreshed = (await site.refresh(tokens.refresh_token)).json()
  t.match(await site.claims(refreshed.id_token), { acr: PASSWORD, amr: ['pwd'] })
  t.match(
    await site.claims((await site.redeem(pending)).json().id_token),
    { acr: PASSWORD },
    'a code that was on its way',
  )
  t.match(answerOf(await site.send(browser)), { code: /./ }, 'a password is all that the person has now')
})

t.test('a factor that is added in between stops the code that the password would have brought', async (t) => {
  const { server, app, db, personId } = await open(t)
  await db.deleteFrom('authenticators').execute()
  const browser = new Browser(app)
  const url = authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI })
  t.match(answerOf(await logIn(browser, await browser.open(url))), { code: /./ })
  await addAuthenticatorApp(server, personId)
  t.match((await browser.open(url)).body, /<h1>Show that it is you/)
})
