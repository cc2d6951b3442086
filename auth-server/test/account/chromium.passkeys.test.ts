// Passkeys at the account in Chromium with its virtual authenticator: made, named and removed, on a phone, light and dark.
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { LOCALES } from '../../src/pages/language.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { testSite } from '../support/site.ts'
import { addAuthenticator } from '../support/virtual-authenticator.ts'

t.setTimeout(180_000)

t.test('passkeys at the account', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { press, arrive, signIn } = personAt(site.origin)

  for (const locale of ['en', 'de'] as const)
    t.test(`made, used, named and removed: ${locale}`, async (t) => {
      const { passkeys, account } = LOCALES[locale]
      const { own } = passkeys
      // Who does not want one now is not asked after signing in.
      await site.db.updateTable('people').set({ language: null, passkey_declined_at: new Date() }).execute()
      const phone = await open(t, { locale: 'en' })
      const page = await phone.tab()
      await page.setViewportSize({ width: 390, height: 844 })
      const authenticator = await addAuthenticator(page)
      const look = (what: string) => looked(t, page, locale, what)
      await authenticator.answers(false)
      await page.goto(`${site.origin}/account`)
      await signIn(page)
      await arrive(page, 'Your account')
      await site.db.updateTable('people').set({ language: locale }).execute()
      await page.goto(`${site.origin}/account/security/passkeys`)
      await arrive(page, own.title)
      await look('none yet')
      await authenticator.verifies(false)
      await authenticator.answers(true)
      await press(page, passkeys.add)
      await page.getByText(passkeys.problems.NotAllowedError).waitFor()
      await look('the browser refused')
      await authenticator.verifies(true)
      await press(page, passkeys.add)
      await page.getByText(account.news.passkeyAdded).waitFor()
      t.equal(await authenticator.count(), 1)
      await look('one')
      await page.getByRole('link', { name: own.unnamed, exact: true }).click()
      await arrive(page, own.unnamed)
      await look('about one')
      await page.getByRole('link', { name: `${account.parts.add}: ${own.name}` }).click()
      await arrive(page, own.nameTitle)
      await page.getByLabel(own.name).fill('Küche')
      await press(page, account.parts.save)
      await arrive(page, 'Küche')
      await page.getByRole('link', { name: `${own.remove}: Küche` }).click()
      await arrive(page, own.removeTitle)
      await look('the question')
      await press(page, own.removeButton('Küche'))
      await page.getByText(account.news.passkeyRemoved).waitFor()
      await page.getByText(own.none).waitFor()
      t.strictSame(phone.complaints, [])
    })
})

async function looked(t: Test, page: Page, locale: string, what: string) {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    t.strictSame(await violationsOf(page), [], `${what}, ${colorScheme}`)
    t.strictSame(await page.evaluate(shortcomingsOf, locale), [], `${what}, ${colorScheme}`)
  }
}
