// Forms count only from our own page in the browser they were made for; cookies cannot be read, tossed or fixed.

import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { Browser, formsOf } from './support/browser.ts'
import { authorizeUrl, logIn, pkcePair } from './support/phone.ts'
import { ISSUER, testServer, USER } from './support/server.ts'
import { signedInBrowser } from './support/session.ts'

const { app } = await testServer(t)
const url = () => authorizeUrl(pkcePair().challenge)

const formOf = (page: LightMyRequestResponse, end: string) => {
  const form = formsOf(page.body).find(({ action }) => action.endsWith(end))
  if (!form) throw new Error(`no form ${end}`)
  return form
}
const refusedAs = (t: Test, response: LightMyRequestResponse, status: number) => {
  t.equal(response.statusCode, status)
  t.match(response.headers['content-type'], /^text\/html/)
  t.equal(response.headers.location, undefined)
  t.notOk(response.cookies.some(({ name }) => name === 'session'))
}

t.test('login CSRF: a login form that is not ours signs nobody in', async (t) => {
  const browser = new Browser(app)
  const { action, hidden } = formOf(await browser.open(url()), '/login')
  const elsewhere = formOf(await new Browser(app).open(url()), '/login')
  const otherPage = formOf(await browser.open(url()), '/login')
  const rows: [string, Record<string, string>, Record<string, string>][] = [
    ['without a form token', {}, {}],
    ['with an empty one', { csrf: '' }, {}],
    ['with a made-up one', { csrf: 'x'.repeat(43) }, {}],
    ["with another browser's", elsewhere.hidden, {}],
    ["with another page's", otherPage.hidden, {}],
    ['from another origin', hidden, { origin: 'https://evil.example' }],
    ['from a subdomain of the issuer', hidden, { origin: ISSUER.replace('//', '//evil.') }],
    ['from another port', hidden, { origin: 'http://localhost:8000' }],
    ['from a sandboxed page', hidden, { origin: 'null' }],
    ['from a sibling site by Sec-Fetch-Site', hidden, { 'sec-fetch-site': 'same-site' }],
    ['from another site by Sec-Fetch-Site', hidden, { 'sec-fetch-site': 'cross-site' }],
  ]
  for (const [name, form, headers] of rows)
    await t.test(name, async (t) =>
      refusedAs(t, await browser.request('POST', action, { form: { ...USER, ...form }, headers }), 403),
    )
  await t.test('with the form token twice', async (t) => {
    const response = await app.inject({
      method: 'POST',
      url: action,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; '),
      },
      payload: new URLSearchParams([
        ...Object.entries(hidden),
        ...Object.entries(hidden),
        ...Object.entries(USER),
      ]).toString(),
    })
    refusedAs(t, response, 400)
  })
  t.equal((await browser.request('POST', action, { form: { ...hidden, ...USER } })).statusCode, 303, 'our own works')
})

t.test('an old browser that names neither origin nor site is judged by the form token', async (t) => {
  const browser = new Browser(app)
  const { action, hidden } = formOf(await browser.open(url()), '/login')
  const response = await app.inject({
    method: 'POST',
    url: action,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; '),
    },
    payload: new URLSearchParams({ ...hidden, ...USER }).toString(),
  })
  t.equal(response.statusCode, 303)
})

t.test('every form of every page is held against its token', async (t) => {
  const browser = await signedInBrowser(app)
  const page = await browser.open(url())
  const forms = formsOf(page.body)
  t.ok(forms.length >= 3)
  for (const { action } of forms) refusedAs(t, await browser.request('POST', action, { form: { csrf: 'x' } }), 403)
})

