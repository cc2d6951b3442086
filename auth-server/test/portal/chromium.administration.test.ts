// Administration and approvals in a real Chromium: every page can be used, in both languages, on a phone and on a desktop.
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { MFA_ACR } from '../../src/identity/acr.ts'
import { definePortalOf } from '../../src/portal/index.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { hookEnvironment } from '../support/hook-receiver.ts'
import { expectFine } from '../support/looks.ts'
import { machine } from '../support/management.ts'
import { membersOf } from '../support/members.ts'
import { API, USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

const { SCREENSHOTS } = process.env

t.test('administration at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const hook = { url: 'https://crm.example.com/a/long/path/to/where/hooks/are/taken', timeout_ms: 100 }
  const events = ['before.sign-up', 'person.created', 'person.deleted', 'credentials.changed']
  const site = await testSite(t, await hookEnvironment(t, { ...hook, events }))
  const { db, config, personId } = site
  await definePortalOf(config.issuer, db)
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'administrator', apiId: null }))
  const { ask } = await machine(site)
  const redirects = ['https://notes.example.com/callback', 'com.example.notes:/callback']
  const app = {
    name: 'Field notes',
    kind: 'native',
    redirect_uris: redirects,
    policy_uri: 'https://example.com/privacy',
  }
  const { client_id } = (await ask('POST', '/applications', { body: app })).json()
  const wish = { client_id, api_id: API.id, plan: 'basic', scopes: Object.keys(API.scopes) }
  const { id } = (await ask('POST', '/subscriptions', { body: wish })).json()
  const below = '/portal/administration'
  const [member, asks] = await membersOf(site)
  const [dead, waiting] = ['AAAAAAAAAAAAAAAAAAAAAA.1', 'AAAAAAAAAAAAAAAAAAAAAA.2']
  for (const call of [dead, waiting])
    await sql`
      insert into outbox (id, kind, receiver, payload, attempts, last_answer, next_attempt_at, expires_at)
      values (${call}, 'hook', 'https://crm.example.com',
              jsonb_build_object('hook', 'crm', 'event', 'person.deleted', 'at', auth_now(), 'personId', ${personId}::text),
              80, 'no answer within 10000 ms', case when ${call === dead} then 'infinity' else auth_now() + interval '1 hour' end,
              auth_now() + interval '1 day')`.execute(db)
  const request = `/portal/approvals/${id}`
  // Each kind of page once: the others are made of the same parts.
  const pages = {
    en: [
      below,
      `${below}/people/${personId}`,
      `${below}/applications`,
      `${below}/audit`,
      `${below}/hooks`,
      `${below}/members`,
      `${below}/membership-requests`,
      `${below}/hooks/deliveries/${dead}/drop`,
      '/portal/approvals',
      `${request}/approve`,
    ],
    de: [
      `${below}/people/${personId}/roles`,
      `${below}/people/${personId}/delete`,
      `${below}/invitations`,
      `${below}/health`,
      `${below}/members/${API.id}`,
      `${below}/members/${API.id}/${member}/end`,
      `${below}/membership-requests/${asks}/decline`,
      `${below}/hooks`,
      `${below}/hooks/deliveries/${dead}/again`,
      `${below}/subscriptions`,
      `${below}/apis`,
      `${below}/apis/${API.id}/suspend`,
      request,
      `${request}/decline`,
    ],
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
      t.equal((await page.goto(site.origin + path))?.status(), 200, path)
      await expectFine(t, page, locale)
      for (const width of SCREENSHOTS ? [390, 1200] : []) {
        await page.setViewportSize({ width, height: 1000 })
        await page.screenshot({ path: join(SCREENSHOTS ?? '', `${index}-${width}-${locale}.png`) })
      }
    }
    t.strictSame(phone.complaints, [])
  }
})
