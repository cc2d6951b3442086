// A newcomer at the developer portal in a real browser: from signing up to an app whose call the API answers, and its figures.
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { violationsOf } from '../../auth-server/test/support/axe.ts'
import { launchChromium, needsChromium } from '../../auth-server/test/support/chromium.ts'
import { shortcomingsOf } from '../../auth-server/test/support/page-facts.ts'
import { personAt } from '../../auth-server/test/support/person.ts'
import { readMailedCode } from '../demo/mailbox.ts'
import type { Stack } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import { beginLogin, call } from './support/app.ts'
import { testStack } from './support/gateways.ts'

t.setTimeout(300_000)

/** With SCREENSHOTS=folder the pages are kept as pictures, to be looked at. */
const folder = process.env.SCREENSHOTS
if (folder) await mkdir(folder, { recursive: true })

const NEWCOMER = { email: 'newcomer@example.com', password: 'seven green lanterns' }
const REDIRECT_URI = 'com.example.fieldnotes:/callback'
const REFUSED_ON = /^Refused to|net::ERR_UNKNOWN_URL_SCHEME/

/** What the operator types beside a running stack. */
async function operator({ dataDir }: Stack, ...words: readonly string[]): Promise<string> {
  const { DATABASE_URL: _, ...around } = process.env
  const file = join(import.meta.dirname, '../../auth-server/src/commands/manage.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...words], {
    env: { ...around, DATA_DIR: dataDir },
  })
  return stdout
}

async function look(t: Test, page: Page, name: string, language = 'en'): Promise<void> {
  if (folder) await page.screenshot({ path: `${folder}/portal-${name}.png`, fullPage: true })
  t.strictSame(await page.evaluate(shortcomingsOf, language), [], name)
  t.strictSame(await violationsOf(page), [], name)
}

t.test('from a stranger to a working call, on a phone', needsChromium, async (t) => {
  const [stack, open] = await Promise.all([testStack(t, 'embedded'), launchChromium(t)])
  const { issuer } = stack.urls
  const { press, arrive } = personAt(issuer)
  const phone = await open(t)
  const page = await phone.tab()
  const follow = (name: string | RegExp) => page.locator('main').getByRole('link', { name }).first().click()

  await page.goto(`${issuer}/portal`)
  await look(t, page, '01-sign-in')
  await follow('Create an account')
  await page.getByLabel('E-mail address').fill(NEWCOMER.email)
  await press(page, 'Send the mail')
  await arrive(page, 'Check your mail')
  await page.getByLabel('Code of six digits').fill(await readMailedCode(stack.dataDir, NEWCOMER.email))
  await press(page, 'Continue')
  await arrive(page, 'Choose a password')
  await page.getByLabel('New password').fill(NEWCOMER.password)
  await press(page, 'Create the account')

  await arrive(page, 'You are not a developer here yet')
  await look(t, page, '02-become')
  await press(page, 'Become a developer')
  await arrive(page, 'Developer portal')
  await look(t, page, '03-overview-empty')

  await follow('Register your first app')
  await page.getByLabel('Name').fill('Field notes')
  await look(t, page, '04-name')
  await press(page, 'Continue')
  await page.getByLabel(/App on a phone/).check()
  await look(t, page, '05-kind')
  await press(page, 'Continue')
  await page.getByLabel('Redirect URI').fill(REDIRECT_URI)
  await look(t, page, '06-redirect')
  await press(page, 'Continue')
  await arrive(page, 'Register it like this?')
  await look(t, page, '07-review')
  await press(page, 'Register application')
  await arrive(page, 'An API for Field notes')
  await look(t, page, '08-api')
  const clientId = await page.locator('code:text-matches("^client_")').first().innerText()
  const own = `/portal/applications/${clientId}`
  await follow('Demo API')
  await arrive(page, 'A plan for Demo API')
  await look(t, page, '10-plan')
  await follow('basic')
  await arrive(page, 'Look at it once more')
  await look(t, page, '11-send')
  await press(page, 'Send the request')
  await page.getByText('waits for approval').first().waitFor()
  await look(t, page, '12-sent')
  await page.goto(`${issuer}/portal`)
  await page.locator('main .badge:text("Waits for approval")').waitFor()
  await look(t, page, '13-overview-waiting')

  const begin = () => beginLogin(stack, { clientId, redirectUri: REDIRECT_URI })
  await page.goto((await begin()).address)
  await page.getByText('waits', { exact: false }).first().waitFor()
  await look(t, page, '14-early-sign-in')

  const [waiting] = JSON.parse(await operator(stack, 'approval', 'list', '--json'))
  t.match(waiting, { client_id: clientId, api_id: 'mobile-api', requested_by_person: { email: NEWCOMER.email } })
  await operator(stack, 'approval', 'approve', waiting.id)

  const login = await begin()
  await page.goto(login.address)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await look(t, page, '15-consent')
  const [toApp] = await Promise.all([
    page.waitForRequest((request) => request.url().startsWith(REDIRECT_URI)),
    page.locator('main button[type=submit]').first().click(),
  ])
  const tokens = await login.redeem(toApp.url())
  const answer = await call(stack, tokens.access_token)
  t.match(answer, { status: 200, body: { headers: { 'x-consumer-username': clientId } } })
  t.equal((await call(stack, tokens.access_token, {}, '/mobile/echo')).status, 200)

  const desk = await phone.tab()
  const usage = `${issuer}/portal/usage/${clientId}`
  // The plugin server tells them every two seconds.
  const isCounted = async () => {
    await desk.goto(usage)
    return /2 calls/.test(await desk.locator('main').innerText())
  }
  t.ok(await waitUntil(isCounted, { timeoutMillis: 30_000, everyMillis: 500 }), 'the calls are among the figures')
  await look(t, desk, '16-usage')
  await desk.goto(issuer + own)
  await desk.getByRole('heading', { name: 'Field notes', level: 1 }).waitFor()
  await look(t, desk, '17-application-approved')
  t.strictSame(
    phone.complaints.filter((complaint) => !REFUSED_ON.test(complaint)),
    [],
  )

  await t.test('the main pages in German, on a desktop', async (t) => {
    const german = await open(t, { locale: 'de', viewport: { width: 1280, height: 900 }, hasTouch: false })
    const tab = await german.tab()
    await tab.goto(`${issuer}/portal`)
    await tab.locator('input[name=email]').fill(NEWCOMER.email)
    await tab.locator('input[name=password]').fill(NEWCOMER.password)
    await tab.locator('button[type=submit]').first().click()
    // The account speaks the language in which it was made, until its person chooses another.
    await arrive(tab, 'Developer portal')
    await tab.goto(`${issuer}/account/profile/language`)
    await tab.getByLabel('Deutsch').check()
    await tab.locator('main button[type=submit]').click()
    await tab.goto(`${issuer}/portal`)
    await tab.getByRole('heading', { name: 'Entwicklerportal', level: 1 }).waitFor()
    for (const [name, path] of Object.entries({
      overview: '/portal',
      applications: '/portal/applications',
      application: own,
      apis: '/portal/apis',
      api: '/portal/apis/mobile-api',
      usage: `/portal/usage/${clientId}`,
      refusals: `/portal/usage/${clientId}/refusals`,
      help: `/portal/help?app=${clientId}`,
      tryIt: `/portal/try?app=${clientId}`,
    })) {
      await tab.goto(issuer + path)
      await look(t, tab, `de-${name}`, 'de')
      if (name === 'api')
        t.notMatch(await tab.locator('main').innerText(), 'localhost:8000', 'no other stack’s address')
    }
    t.strictSame(german.complaints, [])
  })
})
