// The API catalogue in a real Chromium: a hostile document is text that asks for nothing, and everybody can use each page.
import t from 'tap'
import { LOCALES } from '../../src/pages/language.ts'
import { definePortalOf } from '../../src/portal/index.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { machine } from '../support/management.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(240_000)

const HOSTILE = JSON.stringify({
  openapi: '3.1.0',
  info: { title: '<script>alert(1)</script>', version: '1', description: '[x](javascript:alert(1)) \u202e <b>' },
  paths: {
    '/orders': {
      get: {
        summary: '<img src="https://evil.example/x.png" onerror="alert(1)">',
        parameters: [{ name: 'page', in: 'query', schema: { type: 'integer', default: 1 } }],
        responses: {
          200: {
            description: 'ok',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
          },
        },
      },
    },
  },
  components: { schemas: { Order: { type: 'object', properties: { sku: { type: 'string' } } } } },
})

t.test('the catalogue at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t, { VISITS_PER_MINUTE: '1000' })
  const { db, config, personId } = site
  await definePortalOf(config.issuer, db)
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'developer', apiId: null }))
  const { ask } = await machine(site)
  await ask('PUT', '/apis/orders-api/document', { body: { document: HOSTILE }, headers: { 'if-match': '*' } })
  for (const locale of ['en', 'de'] as const)
    t.test(locale, async (t) => {
      const phone = await open(t, { locale })
      const page = await phone.tab()
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.goto(`${site.origin}/portal/apis`)
      await page.locator('#email').fill(USER.email)
      await page.locator('#password').fill(USER.password)
      await page.locator('#password').press('Enter')
      await page.waitForURL('**/portal/apis')
      await expectFine(t, page, locale)
      await page.goto(`${site.origin}/portal/apis/orders-api`)
      await page.evaluate(() => {
        for (const each of document.querySelectorAll('.document details')) each.setAttribute('open', '')
      })
      await expectFine(t, page, locale)
      t.equal(await page.locator('main script, main img, main iframe, main a[href^="javascript:"]').count(), 0)
      await page.goto(`${site.origin}/portal/apis/orders-api/subscribe`)
      await expectFine(t, page, locale)
      t.match(await page.locator('.steps [aria-current]').innerText(), LOCALES[locale].portalApis.steps.plan)
      t.strictSame(
        asked.filter((url) => !url.startsWith(site.origin)),
        [],
      )
      t.strictSame(phone.complaints, [])
    })
})