t.test('a visit belongs to the browser that began it', async (t) => {
  const browser = new Browser(app)
  const page = await browser.open(url())
  const { action, hidden } = formOf(page, '/login')
  const id = action.split('/')[2] ?? ''
  const stranger = new Browser(app)
  const signedIn = await signedInBrowser(app)
  for (const other of [stranger, signedIn]) {
    for (const path of [action, `/interaction/${id}/continue`, `/interaction/${id}/consent`, `/authorize/resume/${id}`])
      refusedAs(t, await other.request('GET', path), 403)
    for (const step of ['login', 'continue', 'consent', 'switch', 'deny'])
      refusedAs(t, await other.request('POST', `/interaction/${id}/${step}`, { form: { ...hidden, ...USER } }), 403)
  }
  t.equal((await logIn(browser, page)).statusCode, 303, 'and works there still')
})

t.test('a visit that does not exist, or is spelled strangely, is a page', async (t) => {
  const browser = new Browser(app)
  await browser.open(url())
  for (const id of [
    'x',
    'x'.repeat(22),
    '..',
    '%2e%2e',
    "'or'1'='1",
    '%00',
    '%F0%9F%9A%B2',
    'constructor',
    '__proto__',
  ])
    for (const path of [`/interaction/${id}/login`, `/authorize/resume/${id}`]) {
      const { statusCode } = await browser.request('GET', path)
      t.ok(statusCode === 400 || statusCode === 404, `${path}: ${statusCode}`)
    }
})

t.test('a new session at each login, against fixation', async (t) => {
  const fixed = 'f'.repeat(43)
  const browser = new Browser(app)
  browser.cookies.set('session', fixed)
  await logIn(browser, await browser.open(url()))
  const first = browser.cookies.get('session')
  t.match(first, /^[\w-]{43}$/)
  t.not(first, fixed)
  await logIn(browser, await browser.open(`${url()}&prompt=login`))
  t.not(browser.cookies.get('session'), first)
})

t.test('on https: __Host- prefix, Secure, HttpOnly, SameSite=Lax, no Domain; plain names do not count', async (t) => {
  const issuer = 'https://login.example.com'
  const { app } = await testServer(t, { ISSUER: issuer })
  const opened = await app.inject(url())
  t.match(opened.headers['set-cookie'], /^__Host-browser=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  t.match(opened.headers['strict-transport-security'], /^max-age=\d{8}/)
  const [{ value = '' } = {}] = opened.cookies
  const path = opened.headers.location ?? ''
  t.equal((await app.inject({ url: path, headers: { cookie: `browser=${value}` } })).statusCode, 403)
  const page = await app.inject({ url: path, headers: { cookie: `__Host-browser=${value}` } })
  t.equal(page.statusCode, 200)
  const { action, hidden } = formOf(page, '/login')
  const response = await app.inject({
    method: 'POST',
    url: action,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: `__Host-browser=${value}`,
      origin: issuer,
      'sec-fetch-site': 'same-origin',
    },
    payload: new URLSearchParams({ ...hidden, ...USER }).toString(),
  })
  t.match(response.headers['set-cookie'], /^__Host-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
})

t.test('on http loopback: plain names, HttpOnly, SameSite=Lax', async (t) => {
  const opened = await app.inject(url())
  t.match(opened.headers['set-cookie'], /^browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
  t.equal(opened.headers['strict-transport-security'], undefined)
})

t.test('cookies that are broken count as none', async (t) => {
  const rows = [
    'browser=%zz',
    'browser=',
    'browser',
    '=;=;',
    'browser=x; browser=y',
    `browser=${'x'.repeat(9000)}`,
    'session="%00"',
    '\u00e9=1',
    '__proto__=x; constructor=y',
  ]
  for (const cookie of rows)
    await t.test(cookie.slice(0, 40), async (t) => {
      const response = await app.inject({ url: url(), headers: { cookie } })
      t.equal(response.statusCode, 303)
      t.match(response.headers['set-cookie'], /^browser=[\w-]{43};/)
    })
})

t.test('the browser keeps its cookie across visits', async (t) => {
  const browser = new Browser(app)
  await browser.open(url())
  const first = browser.cookies.get('browser')
  await browser.open(url())
  t.equal(browser.cookies.get('browser'), first)
})
