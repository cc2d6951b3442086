// Forms count only from our own page in the browser they were made for; cookies cannot be read, tossed or fixed.

import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { Browser, formsOf, SESSION_COOKIE, visitCookie } from '../support/browser.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { addressesOf, visitAddresses } from '../support/routes.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { signedInBrowser } from '../support/session.ts'

const { app, log } = await testServer(t)
function url() {
  return authorizeUrl(pkcePair().challenge)
}

function formOf(page: LightMyRequestResponse, end: string) {
  const form = formsOf(page.body).find(({ action }) => action.endsWith(end))
  if (!form) throw new Error(`no form ${end}`)
  return form
}
function refusedAs(t: Test, response: LightMyRequestResponse, status: number) {
  t.equal(response.statusCode, status)
  t.match(response.headers['content-type'], /^text\/html/)
  t.equal(response.headers.location, undefined)
  t.notOk(response.cookies.some(({ name }) => name.endsWith('session')))
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
    ['from a sandboxed page', hidden, { origin: 'null', 'sec-fetch-site': 'cross-site' }],
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

t.test('"Origin: null" proves nothing either way: Sec-Fetch-Site and the form token decide', async (t) => {
  const rows: [string, boolean, Record<string, string>][] = [
    ['our own page under Referrer-Policy: no-referrer', true, { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['the same from an old browser', true, { origin: 'null' }],
    ['a sandboxed page elsewhere', false, { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', false, { origin: 'null', 'sec-fetch-site': 'same-site' }],
    ['nobody’s page', false, { origin: 'null', 'sec-fetch-site': 'none' }],
    ['another origin, whatever the site says', false, { origin: 'https://evil.example' }],
    ['several origins', false, { origin: `${ISSUER} null` }],
    ['a null of another spelling', false, { origin: 'NULL' }],
    ['an empty one', false, { origin: '' }],
  ]
  for (const [name, isOwn, headers] of rows)
    await t.test(name, async (t) => {
      const browser = new Browser(app)
      const { action, hidden } = formOf(await browser.open(url()), '/login')
      const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
      const post = (form: Record<string, string>) =>
        app.inject({
          method: 'POST',
          url: action,
          headers: { 'content-type': 'application/x-www-form-urlencoded', cookie, ...headers },
          payload: new URLSearchParams({ ...USER, ...form }).toString(),
        })
      t.equal((await post({ csrf: 'x'.repeat(43) })).statusCode, 403, 'never without the token')
      t.equal((await post(hidden)).statusCode, isOwn ? 303 : 403)
    })
})

t.test('each refused form is logged with its reason, and without anything secret', async (t) => {
  const browser = await signedInBrowser(app)
  const { action, hidden } = formOf(await browser.open(`${url()}&prompt=login`), '/login')
  const logout = formOf(await browser.open('/logout'), '/logout')
  const stranger = new Browser(app)
  const rows: [string, Browser, Record<string, string>, Record<string, string>][] = [
    ['token missing', browser, {}, {}],
    ['token wrong', browser, { csrf: 'a-token-of-somebody' }, {}],
    ['foreign origin', browser, hidden, { origin: 'https://evil.example' }],
    ['cross-site', browser, hidden, { 'sec-fetch-site': 'cross-site' }],
    ['cross-site', browser, hidden, { origin: 'null', 'sec-fetch-site': 'same-site' }],
    ['no cookie', stranger, hidden, {}],
  ]
  for (const target of [{ action, hidden }, logout])
    for (const [reason, from, form, headers] of rows) {
      const before = log.length
      const fields = form === hidden ? target.hidden : form
      await from.request('POST', target.action, { form: { ...USER, ...fields }, headers })
      const lines = log.slice(before).filter((line) => line.includes('"event":"form_refused"'))
      t.equal(lines.length, 1)
      t.match(JSON.parse(lines[0] ?? '{}'), {
        level: 40,
        reason,
        issuer: ISSUER,
        origin: headers.origin ?? ISSUER,
        site: headers['sec-fetch-site'] ?? 'same-origin',
      })
    }
  const text = log.join('')
  for (const secret of [hidden.csrf, logout.hidden.csrf, 'a-token-of-somebody', ...browser.cookies.values()])
    t.notOk(text.includes(secret ?? 'missing'))
})

t.test('a form of another site comes without cookies, and no answer takes one away', async (t) => {
  const forms = (await addressesOf(app)).filter(({ methods }) => methods.includes('POST'))
  t.ok(forms.length >= 13)
  for (const { url: address } of forms)
    for (const headers of [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, {}]) {
      const response = await app.inject({
        method: 'POST',
        url: address,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: 'csrf=x&client_id=shop-app',
      })
      t.strictSame(response.cookies, [], address)
      t.notMatch(response.body, /You are signed out/)
    }
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
    for (const path of await visitAddresses(app, 'GET', id)) refusedAs(t, await other.request('GET', path), 403)
    for (const path of await visitAddresses(app, 'POST', id))
      refusedAs(t, await other.request('POST', path, { form: { ...hidden, ...USER } }), 403)
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
  browser.cookies.set(SESSION_COOKIE, fixed)
  await logIn(browser, await browser.open(url()))
  const first = browser.cookies.get(SESSION_COOKIE)
  t.match(first, /^[\w-]{43}$/)
  t.not(first, fixed)
  await logIn(browser, await browser.open(`${url()}&prompt=login`))
  t.not(browser.cookies.get(SESSION_COOKIE), first)
})

t.test('on https: __Host- prefix, Secure, HttpOnly, SameSite=Lax, no Domain; plain names do not count', async (t) => {
  const issuer = 'https://login.example.com'
  const { app } = await testServer(t, { ISSUER: issuer })
  const opened = await app.inject(url())
  const path = opened.headers.location ?? ''
  const [, , id = ''] = path.split('/')
  const set = `__Host-mobile-gateway-visit-${id}=\\d{10}\\.[\\w-]{43}; Max-Age=7200; Path=/; HttpOnly; Secure; SameSite=Lax`
  t.match(opened.headers['set-cookie'], new RegExp(`^${set}$`))
  t.match(opened.headers['strict-transport-security'], /^max-age=\d{8}/)
  const [{ value = '' } = {}] = opened.cookies
  const plain = `mobile-gateway-visit-${id}=${value}`
  t.equal((await app.inject({ url: path, headers: { cookie: plain } })).statusCode, 403)
  const cookie = `__Host-${plain}`
  const page = await app.inject({ url: path, headers: { cookie } })
  t.equal(page.statusCode, 200)
  const { action, hidden } = formOf(page, '/login')
  const response = await app.inject({
    method: 'POST',
    url: action,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      cookie,
      origin: issuer,
      'sec-fetch-site': 'same-origin',
    },
    payload: new URLSearchParams({ ...hidden, ...USER }).toString(),
  })
  t.match(
    [response.headers['set-cookie']].flat().at(-1),
    /^__Host-mobile-gateway-session=[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})

t.test('on http loopback: no __Host-, HttpOnly, SameSite=Lax', async (t) => {
  const opened = await app.inject(url())
  const [, , id = ''] = (opened.headers.location ?? '').split('/')
  const set = `${visitCookie(id)}=\\d{10}\\.[\\w-]{43}; Max-Age=7200; Path=/; HttpOnly; SameSite=Lax`
  t.match(opened.headers['set-cookie'], new RegExp(`^${set}$`))
  t.equal(opened.headers['strict-transport-security'], undefined)
})

t.test('SESSION_PERSISTS: people stay signed in when the browser ends, or not', async (t) => {
  for (const [value, attributes] of [
    ['', 'Max-Age=1209600; Path=/; HttpOnly; SameSite=Lax'],
    ['true', 'Max-Age=1209600; Path=/; HttpOnly; SameSite=Lax'],
    ['false', 'Path=/; HttpOnly; SameSite=Lax'],
  ] as const) {
    const { app } = await testServer(t, { SESSION_PERSISTS: value })
    const browser = new Browser(app)
    const { action, hidden } = formOf(await browser.open(url()), '/login')
    const { headers } = await browser.request('POST', action, { form: { ...hidden, ...USER } })
    t.match([headers['set-cookie']].flat().at(-1), new RegExp(`^${SESSION_COOKIE}=[\\w-]{43}; ${attributes}$`), value)
  }
})

t.test('two servers on the ports of one host do not take each other for themselves (RFC 6265 §8.5)', async (t) => {
  const other = await testServer(t, { ISSUER: 'http://localhost:4001' })
  const browser = await signedInBrowser(app)
  const there = new Browser(other.app, 'http://localhost:4001')
  for (const [name, value] of browser.cookies) there.cookies.set(name, value)
  await logIn(there, await there.open(url()))
  t.equal(there.cookies.get(SESSION_COOKIE), browser.cookies.get(SESSION_COOKIE), 'both sessions in one browser')
  t.ok(there.cookies.has('mobile-gateway-4001-session'))
})
