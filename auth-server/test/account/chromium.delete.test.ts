// Deleting an account in a real Chromium: everybody can use each page on the way out and back.
import type { Page } from 'playwright-core'
import t from 'tap'
import { LOCALES } from '../../src/pages/language.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { openMailbox } from '../support/mailbox.ts'
import { personAt } from '../support/person.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(240_000)

t.test('deletion at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const mailbox = await openMailbox(t)
  const site = await testSite(t, mailbox.environment)
  const { press, arrive, visit } = personAt(site.origin)

  const enter = async (page: Page) => {
    await page.locator('#email').fill(USER.email)
    await page.locator('#password').fill(USER.password)
    await page.locator('#password').press('Enter')
  }

  for (const locale of ['en', 'de'] as const)
    t.test(`out and back again: ${locale}`, async (t) => {
      const { deletion, signIn } = LOCALES[locale]
      const phone = await open(t, { locale })
      const page = await phone.tab()
      await page.goto(`${site.origin}/account/delete`)
      await arrive(page, deletion.aboutTitle)
      await expectFine(t, page, locale)
      await page.getByRole('link', { name: deletion.signInToDelete }).click()
      await arrive(page, signIn.title)
      await enter(page)
      await arrive(page, deletion.title)
      await expectFine(t, page, locale)
      await press(page, deletion.button)
      await arrive(page, deletion.deletedTitle)
      await expectFine(t, page, locale)
      // Beside it there may be one that tells of the new browser.
      const { subject } = LOCALES[locale].mail['keep-account']({ days: 7 })
      const mail = (await mailbox.deliver(site)).find((each) => each.subject === subject)
      t.ok(mail, subject)
      const late = await visit(phone)
      await enter(late)
      await arrive(late, deletion.leavingTitle)
      await expectFine(t, late, locale)
      await late.goto(mail?.link ?? '')
      await arrive(late, deletion.keepTitle)
      await expectFine(t, late, locale)
      await press(late, deletion.keep)
      await arrive(late, deletion.keptTitle)
      await expectFine(t, late, locale)
      await late.goto(mail?.link ?? '')
      await arrive(late, deletion.nothingToKeepTitle)
      await expectFine(t, late, locale)
      t.strictSame(phone.complaints, [])
      // Whoever takes it back has to choose a new password; the next one starts from the old one.
      await site.db.updateTable('people').set({ password_reset_required_at: null }).execute()
    })
})
