// Second factors at a real Chromium: everybody can use each page on the way, on a phone, light and dark.
import t from 'tap'
import { PASSWORD_ACR } from '../../src/identity/acr.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { authenticatorApp } from '../support/second-factor.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(180_000)

t.test('setting up an app and recovery codes, and signing in with them', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { press, arrive, signIn } = personAt(site.origin)
  const phone = await open(t)
  const page = await phone.tab()
  await page.setViewportSize({ width: 390, height: 844 })
  const looked = async (what: string) => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      t.strictSame(await violationsOf(page), [], `${what}, ${colorScheme}`)
      t.strictSame(await page.evaluate(shortcomingsOf, 'en'), [], `${what}, ${colorScheme}`)
    }
  }
  await page.goto(`${site.origin}/account/security/authenticator-app`)
  await signIn(page)
  await arrive(page, 'Authenticator app')
  await looked('what it is')
  await press(page, 'Set up an app')
  await arrive(page, 'Connect your app')
  await looked('the key')
  const code = authenticatorApp(site.db, await page.locator('code').innerText())
  await page.getByLabel('Code from the app').fill('000000')
  await press(page, 'Confirm')
  await page.getByRole('alert').waitFor()
  await looked('a wrong code')
  await page.getByLabel('Code from the app').fill(await code())
  await press(page, 'Confirm')
  await arrive(page, 'Recovery codes')
  await press(page, 'Show ten new codes')
  await page.getByText('You see this once only.').waitFor()
  await looked('recovery codes')
  const recoveryCode = await page.locator('code').first().innerText()
  await page.getByRole('link', { name: 'I have kept them' }).click()
  await page.getByText('10 are left').waitFor()

  await site.db
    .updateTable('sessions')
    .set({ acr: PASSWORD_ACR, amr: ['pwd'] })
    .execute()
  await page.goto(`${site.origin}/account`)
  await arrive(page, 'Show that it is you')
  await looked('the second factor')
  await page.getByRole('link', { name: 'Use a recovery code instead' }).click()
  await arrive(page, 'Use a recovery code')
  await page.getByLabel('Recovery code').fill('none')
  await press(page, 'Continue')
  await page.getByRole('alert').waitFor()
  await looked('a recovery code')
  await page.getByLabel('Recovery code').fill(recoveryCode)
  await press(page, 'Continue')
  await arrive(page, 'Your account')
  t.strictSame(phone.complaints, [])
})
