// What every page carries over the wire: policy, headers, escaped values; and redirects that turn a POST into a GET.
import { createHash } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { Browser, formsOf } from '../support/browser.ts'
import { expectJsonError } from '../support/expect.ts'
import { authorizeUrl, logIn, obtainTokens, pkcePair, refresh } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'

const { app, register, log } = await testServer(t)
const EVIL = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{7*7}}`
const REDIRECT_URI = 'com.example.evil:/callback'
const REDIRECTS = [REDIRECT_URI, 'http://127.0.0.1/callback', 'http://[::1]/callback', CLAIMED_URI]
await register({ clientId: 'evil-app', name: EVIL, redirectUris: REDIRECTS }, { trusted: false })

function ask(changes: Readonly<Record<string, string | undefined>> = {}) {
  return authorizeUrl(pkcePair().challenge, { client_id: 'evil-app', redirect_uri: REDIRECT_URI, ...changes })
}

/** Of a page with a form for passkeys, which a script of ours fills in. */
const RUNS_SCRIPT = "script-src 'self'; connect-src 'self'; "
const OWN_SCRIPT = /<script type="module" src="\/assets\/passkeys-[\w-]{16}\.js"><\/script>/

function isSafePage(t: Test, page: LightMyRequestResponse, formAction: string) {
  const script = page.body.includes('data-passkey=') ? RUNS_SCRIPT : ''
  const [, css = ''] = /<style>([^<]*)<\/style>/.exec(page.body) ?? []
  const hash = createHash('sha256').update(css).digest('base64')
  t.equal(
    page.headers['content-security-policy'],
    `default-src 'none'; style-src 'sha256-${hash}'; ${script}form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
  )
  t.match(page.headers, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'unsafe-none',
  })
  t.notMatch(page.body.replace(OWN_SCRIPT, ''), /<script|<img|onerror=alert\(1\)>|javascript:/i)
  t.notMatch(page.body, / style=| on\w+=["']/, 'nothing inline that the policy would refuse')
}

t.test('each page: its policy to the letter, and what an app or a person typed only as text', async (t) => {
  const login = { redirect_uri: CLAIMED_URI, login_hint: EVIL, state: EVIL, nonce: EVIL }
  const browser = new Browser(app)
  const policy = "'self' https:"

  const loginPage = await browser.open(ask(login))
  t.match(loginPage.body, /<title>Sign in<\/title>/)
  isSafePage(t, loginPage, policy)
  t.match(loginPage.body, /value="&quot;&#39;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;/, 'login_hint')
  const again = await logIn(browser, loginPage, { email: EVIL, password: EVIL })
  t.equal(again.statusCode, 422)
  isSafePage(t, again, policy)
  t.notOk(again.body.includes('value="&quot;&#39;&gt;&lt;script&gt;" name="password"'))
  t.equal(again.body.match(/name="password"[^>]*value=/), null, 'the password is not sent back')
  const consent = await logIn(browser, loginPage)
  t.match(consent.body, /<title>Allow &quot;/)
  isSafePage(t, consent, policy)
  await browser.submit(consent, '/consent')
  const continuePage = await browser.open(ask())
  t.match(continuePage.body, /<title>Continue to &quot;/)
  isSafePage(t, continuePage, "'self' com.example.evil:")
  const error = await browser.open(ask({ redirect_uri: `https://evil.example/${EVIL}` }))
  t.equal(error.statusCode, 400)
  isSafePage(t, error, "'none'")
  t.notMatch(error.body, /evil\.example/)
  const named = await browser.open(`${ask()}&${encodeURIComponent(EVIL)}=1&${encodeURIComponent(EVIL)}=2&client_id=x`)
  t.equal(named.statusCode, 400)
  isSafePage(t, named, "'none'")
})

t.test(
  'form-action allows the redirect of this request and no other (Chromium holds it against redirects too)',
  async (t) => {
    const rows: [string, string][] = [
      [REDIRECT_URI, 'com.example.evil:'],
      ['http://127.0.0.1:51004/callback', 'http://127.0.0.1:51004'],
      ['http://127.0.0.1/callback', 'http://127.0.0.1'],
      ['http://[::1]:51004/callback', 'http://*:51004'],
      [CLAIMED_URI, 'https:'],
    ]
    for (const [redirect_uri, source] of rows)
      await t.test(redirect_uri, async (t) =>
        isSafePage(t, await new Browser(app).open(ask({ redirect_uri })), `'self' ${source}`),
      )
  },
)

t.test('RFC 9700 §4.12: every redirect is 303, is not kept, and never leaves the site before the end', async (t) => {
  const browser = new Browser(app)
  const steps: LightMyRequestResponse[] = []
  const follow = async (response: LightMyRequestResponse): Promise<LightMyRequestResponse> => {
    if (response.statusCode < 300 || response.statusCode > 399) return response
    steps.push(response)
    const { location = '' } = response.headers
    return location.startsWith('/') ? follow(await browser.request('GET', location)) : response
  }
  const submit = async (page: LightMyRequestResponse, end: string, fields = {}) => {
    const form = formsOf(page.body).find(({ action }) => action.endsWith(end))
    t.ok(form?.action.startsWith('/interaction/'), 'forms post to our own site')
    return follow(await browser.request('POST', form?.action ?? '', { form: { ...form?.hidden, ...fields } }))
  }
  const prompt = 'consent'
  const login = await follow(await browser.request('GET', ask({ prompt })))
  const consent = await submit(login, '/login', USER)
  await submit(consent, '/consent')
  const posted = await browser.request('POST', '/authorize', {
    form: Object.fromEntries(new URL(ask(), 'http://x').searchParams),
  })
  const continuePage = await follow(posted)
  const switched = await submit(continuePage, '/switch')
  await submit(switched, '/deny')
  await follow(await browser.request('GET', ask({ scope: 'unknown' })))
  t.ok(steps.length >= 10)
  for (const { statusCode, headers, body } of steps) {
    t.equal(statusCode, 303)
    t.equal(headers['cache-control'], 'no-store')
    t.match(headers.location, /^(\/(interaction|authorize\/resume)\/|com\.example\.evil:\/callback\?(code|error)=)/)
    t.equal(body, '')
  }
})

t.test('an error that nobody expected says nothing about the inside, and the log says all', async (t) => {
  const { app, db, log } = await testServer(t)
  const { refresh_token } = await obtainTokens(app)
  for (const table of ['authorization_requests', 'refresh_families'] as const)
    await db.schema.dropTable(table).cascade().execute()
  const page = await app.inject(authorizeUrl(pkcePair().challenge))
  t.equal(page.statusCode, 500)
  isSafePage(t, page, "'none'")
  const json = await refresh(app, refresh_token)
  expectJsonError(t, json, 500, 'server_error')
  for (const { body } of [page, json]) t.notMatch(body, /relation|authorization_requests|refresh_families|\.ts/)
  t.equal(log.filter((line) => /"level":50/.test(line) && /does not exist/.test(line)).length, 2)
})

t.test('nothing above was an error of ours', async (t) =>
  t.strictSame(
    log.filter((line) => /"level":(50|60)/.test(line)),
    [],
  ),
)
