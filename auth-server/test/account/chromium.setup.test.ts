// Becoming the first administrator in a real Chromium: everybody can use each page, in both languages, light and dark.
import type { Page } from 'playwright-core'
import t from 'tap'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { takeRole } from '../../src/identity/administration/role-changes.ts'
import { LOCALES } from '../../src/pages/language.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { USER } from '../support/server.ts'
import { setupLink } from '../support/setup-link.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(240_000)

t.test('the first administrator at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { press, arrive } = personAt(site.origin)

  const look = async (page: Page, language: string, name: string) => {
    for (const [colorScheme, width, percent] of [
      ['light', 320, 100],
      ['dark', 390, 200],
      ['light', 1280, 100],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 844 })
      await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), `${percent}%`)
      t.strictSame(await page.evaluate(shortcomingsOf, language), [], `${name}: ${width} px, ${percent} %`)
      await page.evaluate(() => document.documentElement.style.removeProperty('font-size'))
    }
    await page.setViewportSize({ width: 390, height: 844 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      t.strictSame(await violationsOf(page), [], `${name}: ${colorScheme}`)
      const { SCREENSHOTS } = process.env
      if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/setup-${name}-${language}-${colorScheme}.png` })
    }
  }

  for (const locale of ['en', 'de'] as const)
    t.test(`from the link to the role: ${locale}`, async (t) => {
      const { setup, signIn, deletion } = LOCALES[locale]
      const link = `${site.origin}${await setupLink(site.db)}`
      const phone = await open(t, { locale })
      const page = await phone.tab()
      await page.goto(link)
      await arrive(page, setup.title)
      t.match(page.url(), /\/setup$/, 'the token has left the address bar')
      await look(page, locale, 'before')
      await page.getByRole('link', { name: setup.signIn }).click()
      await arrive(page, signIn.title)
      await page.locator('#email').fill(USER.email)
      await page.locator('#password').fill(USER.password)
      await page.locator('#password').press('Enter')
      await arrive(page, setup.title)
      await look(page, locale, 'become')
      await press(page, setup.button)
      await arrive(page, setup.doneTitle)
      await look(page, locale, 'done')
      await page.goto(`${site.origin}/account/delete/confirm`)
      await arrive(page, deletion.lastAdministratorTitle)
      await look(page, locale, 'only')
      await page.goto(link)
      await arrive(page, setup.refusals['administrator exists'].title)
      await look(page, locale, 'exists')
      await takeRole(site.db, OPERATOR, site.personId, { role: 'administrator' })
      await page.goto(link)
      await arrive(page, setup.refusals['link over'].title)
      await look(page, locale, 'over')
      await page.goto(`${site.origin}/account/setup`)
      await arrive(page, setup.refusals['link over'].title)
      await look(page, locale, 'over-signed-in')
      t.strictSame(phone.complaints, [])
    })
})
