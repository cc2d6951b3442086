// Scripts of pages: our own files, from our own origin, on pages that need one and on no other.
import { createHash } from 'node:crypto'
import t from 'tap'
import { Html, html } from '../../src/pages/html.ts'
import { PageScript } from '../../src/pages/page-script.ts'
import { Browser } from '../support/browser.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { testServer } from '../support/server.ts'

const { app } = await testServer(t)

// None of these compiles; `npm run check` fails when one does.
void (() => {
  // @ts-expect-error a script that nobody made: what looks like one is none
  html`<p></p>`.running({ path: '/elsewhere.js', text: '' })
  // @ts-expect-error a script by hand
  new PageScript('elsewhere')
  // @ts-expect-error a script that there is not
  html`<p></p>`.running(PageScript.all.elsewhere)
  // @ts-expect-error what a page needs, by hand
  new Html('', { formTargets: [], scripts: [] })
})

t.test('a script is served under the hash of what is in it, for good, as what it is', async (t) => {
  for (const { path, text } of Object.values(PageScript.all)) {
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16)
    t.match(path, /^\/assets\/[a-z-]+-[\w-]{16}\.js$/)
    t.ok(path.includes(hash))
    const { statusCode, headers, body } = await app.inject(path)
    t.equal(statusCode, 200)
    t.match(headers, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    })
    t.equal(body, text)
    t.equal((await app.inject({ method: 'HEAD', url: path })).statusCode, 200)
    const posted = await app.inject({ method: 'POST', url: path })
    t.match({ status: posted.statusCode, allow: posted.headers.allow }, { status: 405, allow: 'GET, HEAD' })
    t.equal((await app.inject(path.replace(hash, 'another-version_'))).statusCode, 404)
  }
})

t.test('a page that needs a script brings it once, and may run and ask nothing else', async (t) => {
  const page = await new Browser(app).open(authorizeUrl(pkcePair().challenge))
  const { path } = PageScript.all.passkeys
  t.equal(page.body.split('<script').length, 2)
  t.ok(page.body.includes(`<script type="module" src="${path}"></script>`))
  t.match(page.headers['content-security-policy'], /; script-src 'self'; connect-src 'self'; form-action /)
  t.notMatch(page.body, / on\w+="|javascript:/)
})

t.test('a page that needs none has none, and its policy lets none run', async (t) => {
  const browser = new Browser(app)
  await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)))
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  t.match(page.body, /<h1>Continue to/)
  t.notMatch(page.body, /<script/)
  t.notMatch(page.headers['content-security-policy'], /script-src|connect-src/)
})

t.test('HTML knows which scripts it needs, however deep they are in it', async (t) => {
  const { passkeys } = PageScript.all
  const part = html`<div></div>`.running(passkeys)
  t.strictSame(html`<main>${[html`<p>${part}</p>`]}${false}</main>`.needs.scripts, [passkeys])
  t.strictSame(part.leadingTo('self').needs, { brands: [], formTargets: ['self'], scripts: [passkeys] })
})
