// Guesses at passwords: so many of one account at one address, over all instances; strangers elsewhere lock nobody out.

import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { admitSignInGuess, rememberBrowser } from '../../src/identity/sign-in-guesses.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { secondInstance } from '../support/second-instance.ts'
import { testServer, USER } from '../support/server.ts'

const ALLOWED = 20

t.test(
  '50 guesses at once at two instances: 20 are looked at, and the right password waits with the rest',
  async (t) => {
    const server = await testServer(t, { TRUSTED_PROXIES: '127.0.0.1' })
    const other = await secondInstance(t, server)
    const instances = [server.app, other]
    /** Tries at one instance. */
    const attempt = async (instance: number, address: string, user = USER) => {
      const browser = new Browser(instances[instance % 2] ?? other)
      const page = await browser.open(authorizeUrl(pkcePair().challenge))
      return { browser, page, send: () => submit(browser, page, address, user) }
    }
    const submit = (browser: Browser, page: LightMyRequestResponse, address: string, user: typeof USER) => {
      const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith('/login')) ?? {}
      return browser.request('POST', action, { form: { ...hidden, ...user }, headers: { 'x-forwarded-for': address } })
    }
    const wrong = (n: number) => ({ ...USER, password: `guess ${n}` })
    const guesses = await Promise.all(Array.from({ length: 50 }, (_, n) => attempt(n, '192.0.2.1', wrong(n))))
    const answers = await Promise.all(guesses.map(({ send }) => send()))
    t.equal(answers.filter(({ statusCode }) => statusCode === 422).length, ALLOWED)
    const refused = answers.filter(({ statusCode }) => statusCode === 429)
    t.equal(refused.length, 50 - ALLOWED)
    t.match(refused[0]?.headers['retry-after'], /^(59\d|600)$/)
    t.match(refused[0]?.body, /Too many wrong passwords were tried from here/)
    t.match(refused[0]?.body, /name="password"/, 'the page to try again on')

    for (const instance of [0, 1]) t.equal((await (await attempt(instance, '192.0.2.1')).send()).statusCode, 429)
    t.equal((await (await attempt(1, '192.0.2.2')).send()).statusCode, 303, 'the person, elsewhere')
    const neighbour = { ...USER, email: 'bob@example.com' }
    t.equal((await (await attempt(1, '192.0.2.1', neighbour)).send()).statusCode, 422, 'another account, here')
    await turnClock(t, server.db, 601)
    t.equal((await (await attempt(0, '192.0.2.1')).send()).statusCode, 303, 'later')
  },
)

t.test(
  'a right password is no guess, however often; an address without an account is counted like one with',
  async (t) => {
    const { app, db } = await testServer(t)
    for (let n = 0; n < ALLOWED + 2; n++) {
      const browser = new Browser(app)
      const page = await browser.open(authorizeUrl(pkcePair().challenge))
      t.equal((await logIn(browser, page)).statusCode, 303)
    }
    const statuses: number[] = []
    const browser = new Browser(app)
    const page = await browser.open(authorizeUrl(pkcePair().challenge))
    for (let n = 0; n < ALLOWED + 1; n++)
      statuses.push((await logIn(browser, page, { email: 'nobody@example.com', password: 'x' })).statusCode)
    t.strictSame(statuses, [...Array.from({ length: ALLOWED }, () => 422), 429])
    const rows = await db.selectFrom('attempts').selectAll().execute()
    t.notMatch(JSON.stringify(rows), /nobody|127\.0/)
  },
)

t.test('people.md: guesses from many addresses make new browsers wait, and nobody else', async (t) => {
  const server = await testServer(t, { TRUSTED_PROXIES: '127.0.0.1', SIGN_IN_GUESSES_PER_HOUR: '101' })
  const { app, db, deps } = server
  const headers = (n: number) => ({ 'x-forwarded-for': `192.0.2.${n}` })
  const attempt = async (browser: Browser, n: number, user = USER) => {
    const page = await browser.open(authorizeUrl(pkcePair().challenge, { prompt: 'login' }))
    const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith('/login')) ?? {}
    return browser.request('POST', action, { form: { ...hidden, ...user }, headers: headers(n) })
  }
  const hers = new Browser(app)
  t.equal((await attempt(hers, 1)).statusCode, 303)
  // A hundred guesses from as many addresses, as the limit counts them.
  const account = USER.email
  for (let n = 0; n < 100; n++)
    t.equal(
      (await deps.limits.admit({ signInGuessesByAccount: { about: account }, signInGuessesOfAll: {} })).waitSeconds,
      0,
    )
  const refused = await attempt(new Browser(app), 2)
  t.equal(refused.statusCode, 429, 'the right password in a browser that is new to the account')
  t.match(refused.headers['retry-after'], /^(359\d|3600)$/)
  t.equal((await attempt(hers, 3)).statusCode, 303, 'in one that has signed in to it')
  const { values } = await deps.metrics.limitRefusals.get()
  t.match(
    values.filter(({ value }) => value > 0),
    [{ labels: { limit: 'signInGuessesByAccount' }, value: 1 }],
  )

  // Nor does she wait for those who share her address, as a whole carrier's customers do.
  const stranger = { email: USER.email, password: 'x' }
  for (let n = 0; n < ALLOWED; n++)
    await deps.limits.admit({
      signInGuesses: { address: '192.0.2.7', about: account },
      signInGuessesByAddress: { address: '192.0.2.7' },
    })
  t.equal((await attempt(new Browser(app), 7, stranger)).statusCode, 429)
  t.equal((await attempt(hers, 7)).statusCode, 303)

  // Others have not been touched by what hit one account; what hits all of them makes their new browsers wait, too.
  const bob = { email: 'bob@example.com', password: 'x' }
  t.equal((await attempt(new Browser(app), 4, bob)).statusCode, 422)
  t.equal((await attempt(new Browser(app), 5, bob)).statusCode, 429)
  t.equal((await attempt(hers, 6)).statusCode, 303)
  t.notMatch(JSON.stringify(await db.selectFrom('attempts').selectAll().execute()), /ada|bob|192/)
})

t.test('a browser that is known to one account is new to every other, and its cookie cannot be made up', async (t) => {
  const { app, deps } = await testServer(t)
  const browser = new Browser(app)
  await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)))
  const { cookieSecrets } = deps.config
  const tokens = rememberBrowser(cookieSecrets, USER.email, [])
  t.strictSame(rememberBrowser(cookieSecrets, USER.email, tokens), tokens, 'one for each account')
  const admit = async (account: string, tokens: readonly string[]) => {
    await admitSignInGuess(deps.limits, cookieSecrets, { account, address: '192.0.2.9', tokens })
    return deps.db.selectFrom('attempts').select('allowed').execute()
  }
  const isNew = (rows: readonly { allowed: number }[]) => rows.some(({ allowed }) => allowed === 100)
  t.notOk(isNew(await admit(USER.email, tokens)))
  for (const [account, sent] of [
    ['bob@example.com', tokens],
    [USER.email, rememberBrowser(['another secret'], USER.email, [])],
    [USER.email, ['x'.repeat(33)]],
  ] as const) {
    await deps.db.deleteFrom('attempts').execute()
    t.ok(isNew(await admit(account, sent)))
  }
})
