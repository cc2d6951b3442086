// Whether everybody can use the pages: on any screen, in light and dark, with large text, by keyboard, without script.
import type { Page } from 'playwright-core'
import t from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

const LONG_USER = {
  email: 'maximiliane-henriette.von-und-zu-wolkenstein@abteilung.verwaltung.unternehmensgruppe.example.com',
  password: USER.password,
}
const LONG_APP = {
  clientId: 'long-app',
  name: 'Donaudampfschifffahrtsgesellschaftskapitänsmützen & Söhne <b>Deluxe</b>',
  redirectUris: ['com.example.long:/callback'],
}

t.setTimeout(120_000)

t.test('everybody at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { visit, press, arrive, signIn, failToSignIn, focused, answer, success } = personAt(site.origin)
  await site.register(LONG_APP, { trusted: false })
  await createAccount(site.db, site.config.passwordPepper, LONG_USER)

  t.test('without script everything works as well', async (t) => {
    const phone = await open(t, { javaScriptEnabled: false })
    const first = await visit(phone)
    await failToSignIn(first)
    t.match(await answer(first, () => signIn(first)), success)
    const second = await visit(phone, { prompt: 'consent' })
    t.match(await answer(second, () => press(second, 'Allow')), success)
  })

  t.test('the keyboard is enough, and its order is that of the page', async (t) => {
    const phone = await open(t)
    const page = await visit(phone)
    const order: string[] = []
    await focused(page, 'email')
    for (let stop = 0; stop < 7; stop++) {
      order.push(await page.evaluate(() => document.activeElement?.id || (document.activeElement?.textContent ?? '')))
      await page.keyboard.press('Tab')
    }
    const others = ['Sign in with a passkey', 'Forgot your password?', 'Create an account', 'Cancel']
    t.strictSame(order, ['email', 'password', 'Sign in', ...others])
    await page.reload()
    await focused(page, 'email')
    await page.keyboard.type(USER.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(USER.password)
    t.match(await answer(page, () => page.keyboard.press('Enter')), success)
    t.strictSame(phone.complaints, [])
  })

  t.test('everybody can use each page: small or large, light or dark, long names, text twice as big', async (t) => {
    const phone = await open(t)
    const client = { client_id: LONG_APP.clientId, redirect_uri: LONG_APP.redirectUris[0] ?? '' }
    const audit = async (page: Page, heading: string) => {
      await arrive(page, heading)
      for (const colorScheme of ['light', 'dark'] as const)
        for (const [width, percent] of [
          [320, 100],
          [390, 100],
          [390, 200],
          [820, 100],
          [1280, 200],
        ] as const) {
          await page.emulateMedia({ colorScheme })
          await page.setViewportSize({ width, height: 844 })
          await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), `${percent}%`)
          t.strictSame(await page.evaluate(shortcomingsOf), [], `${heading}: ${colorScheme}, ${width} px, ${percent} %`)
        }
    }
    const first = await visit(phone, client)
    await audit(first, 'Sign in')
    await failToSignIn(first, LONG_USER.email)
    await audit(first, 'Sign in')
    await signIn(first, LONG_USER)
    await audit(first, `Allow ${LONG_APP.name}?`)
    await answer(first, () => press(first, 'Allow'), client.redirect_uri)
    await audit(await visit(phone, client), `Continue to ${LONG_APP.name}?`)
    const leaving = await phone.tab()
    await leaving.goto(`${site.origin}/logout?client_id=${LONG_APP.clientId}`)
    await audit(leaving, 'Sign out?')
    await press(leaving, 'Sign out')
    await audit(leaving, 'You are signed out')
    await audit(await visit(phone, { redirect_uri: 'com.example.thief:/cb' }), 'That did not work')
    t.strictSame(phone.complaints, [])
  })
})
