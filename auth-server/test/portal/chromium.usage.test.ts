// Figures and refused calls in a real Chromium: everybody can use the pages, in both languages, light and dark, on a phone.
import t from 'tap'
import { definePortalOf } from '../../src/portal/index.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { gatewayClient, thisHour, toldCount, toldRefusal, usageBatch } from '../support/gateway-reports.ts'
import { expectFine } from '../support/looks.ts'
import { APP, USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.test('usage at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { db, config, personId, applicationId } = site
  await definePortalOf(config.issuer, db)
  await db.transaction().execute(async (trx) => {
    await insertRole(trx, { personId, role: 'developer', apiId: null })
    await putMember(trx, { applicationId, personId, role: 'owner' })
  })
  const tell = await gatewayClient(site)
  const counts = Array.from({ length: 20 }, (_, each) =>
    toldCount({ hour: thisHour() - each * 3600, accepted: 40 + ((each * 37) % 90), refused: (each * 13) % 17 }),
  )
  const refusals = [
    toldRefusal('0af7651916cd43dd8448eb211c80319c', { code: 'invalid-token-expired', facts: { seconds: 90 } }),
    toldRefusal('b7ad6b7169203331b7ad6b7169203331'),
  ]
  t.equal((await tell('/usage', usageBatch(counts, refusals))).statusCode, 200)

  for (const locale of ['en', 'de'] as const) {
    await db.updateTable('people').set({ language: locale }).where('id', '=', personId).execute()
    const phone = await open(t, { locale })
    const page = await phone.tab()
    await page.goto(`${site.origin}/portal/usage`)
    await page.locator('#email').fill(USER.email)
    await page.locator('#password').fill(USER.password)
    await page.locator('#password').press('Enter')
    const own = `/portal/usage/${APP.clientId}`
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    const paths = ['/portal/usage', own, `${own}?time=month`, `${own}?day=${day}`, `${own}/refusals`]
    for (const [place, path] of paths.entries()) {
      await page.waitForURL(`${site.origin}/portal/usage**`)
      await page.goto(site.origin + path)
      await page.evaluate(() => document.querySelector('details:not(.menu)')?.setAttribute('open', ''))
      await expectFine(t, page, locale)
      const { SCREENSHOTS } = process.env
      await page.setViewportSize({ width: 390, height: 1100 })
      await page.evaluate(() => window.scrollTo(0, 0))
      if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/usage-${place}-${locale}.png` })
    }
    t.strictSame(phone.complaints, [])
  }
})
