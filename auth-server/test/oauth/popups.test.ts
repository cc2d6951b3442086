// A visit in a popup: nothing on its way cuts the page that opened it off (Cross-Origin-Opener-Policy), and the rest stays apart.
import t from 'tap'
import { Browser } from '../support/browser.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'

const server = await testServer(t)
const { app } = server
const url = authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI })

t.test('unsafe-none on each answer of a visit: pages, redirects, errors, refusals of any kind', async (t) => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const browser = new Browser(app)
  const login = await browser.open(url)
  const answers = [
    login,
    await browser.request('GET', url),
    await browser.request('GET', `/apis/orders-api${url}`),
    await browser.request('GET', '/authorize'),
    await browser.request('GET', `${url}&response_type=code`),
    await browser.request('GET', '/authorize/resume/x'),
    await browser.request('GET', '/interaction/x/login'),
    await browser.request('GET', '/interaction/nowhere'),
    await browser.request('GET', '/interaction/%zz/login'),
    await browser.request('GET', `/interaction/${'x'.repeat(101)}/login`),
    await browser.request('GET', url, { headers: { 'sec-purpose': 'prefetch' } }),
    await app.inject({ method: 'HEAD', url }),
    await app.inject({ method: 'PUT', url: '/authorize' }),
    await app.inject({ method: 'POST', url: '/authorize', headers: { ...form, 'sec-fetch-site': 'cross-site' } }),
    await app.inject({ method: 'POST', url: '/authorize', headers: { 'content-type': 'text/plain' }, payload: 'x' }),
    await app.inject({ method: 'POST', url: '/authorize', headers: form, payload: 'x'.repeat(70_000) }),
    await logIn(browser, login, { email: 'ada@example.com', password: 'wrong' }),
    await logIn(browser, login),
    await browser.request('GET', '/logout'),
    await browser.request('GET', '/interaction/logout'),
    await browser.request('POST', '/interaction/logout', { form: {} }),
    await app.inject({ method: 'POST', url: '/logout', headers: form, payload: 'state=s' }),
  ]
  t.strictSame(
    answers.map(({ headers }) => headers['cross-origin-opener-policy']),
    answers.map(() => 'unsafe-none'),
  )
  t.ok(new Set(answers.map(({ statusCode }) => statusCode)).size >= 8, 'answers of every kind')
})

t.test('same-origin everywhere else', async (t) => {
  for (const path of [
    '/',
    '/jwks',
    '/token',
    '/userinfo',
    '/health/live',
    '/authorized',
    '/apis/orders-api/token',
    '/%zz',
    '/x/authorize',
  ])
    t.equal((await app.inject(path)).headers['cross-origin-opener-policy'], 'same-origin', path)
})
