// The pages on identity providers in a real Chromium: each can be used, in both languages, on a phone.
import { join } from 'node:path'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { MFA_ACR } from '../../src/identity/acr.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { LOCALES } from '../../src/pages/language.ts'
import { definePortalOf } from '../../src/portal/index.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { IDP, samlKey } from '../support/saml.ts'
import { API, USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'

const { SCREENSHOTS } = process.env

t.test('identity providers at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const corp = await openUpstream(t)
  const { certificate } = await samlKey()
  const sso = 'https://idp.invalid/realms/a-rather-long-name-of-a-realm/protocol/saml'
  const environment = await catalogueOf(t, {
    corp: { ...corp.settings, email_domains: ['corp.example', 'corp.test'] },
    partner: { kind: 'saml', label: 'Partner', entity_id: IDP, sign_in_url: sso, certificates: [certificate] },
    shop: { kind: 'http', label: 'Old Shop', url: 'http://127.0.0.1:9/check', secret_variable: 'SHOP_SECRET' },
  })
  const site = await testSite(t, { ...environment, SHOP_SECRET: `whsec_${'a'.repeat(32)}` })
  const { db, config, personId, deps } = site
  await corp.serve(site.origin)
  await definePortalOf(config.issuer, db)
  await defineApi(db, { ...API, signIn: { providers: ['own', 'corp'], default: 'corp' } }, OPERATOR)
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'administrator', apiId: null }))
  const { id: applicationId } = await db
    .selectFrom('applications')
    .where('client_id', '=', 'shop-app')
    .select('id')
    .executeTakeFirstOrThrow()
  await db.transaction().execute((trx) => putMember(trx, { applicationId, personId, role: 'owner' }))
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'developer', apiId: null }))
  await deps.providers.find('shop')?.prepare()
  const below = '/portal/administration/providers'
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
    const look = async (name: string) => {
      await page.setViewportSize({ width: 390, height: 844 })
      if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}-${locale}.png`), fullPage: true })
      await expectFine(t, page, locale)
    }
    for (const path of ['', '/corp', '/partner', '/shop']) {
      t.equal((await page.goto(site.origin + below + path))?.status(), 200, path)
      await look(`providers${path.replace('/', '-')}`)
    }
    const ways = ['/administration/sign-in', `/administration/sign-in/${API.id}`, '/applications/shop-app/sign-in']
    for (const [index, path] of [...ways, '/applications/shop-app'].entries()) {
      t.equal((await page.goto(`${site.origin}/portal${path}`))?.status(), 200, path)
      await look(`ways-${index}`)
    }
    const { providerTrial, federation } = LOCALES[locale]
    corp.is({ sub: 'bob', email: 'bob@corp.example', email_verified: true, name: 'Bob', realm: 'x'.repeat(1500) })
    t.equal((await page.goto(`${site.origin + below}/corp/trial`))?.status(), 200)
    await look('trial')
    await page.getByRole('button', { name: providerTrial.button, exact: true }).click()
    await page.getByText(providerTrial.outcomes.told('Example Corp')).waitFor()
    await look('trial-told')
    await page.goto(`${site.origin + below}/shop/trial`)
    await page.getByLabel(federation.typed.name('Old Shop')).fill('bob')
    await page.getByLabel(federation.typed.password('Old Shop')).fill('his')
    await page.getByRole('button', { name: providerTrial.button, exact: true }).click()
    await page.getByText(providerTrial.outcomes.unavailable('Old Shop')).waitFor()
    await look('trial-failed')
    await page.getByRole('button', { name: providerTrial.forget }).click()
    await page.getByRole('button', { name: providerTrial.button, exact: true }).waitFor()
    t.strictSame(phone.complaints, [])
  }
})
