// "That wasn't me" in a real Chromium: everybody can use each of its pages.
import t from 'tap'
import { LOCALES } from '../../src/pages/language.ts'
import { noteChange } from '../../src/store/queries/account-changes.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { openMailbox } from '../support/mailbox.ts'
import { personAt } from '../support/person.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(240_000)

t.test('that was not me, at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const mailbox = await openMailbox(t)
  const site = await testSite(t, mailbox.environment)
  const { press, arrive } = personAt(site.origin)

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
      await expectFine(t, page, locale)
      await press(page, undo.button)
      await arrive(page, undo.done.title)
      await expectFine(t, page, locale)
      await page.goto(mail?.link ?? '')
      await arrive(page, undo.ended.title)
      await expectFine(t, page, locale)
      t.strictSame(phone.complaints, [])
    })
})
