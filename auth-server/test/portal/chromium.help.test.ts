// Help and Try it in Chromium, as everybody looks at them: both languages, small and large, light and dark.
import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { definePortalOf } from '../../src/portal/index.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(120_000)

/** With SCREENSHOTS=folder the pages are kept as pictures, to be looked at. */
const folder = process.env.SCREENSHOTS
if (folder) await mkdir(folder, { recursive: true })

t.test('help for each application, and its trial', needsChromium, async (t) => {
  const [open, { origin, db, config, personId, applicationId }] = await Promise.all([launchChromium(t), testSite(t)])
  await definePortalOf(config.issuer, db)
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'developer', apiId: null }))
  await db
    .insertInto('application_members')
    .values({ application_id: applicationId, person_id: personId, role: 'owner' })
    .execute()
  for (const language of ['en', 'de']) {
    const phone = await open(t, { locale: language })
    const page = await phone.tab()
    await page.goto(`${origin}/portal/help?app=shop-app`)
    await page.fill('input[name=email]', USER.email)
    await page.fill('input[name=password]', USER.password)
    await page.click('button[type=submit]')
    await page.waitForSelector('.tabs')
    if (folder) await page.screenshot({ path: `${folder}/help-${language}.png`, fullPage: true })
    await expectFine(t, page, language)
    await page.goto(`${origin}/portal/help?app=shop-app&platform=curl`)
    await expectFine(t, page, language)
    await page.goto(`${origin}/portal/try?app=shop-app`)
    await page.click('main form button')
    await page.waitForSelector('.wire')
    await expectFine(t, page, language)
    await page.setViewportSize({ width: 1280, height: 900 })
    if (folder) await page.screenshot({ path: `${folder}/portal-try-${language}.png`, fullPage: true })
    t.strictSame(phone.complaints, [])
  }
})
