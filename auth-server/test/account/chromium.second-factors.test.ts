// Second factors at a real Chromium: everybody can use each page on the way, in each language, on a phone, light and dark.
import type { Page } from 'playwright-core'
import t from 'tap'
import { PASSWORD_ACR } from '../../src/identity/acr.ts'
import { LOCALES } from '../../src/pages/language.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { authenticatorApp } from '../support/second-factor.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'
import { addAuthenticator } from '../support/virtual-authenticator.ts'

t.setTimeout(240_000)

for (const locale of ['en', 'de'] as const)
  t.test(`an app, recovery codes and a passkey, set up and signed in with: ${locale}`, needsChromium, async (t) => {
    const { account, secondFactor, passkeys, signIn } = LOCALES[locale]
    const { secondFactors, parts } = account
    const open = await launchChromium(t)
    const site = await testSite(t)
    const { press, arrive } = personAt(site.origin)
    const phone = await open(t, { locale, permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await phone.tab()
    await page.setViewportSize({ width: 390, height: 844 })
    const looked = async (what: string) => {
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        t.strictSame(await violationsOf(page), [], `${what}, ${colorScheme}`)
        t.strictSame(await page.evaluate(shortcomingsOf, locale), [], `${what}, ${colorScheme}`)
      }
    }
    const logIn = async () => {
      await page.locator('#email').fill(USER.email)
      await page.locator('#password').fill(USER.password)
      await press(page, signIn.button)
    }
    const fallToPassword = async () => {
      await site.db
        .updateTable('sessions')
        .set({ acr: PASSWORD_ACR, amr: ['pwd'] })
        .execute()
      // Who has just made a passkey is not asked for it.
      await site.db.updateTable('authenticators').set({ enrolled_in: null }).execute()
    }

    const authenticator = await addAuthenticator(page)
    await authenticator.answers(false)
    await page.goto(`${site.origin}/account/security/authenticator-app`)
    await page.locator('input[name=passkeys][value=able]').waitFor({ state: 'attached' })
    await logIn()
    await arrive(page, passkeys.offer.title)
    await looked('the offer of a passkey')
    await authenticator.answers(true)
    await press(page, passkeys.add)
    await arrive(page, secondFactors.appTitle)
    await looked('what an app is')
    await press(page, secondFactors.begin)
    await arrive(page, secondFactors.scanTitle)
    await looked('the key')
    const secret = await page.locator('code').innerText()
    await copies(page, secret)
    const code = authenticatorApp(site.db, secret)
    await page.getByLabel(secondFactors.code).fill('000000')
    await press(page, secondFactors.confirm)
    await page.getByRole('alert').waitFor()
    await looked('a wrong code')
    await page.getByLabel(secondFactors.code).fill(await code())
    await press(page, secondFactors.confirm)
    await arrive(page, secondFactors.codesTitle)
    await looked('what recovery codes are')
    await press(page, secondFactors.makeCodes)
    await page.getByText(parts.shownOnce).waitFor()
    const codes = await page.locator('code').allInnerTexts()
    await copies(page, codes.join('\n'))
    await looked('recovery codes')
    await page.getByRole('link', { name: secondFactors.codesDone }).click()
    await page.getByText(secondFactors.codesLeft(10) ?? '').waitFor()

    await fallToPassword()
    await authenticator.answers(false)
    await page.goto(`${site.origin}/account`)
    await arrive(page, secondFactor.title)
    await looked('the second factor')
    await page.getByLabel(secondFactor.code).fill('000000')
    await press(page, secondFactor.button)
    await page.getByText(secondFactor.problems.wrongCode).waitFor()
    await looked('a wrong second factor')
    await authenticator.verifies(false)
    await authenticator.answers(true)
    await press(page, passkeys.secondFactor)
    await page.getByText(passkeys.problems.NotAllowedError).waitFor()
    await page.getByRole('link', { name: secondFactor.useRecoveryCode }).click()
    await arrive(page, secondFactor.recoveryTitle)
    await looked('a recovery code')
    await page.getByLabel(secondFactor.recoveryCode).fill('none')
    await press(page, secondFactor.button)
    await page.getByRole('alert').waitFor()
    await looked('a wrong recovery code')
    await page.getByLabel(secondFactor.recoveryCode).fill(codes[0] ?? '')
    await press(page, secondFactor.button)
    await arrive(page, account.title)
    t.strictSame(phone.complaints, [])

    async function copies(page: Page, text: string) {
      await press(page, parts.copy)
      await page.getByText(parts.copied, { exact: true }).waitFor()
      t.equal(await page.evaluate(() => navigator.clipboard.readText()), text)
    }
  })

t.test('without script nobody sees a copy button, and the codes are there', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { press, arrive, signIn } = personAt(site.origin)
  const phone = await open(t, { javaScriptEnabled: false })
  const page = await phone.tab()
  await page.goto(`${site.origin}/account/security/authenticator-app`)
  await signIn(page)
  await arrive(page, 'Authenticator app')
  await press(page, 'Set up an app')
  await arrive(page, 'Connect your app')
  t.equal(await page.getByRole('button', { name: 'Copy' }).count(), 0)
  t.match(await page.locator('code').innerText(), /^[A-Z2-7 ]{39}$/)
})
