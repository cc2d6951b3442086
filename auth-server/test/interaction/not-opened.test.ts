// The page where an app's own link leads when the phone did not open the app: what it says, and what it keeps to itself.

import t, { type Test } from 'tap'
import { removeAppIdentity } from '../../src/catalogue/set-app-identity.ts'
import { PASSWORD_ACR } from '../../src/identity/acr.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { APP_LINK, HTTPS_ISSUER, identify } from '../support/app-identity.ts'
import { violationsOf } from '../support/axe.ts'
import { Browser } from '../support/browser.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { APP, testServer, USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(120_000)

const PATH = APP_LINK.slice(HTTPS_ISSUER.length)
const NOT_OPENED = /<h1>Shop did not open<\/h1>/
const TRY_AGAIN = /<a class="button" href="([^"]*)">Try again<\/a>/

async function arrived(t: Test, parameters: Readonly<Record<string, string>> = {}) {
  const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
  await identify(server)
  const browser = new Browser(server.app, HTTPS_ISSUER)
  const { verifier, challenge } = pkcePair()
  const asked = authorizeUrl(challenge, { redirect_uri: APP_LINK, state: 'secret-state', ...parameters })
  const done = await logIn(browser, await browser.open(asked))
  const location = done.headers.location ?? ''
  return { ...server, browser, verifier, location, answer: answerOf(done), path: location.slice(HTTPS_ISSUER.length) }
}

t.test('the app has its own link, and where it did not open the person is told so, without the code', async (t) => {
  const { browser, answer, path, log } = await arrived(t)
  t.match(answer, { to: APP_LINK, code: /^[\w-]{43}$/, state: 'secret-state', iss: HTTPS_ISSUER })
  log.splice(0)
  const page = await browser.request('GET', path)
  t.equal(page.statusCode, 200)
  t.match(page.body, NOT_OPENED)
  t.match(page.headers, {
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'content-security-policy': /default-src 'none'.*form-action 'none'/,
  })
  t.equal(page.headers.location, undefined)
  const told = `${page.body}${JSON.stringify(page.headers)}${log.join('')}`
  t.notOk(told.includes(answer.code ?? '?'), 'neither shown nor logged')
})

t.test('Try again asks the app’s own question once more, and only in the browser whose visit it was', async (t) => {
  const { app, browser, path } = await arrived(t)
  const page = await browser.request('GET', path)
  const [, href = ''] = TRY_AGAIN.exec(page.body) ?? []
  const again = await browser.open(href.replaceAll('&amp;', '&'))
  t.match(answerOf(again), { to: APP_LINK, code: /^[\w-]{43}$/, state: 'secret-state' })
  const stranger = await new Browser(app, HTTPS_ISSUER).request('GET', path)
  t.match(stranger.body, NOT_OPENED)
  t.notMatch(stranger.body, TRY_AGAIN)
  t.match(stranger.body, /start again there/)
})

t.test('what was asked by the PAR endpoint cannot be asked again from a page', async (t) => {
  const { db, browser, path } = await arrived(t)
  await db.updateTable('applications').set({ require_pushed_authorization_requests: true }).execute()
  t.notMatch((await browser.request('GET', path)).body, TRY_AGAIN)
})

t.test('Try again asks all that was asked, or nothing where an acr was essential', async (t) => {
  const wishes = {
    ...{ nonce: 'a-nonce', max_age: '3600', acr_values: PASSWORD_ACR, login_hint: USER.email },
    ...{ ui_locales: 'en de', prompt: 'login', dpop_jkt: 'k'.repeat(43) },
  }
  const { browser, path } = await arrived(t, wishes)
  const [, href = ''] = TRY_AGAIN.exec((await browser.request('GET', path)).body) ?? []
  const asked = Object.fromEntries(new URL(href.replaceAll('&amp;', '&'), HTTPS_ISSUER).searchParams)
  t.match(asked, { ...wishes, redirect_uri: APP_LINK, state: 'secret-state', code_challenge_method: 'S256' })
  const acr = { essential: true, value: PASSWORD_ACR }
  const essential = await arrived(t, { claims: JSON.stringify({ id_token: { acr } }) })
  t.match(essential.answer, { code: /^[\w-]{43}$/ })
  t.notMatch((await essential.browser.request('GET', essential.path)).body, TRY_AGAIN)
})

t.test('looking changes nothing: the app can redeem the code afterwards', async (t) => {
  const { app, browser, path, answer, verifier } = await arrived(t)
  await browser.request('GET', path)
  const form = {
    grant_type: 'authorization_code',
    client_id: APP.clientId,
    redirect_uri: APP_LINK,
    code: answer.code ?? '',
    code_verifier: verifier,
  }
  const redeemed = await app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(form).toString(),
  })
  t.match(redeemed.json(), { token_type: 'Bearer' })
})

t.test('an app without a record, a suspended or unknown one, has no such page', async (t) => {
  const { app, db, path } = await arrived(t)
  for (const url of [
    '/apps/nobody/callback',
    `/apps/${'x'.repeat(90)}/callback`,
    '/apps/%00/callback',
    '/apps/a%2Fb/callback',
  ]) {
    const answer = await app.inject(url)
    t.match([answer.statusCode, answer.headers['content-type']], [404, /^text\/html/], url)
  }
  await removeAppIdentity(db, HTTPS_ISSUER, APP.clientId, OPERATOR)
  t.equal((await app.inject(path)).statusCode, 404)
  t.match(await app.inject({ method: 'POST', url: PATH }), { statusCode: 405, headers: { allow: 'GET' } })
})

t.test('the page in a real Chromium, in both languages', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  await identify(site)
  const folder = process.env.SCREENSHOTS
  for (const [locale, heading] of [
    ['en', 'Shop did not open'],
    ['de', 'Shop hat sich nicht geöffnet'],
  ] as const) {
    const phone = await open(t, { locale })
    const page = await phone.tab()
    await page.goto(`${site.origin}${PATH}?code=a-code&state=a-state`)
    await page.getByRole('heading', { name: heading }).waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      t.strictSame(await page.evaluate(shortcomingsOf, locale), [])
      t.strictSame(await violationsOf(page), [])
      if (folder) await page.screenshot({ path: `${folder}/not-opened-${locale}-${colorScheme}.png` })
    }
    t.strictSame(phone.complaints, [])
  }
})
