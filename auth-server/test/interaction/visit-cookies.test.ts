// One cookie per visit: tabs do not disturb each other, strangers take none away, and what others set on this host harms nobody.
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { Browser, formsOf, SESSION_COOKIE, visitCookie } from '../support/browser.ts'
import { expectCode, expectRefusal } from '../support/expect.ts'
import { authorizeUrl, logIn, pkcePair, REDIRECT_URI } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { CLAIMED_URI, signedInBrowser } from '../support/session.ts'

const { app } = await testServer(t)
function ask(changes: Readonly<Record<string, string | undefined>> = {}) {
  return authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI, ...changes })
}
const toApp = { to: CLAIMED_URI, state: 'a-state' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
function visitsIn({ cookies }: Browser) {
  return [...cookies.keys()].filter((name) => name.startsWith(visitCookie('')))
}
function idIn(address = '') {
  return /^\/interaction\/([\w-]{22})\//.exec(address)?.[1] ?? ''
}

t.test('two tabs opened at once in a browser without cookies both sign in', async (t) => {
  for (let round = 0; round < 6; round++) {
    const browser = new Browser(app)
    // Both requests are on their way before either answer is there.
    const pages = await Promise.all([browser.open(ask()), browser.open(ask())])
    t.equal(visitsIn(browser).length, 2)
    for (const page of pages) expectCode(t, await logIn(browser, page), toApp)
  }
})

t.test('a visit that has ended is the first to make room, before one that began earlier', async (t) => {
  const browser = await signedInBrowser(app)
  const oldest = await browser.open(ask({ prompt: 'login' }))
  const [byCode = '', underWay = ''] = visitsIn(browser)
  browser.cookies.set(underWay, (browser.cookies.get(underWay) ?? '').replace(/^\d+/, '1000000000'))
  const page = await browser.open(ask({ redirect_uri: REDIRECT_URI }))
  expectRefusal(t, await browser.submit(page, '/deny'), { to: REDIRECT_URI, error: 'access_denied', state: 'a-state' })
  const [, , byError = ''] = visitsIn(browser)
  t.equal(visitsIn(browser).length, 3)
  for (let count = 0; count < 9; count++) await browser.open(ask({ prompt: 'login' }))
  t.equal(visitsIn(browser).length, 10)
  for (const name of [byCode, byError]) t.notOk(browser.cookies.has(name))
  expectCode(t, await logIn(browser, oldest), toApp)
})

t.test('a visit that ends at once never has a cookie', async (t) => {
  const browser = await signedInBrowser(app)
  t.strictSame((await browser.request('GET', ask())).cookies, [])
  t.strictSame((await browser.request('GET', ask({ prompt: 'none', max_age: '0' }))).cookies, [])
})

t.test('ten visits are kept: the eleventh gives up the oldest', async (t) => {
  const browser = new Browser(app)
  const pages = []
  for (let count = 0; count < 10; count++) pages.push(await browser.open(ask()))
  // Cookies of one second are as old as each other, so the first is made older than the rest.
  const [first] = visitsIn(browser)
  if (first === undefined) throw new Error('no visit')
  browser.cookies.set(first, (browser.cookies.get(first) ?? '').replace(/^\d+/, '1000000000'))
  t.equal(visitsIn(browser).length, 10)
  const eleventh = await browser.open(ask())
  t.equal(visitsIn(browser).length, 10)
  t.notOk(browser.cookies.has(first))
  const [oldest, second] = pages
  if (!oldest || !second) throw new Error('no pages')
  t.equal((await logIn(browser, oldest)).statusCode, 403)
  for (const page of [second, eleventh]) expectCode(t, await logIn(browser, page), toApp)
})

t.test(
  'a request that brings no cookie takes none away: also a form of another site that fits into no address',
  async (t) => {
    const browser = await signedInBrowser(app)
    const underWay = await browser.open(ask({ prompt: 'login' }))
    const before = new Map(browser.cookies)
    const fields = Object.fromEntries(
      new URL(ask({ prompt: 'login', login_hint: 'x'.repeat(4000) }), 'http://x').searchParams,
    )
    const form = { ...fields, ui_locales: 'x'.repeat(4000) }
    for (let count = 0; count < 30; count++) {
      const response = await app.inject({
        method: 'POST',
        url: '/authorize',
        headers: { ...FORM, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        payload: new URLSearchParams(form).toString(),
      })
      t.match(response.headers.location, /^\/authorize\/resume\/[\w-]{22}$/, 'no address holds all of it')
      browser.keep(response)
      // The browser goes there, and now its cookies come along.
      await browser.follow(response)
    }
    for (const [name, value] of before)
      if (!name.startsWith(visitCookie(''))) t.equal(browser.cookies.get(name), value, name)
    t.equal(visitsIn(browser).length, 10, 'and they do not pile up')
    expectCode(t, await browser.open(ask()), toApp)

    const untouched = new Browser(app)
    for (const [name, value] of before) untouched.cookies.set(name, value)
    const once = await app.inject({
      method: 'POST',
      url: '/authorize',
      headers: { ...FORM, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      payload: new URLSearchParams(form).toString(),
    })
    untouched.keep(once)
    expectCode(t, await logIn(untouched, underWay), toApp)
  },
)

t.test('cookies of a wrong shape count as none, and harm nobody', async (t) => {
  const visit = visitCookie('x'.repeat(22))
  const rows = [
    `${visit}=%zz`,
    `${visit}=`,
    visit,
    '=;=;',
    `${visit}=x; ${visit}=y`,
    `${visit}=9999999999.${'x'.repeat(42)}`,
    `${visit}=${'x'.repeat(9000)}`,
    Array.from({ length: 20 }, (_, index) => `${visitCookie(`\u00e9 ${index}`)}=1`).join('; '),
    `${visitCookie('a b')}=1; ${visitCookie('')}=1; ${visitCookie('x'.repeat(3000))}=1`,
    `${SESSION_COOKIE}="%00"`,
    `${SESSION_COOKIE}=${'x'.repeat(43)}; ${SESSION_COOKIE}=${'y'.repeat(43)}`,
    'browser=x; session=y',
    '\u00e9=1',
    '__proto__=x; constructor=y',
  ]
  for (const cookie of rows)
    await t.test(cookie.slice(0, 60), async (t) => {
      const response = await app.inject({ url: ask(), headers: { cookie } })
      t.equal(response.statusCode, 303)
      t.strictSame(
        response.cookies.map(({ name }) => name),
        [visitCookie(idIn(response.headers.location))],
      )
    })
})

t.test('a hundred cookies of others under our names: sign-in goes on, and no answer grows long', async (t) => {
  const names = Array.from({ length: 100 }, (_, index) => visitCookie(`junk${String(index).padStart(18, '0')}`))
  for (const value of ['x', `9999999999.${'x'.repeat(43)}`]) {
    const browser = new Browser(app)
    for (const name of names) browser.cookies.set(name, value)
    const begun = await browser.request('GET', ask())
    t.ok(JSON.stringify(begun.headers).length < 4096, 'fits where a proxy keeps headers')
    expectCode(t, await logIn(browser, await browser.follow(begun)), toApp)
    for (let count = 0; count < 10; count++) await browser.open(ask({ prompt: 'login' }))
    t.equal(visitsIn(browser).length, 10, 'and they go by and by')
  }
})

t.test('the right cookie counts, whatever else came under its name, before or after', async (t) => {
  const browser = await signedInBrowser(app)
  const page = await browser.open(ask({ prompt: 'login' }))
  const { action, hidden } = formsOf(page.body)[0] ?? { action: '', hidden: {} }
  const visit = visitCookie(idIn(action))
  const mine = [...browser.cookies].map((pair) => pair.join('='))
  const tossed = [
    `${visit}=9999999999.${'x'.repeat(43)}`,
    `${visit}=broken`,
    `${SESSION_COOKIE}=${'x'.repeat(43)}`,
    `${SESSION_COOKIE}=broken`,
  ]
  for (const cookies of [
    [...tossed, ...mine],
    [...mine, ...tossed],
  ]) {
    const headers = { cookie: cookies.join('; ') }
    t.equal((await app.inject({ url: action, headers })).statusCode, 200)
    t.match(answerOfGet(await app.inject({ url: ask(), headers })), /[?&]code=/)
    const wrong = { method: 'POST', url: action, headers: { ...headers, ...FORM } } as const
    const payload = new URLSearchParams({ ...hidden, ...USER, password: 'wrong' }).toString()
    t.equal((await app.inject({ ...wrong, payload })).statusCode, 422, 'the form counts')
  }
})

t.test("of two live sessions neither counts, for one is not this browser's; signing in settles it", async (t) => {
  const browser = await signedInBrowser(app)
  const stranger = await signedInBrowser(app)
  const own = `${SESSION_COOKIE}=${browser.cookies.get(SESSION_COOKIE)}`
  const foreign = `${SESSION_COOKIE}=${stranger.cookies.get(SESSION_COOKIE)}`
  const begun = await app.inject({ url: ask(), headers: { cookie: `${foreign}; ${own}` } })
  t.match(begun.headers.location, /\/login$/)
  const [visit] = begun.cookies
  const cookie = `${visit?.name}=${visit?.value}; ${foreign}; ${own}`
  const page = await app.inject({ url: begun.headers.location ?? '', headers: { cookie } })
  const { action, hidden } = formsOf(page.body)[0] ?? { action: '', hidden: {} }
  const response = await app.inject({
    method: 'POST',
    url: action,
    headers: { ...FORM, cookie },
    payload: new URLSearchParams({ ...hidden, ...USER }).toString(),
  })
  const token = response.cookies.find(({ name }) => name === SESSION_COOKIE)?.value
  const done = await app.inject({ url: ask(), headers: { cookie: `${foreign}; ${SESSION_COOKIE}=${token}` } })
  t.match(answerOfGet(done), /[?&]code=/, 'the other one has ended')
})

function answerOfGet({ headers }: LightMyRequestResponse): string {
  return headers.location ?? ''
}
