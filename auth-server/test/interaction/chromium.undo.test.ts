// "That wasn't me" in a real Chromium: everybody can use each of its pages.
import type { Page } from 'playwright-core'
import t from 'tap'
import { LOCALES } from '../../src/pages/language.ts'
import { noteChange } from '../../src/store/queries/account-changes.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { openMailbox } from '../support/mailbox.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(240_000)

t.test('that was not me, at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const mailbox = await openMailbox(t)
  const site = await testSite(t, mailbox.environment)
  const { press, arrive } = personAt(site.origin)

  const look = async (page: Page, language: string) => {
    for (const [colorScheme, width, percent] of [
      ['light', 320, 100],
      ['dark', 390, 200],
      ['light', 1280, 100],
    ] as const) {
      const what = `${await page.title()}: ${colorScheme}, ${width} px, ${percent} %`
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 844 })
      await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), `${percent}%`)
      t.strictSame(await page.evaluate(shortcomingsOf, language), [], what)
      await page.evaluate(() => document.documentElement.style.removeProperty('font-size'))
    }
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      t.strictSame(await violationsOf(page), [], `${await page.title()}: ${colorScheme}`)
    }
  }

  for (const locale of ['en', 'de'] as const)
    t.test(`taken back, and over: ${locale}`, async (t) => {
      const { undo } = LOCALES[locale]
      await site.db
        .transaction()
        .execute((trx) => noteChange(trx, { personId: site.personId, kind: 'password-changed' }))
      const mail = (await mailbox.deliver(site)).at(-1)
      const phone = await open(t, { locale })
      const page = await phone.tab()
      await page.goto(mail?.link ?? '')
      await arrive(page, undo.title)
      await look(page, locale)
      await press(page, undo.button)
      await arrive(page, undo.done.title)
      await look(page, locale)
      await page.goto(mail?.link ?? '')
      await arrive(page, undo.ended.title)
      await look(page, locale)
      t.strictSame(phone.complaints, [])
    })
})
