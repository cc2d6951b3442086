// The account in a real Chromium: everybody can use every page, and a phone without script can do everything.
import t from 'tap'
import { hrefOf, PATHS } from '../../src/account/paths.ts'
import { addressIds } from '../../src/account/security/addresses/routes.ts'
import { authenticatedBy } from '../../src/identity/acr.ts'
import { PASSKEY_METHODS } from '../../src/identity/passkeys/authentication.ts'
import { accountAddresses } from '../support/account.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { openMailbox } from '../support/mailbox.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(240_000)

t.test('the account at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t, { VISITS_PER_MINUTE: '1000', ...(await openMailbox(t)).environment })
  const { press, arrive, signIn } = personAt(site.origin)
  const addresses = await accountAddresses(site)
  // Of another system, and never proven: its page has a button more.
  const imported = hrefOf(PATHS.address, { address: addressIds(site.config.cookieSecrets, USER.email)[0] })
  await site.db.updateTable('email_addresses').set({ proof: 'imported' }).where('key', '=', USER.email).execute()
  const choose = (language: string | null) => site.db.updateTable('people').set({ language }).execute()

  t.test('everybody can use each page: light or dark, small or large, in each language', async (t) => {
    const phone = await open(t)
    const page = await phone.tab()
    await page.goto(`${site.origin}/account`)
    await signIn(page)
    await arrive(page, 'Your account')
    // As if by her passkey, which nobody holds here.
    const { acr, amr } = authenticatedBy(PASSKEY_METHODS)
    await site.db
      .updateTable('sessions')
      .set({ acr, amr: [...amr] })
      .execute()
    for (const language of ['en', 'de']) {
      await choose(language)
      const pages = addresses.filter(({ method }) => method === 'GET')
      for (const { url, pattern } of [...pages, { url: imported, pattern: 'an imported address' }]) {
        await page.goto(site.origin + url)
        for (const [colorScheme, width, percent] of [
          ['light', 320, 100],
          ['dark', 390, 200],
          ['dark', 1280, 100],
          ['light', 1280, 100],
        ] as const) {
          const what = `${pattern}: ${language}, ${colorScheme}, ${width} px, ${percent} %`
          await page.emulateMedia({ colorScheme })
          await page.setViewportSize({ width, height: 844 })
          await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), `${percent}%`)
          t.strictSame(await page.evaluate(shortcomingsOf, language), [], what)
        }
        t.strictSame(await violationsOf(page), [], `${pattern}: ${language}, light`)
        await page.emulateMedia({ colorScheme: 'dark' })
        t.strictSame(await violationsOf(page), [], `${pattern}: ${language}, dark`)
      }
    }
    await choose(null)
    t.strictSame(phone.complaints, [])
  })

  t.test('on a phone without script: look, name, sign out, withdraw, change, and leave', async (t) => {
    const phone = await open(t, { javaScriptEnabled: false })
    // A phone without script has no passkey to show.
    await site.db.deleteFrom('authenticators').where('kind', '=', 'passkey').execute()
    const page = await phone.tab()
    const follow = (name: string) => page.getByRole('main').getByRole('link', { name, exact: true }).click()
    const told = () => page.getByRole('status').innerText()
    await page.goto(`${site.origin}/account/apps`)
    await signIn(page)
    await arrive(page, 'Apps and devices')
    await page.getByRole('link', { name: 'Shop' }).first().click()
    await arrive(page, 'Shop')
    await follow('Add: Name')
    await page.getByLabel('Name').fill('Tablet in the kitchen')
    await press(page, 'Save')
    await arrive(page, 'Tablet in the kitchen')
    t.equal(await told(), 'The name is saved.')
    await press(page, 'Sign this app out')
    t.equal(await told(), 'Signed out. That app has to ask you to sign in again.')
    await follow('Your account')
    await follow('Profile')
    await follow('Change: Language')
    await page.getByLabel('Deutsch').check()
    await press(page, 'Save')
    await arrive(page, 'Profil')
    await follow('Ändern: Sprache')
    await page.getByLabel('English').check()
    await press(page, 'Speichern')
    await follow('Your account')
    await follow('Activity')
    await page.getByText('Signed an app out').waitFor()
    await follow('That wasn’t me')
    await press(page, 'Sign out everywhere else')
    t.equal(await told(), 'Everything else is signed out. Only this browser goes on.')
    await press(page, 'Sign out')
    await arrive(page, 'You are signed out')
    await page.goto(`${site.origin}/account/security`)
    await arrive(page, 'Sign in')
    await press(page, 'Cancel')
    await arrive(page, 'Sign-in cancelled')
    t.strictSame(phone.complaints, [])
  })
})
