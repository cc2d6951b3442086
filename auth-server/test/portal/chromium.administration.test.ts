// Administration in a real Chromium: every page can be used, in both languages, on a phone and on a desktop.
import { join } from 'node:path'
import t from 'tap'
import { MFA_ACR } from '../../src/identity/acr.ts'
import { definePortalOf } from '../../src/portal/index.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

const { SCREENSHOTS } = process.env

t.test('administration at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { db, config, personId } = site
  await definePortalOf(config.issuer, db)
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'administrator', apiId: null }))
  const below = '/portal/administration'
  // Each kind of page once: the others are made of the same parts.
  const pages = {
    en: ['', `/people/${personId}`, '/applications', '/audit'],
    de: [`/people/${personId}/roles`, `/people/${personId}/delete`, '/invitations', '/health'],
  } as const
  for (const locale of ['en', 'de'] as const) {
    await db.updateTable('people').set({ language: locale }).where('id', '=', personId).execute()
    const phone = await open(t, { locale })
    const page = await phone.tab()
    await page.goto(`${site.origin}/portal`)
    await page.locator('#email').fill(USER.email)
    await page.locator('#password').fill(USER.password)
    await page.locator('#password').press('Enter')
    await page.waitForURL(`${site.origin}/portal`)
    await db
      .updateTable('sessions')
      .set({ acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'] })
      .execute()
    for (const [index, path] of pages[locale].entries()) {
      await page.setViewportSize({ width: 390, height: 844 })
      t.equal((await page.goto(site.origin + below + path))?.status(), 200, path)
      await expectFine(t, page, locale)
      for (const width of SCREENSHOTS ? [390, 1200] : []) {
        await page.setViewportSize({ width, height: 1000 })
        await page.screenshot({ path: join(SCREENSHOTS ?? '', `${index}-${width}-${locale}.png`) })
      }
    }
    t.strictSame(phone.complaints, [])
  }
})
