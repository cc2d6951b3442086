// Screenshots of every page of the portal with something on it, for whoever looks at them: SCREENSHOTS names the folder.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { mailToken } from '../../src/crypto/mail-proof.ts'
import { MFA_ACR } from '../../src/identity/acr.ts'
import { definePortalOf } from '../../src/portal/index.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { newPerson } from '../support/administrator.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { gatewayClient, toldCount, toldRefusal, usageBatch } from '../support/gateway-reports.ts'
import { machine } from '../support/management.ts'
import { membersOf } from '../support/members.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { API, APP, USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

const { SCREENSHOTS } = process.env
const wanted = SCREENSHOTS === undefined ? { skip: 'SCREENSHOTS names no folder' } : needsChromium
t.setTimeout(600_000)

t.test('every page of the portal, small and large, in both languages', wanted, async (t) => {
  const site = await testSite(t, {
    VISITS_PER_MINUTE: '1000',
    MAIL_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'no-reply@example.com',
  })
  const { db, config, personId, origin } = site
  await definePortalOf(config.issuer, db)
  await db.transaction().execute(async (trx) => {
    await insertRole(trx, { personId, role: 'administrator', apiId: null })
    await insertRole(trx, { personId, role: 'developer', apiId: null })
  })
  const { ask } = await machine(site)
  const make = async (body: object): Promise<string> => (await ask('POST', '/applications', { body })).json().client_id
  const phone = await make({
    name: 'Feldnotizen für Außendienst',
    kind: 'native',
    redirect_uris: ['com.example.notes:/callback'],
  })
  const web = await make({
    name: 'Buchungsportal',
    kind: 'web',
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: ['https://booking.example.com/callback'],
    policy_uri: 'https://example.com/privacy',
  })
  await ask('POST', `/applications/${web}/secrets`, { body: {} })
  const [{ id: secret }] = (await ask('GET', `/applications/${web}/secrets`)).json().items
  await ask('PUT', `/applications/${phone}/identity`, {
    body: { android: { package: 'com.example.notes', certificate_digests: ['ab'.repeat(32)] } },
    headers: { 'if-match': '*' },
  })
  const theirs = await make({ name: 'Of others', kind: 'native', redirect_uris: ['com.example.theirs:/callback'] })
  const trust = { client_id: theirs, api_id: API.id, plan: 'basic', scopes: Object.keys(API.scopes) }
  const trusted = (await ask('POST', '/subscriptions', { body: trust })).json().id
  await db.updateTable('subscriptions').set({ status: 'approved', trusted: true }).where('id', '=', trusted).execute()
  const ownerId = await newPerson(site, 'owner-of-it@example.com')
  const rows = await db.selectFrom('applications').select(['id', 'client_id']).execute()
  for (const { id, client_id } of rows)
    if ([phone, web, APP.clientId].includes(client_id))
      await db.transaction().execute((trx) => putMember(trx, { applicationId: id, personId, role: 'owner' }))
    else if (client_id === theirs)
      await db.transaction().execute(async (trx) => {
        await putMember(trx, { applicationId: id, personId: ownerId, role: 'owner' })
        await putMember(trx, { applicationId: id, personId, role: 'collaborator' })
      })
  const wish = { client_id: phone, api_id: API.id, plan: 'basic', scopes: Object.keys(API.scopes) }
  const pending = String((await ask('POST', '/subscriptions', { body: wish })).json().id)
  const [approved] = (await ask('GET', '/subscriptions', { query: { client_id: APP.clientId } })).json().items
  for (const [email, role] of [
    ['colleague@example.com', 'collaborator'],
    [USER.email, 'collaborator'],
  ])
    await ask('POST', `/applications/${phone}/invitations`, { body: { email, role } })
  const [member, asks] = await membersOf(site)
  const tell = await gatewayClient(site)
  await tell(
    '/usage',
    usageBatch([toldCount({ accepted: 4100, refused: 12 })], [toldRefusal('req-1'), toldRefusal('req-2')]),
  )
  const challenge = await db.selectFrom('mail_challenges').select('id').where('purpose', '=', 'join').executeTakeFirst()
  const [one, admin] = ['/portal/applications', '/portal/administration']
  const pages = {
    overview: '/portal',
    applications: one,
    'new-1': '/portal/new-application',
    'new-2': '/portal/new-application?name=Shop',
    'new-3': '/portal/new-application?name=Shop&kind=native',
    'new-4': '/portal/new-application?name=Shop&kind=web&redirect=https%3A%2F%2Fshop.example.com%2Fcallback',
    'new-wrong': '/portal/new-application?name=Shop&kind=native&redirect=http%3A%2F%2Flocalhost%2Fcb',
    app: `${one}/${phone}`,
    'app-web': `${one}/${web}`,
    'app-used': `${one}/${APP.clientId}`,
    field: `${one}/${phone}/change/brand_color`,
    addresses: `${one}/${phone}/addresses/redirect_uris`,
    secrets: `${one}/${web}/secrets`,
    keys: `${one}/${web}/keys`,
    phones: `${one}/${phone}/phones`,
    ways: `${one}/${phone}/sign-in`,
    'secret-end': `${one}/${web}/secrets/${secret}/end`,
    'owners-app': `${one}/${theirs}`,
    'owners-addresses': `${one}/${theirs}/addresses/redirect_uris`,
    'owners-delete': `${one}/${theirs}/delete`,
    logo: `${one}/${phone}/logo`,
    people: `${one}/${phone}/people`,
    leave: `${one}/${phone}/people/${personId}/end`,
    delete: `${one}/${APP.clientId}/delete`,
    'app-subscribe': `${one}/${phone}/subscribe`,
    apis: '/portal/apis',
    api: `/portal/apis/${API.id}`,
    plan: `/portal/apis/${API.id}/subscribe`,
    choose: `/portal/apis/${API.id}/subscribe/basic`,
    review: `/portal/apis/${API.id}/subscribe/basic/${web}`,
    pending: `/portal/subscriptions/${pending}`,
    approved: `/portal/subscriptions/${approved.id}`,
    end: `/portal/subscriptions/${approved.id}/end`,
    approvals: '/portal/approvals',
    approval: `/portal/approvals/${pending}`,
    approve: `/portal/approvals/${pending}/approve`,
    decline: `/portal/approvals/${pending}/decline`,
    usage: '/portal/usage',
    'usage-app': `/portal/usage/${APP.clientId}`,
    'usage-month': `/portal/usage/${APP.clientId}?time=month`,
    'usage-hours': `/portal/usage/${APP.clientId}?day=${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}`,
    refusals: `/portal/usage/${APP.clientId}/refusals`,
    help: '/portal/help',
    'help-app': `/portal/help?app=${APP.clientId}`,
    try: '/portal/try',
    'try-app': `/portal/try?app=${APP.clientId}`,
    administration: admin,
    'a-people': `${admin}/people?q=ada`,
    'a-person': `${admin}/people/${personId}`,
    'a-roles': `${admin}/people/${personId}/roles`,
    'a-groups': `${admin}/people/${personId}/groups`,
    'a-suspend': `${admin}/people/${personId}/suspend`,
    'a-delete': `${admin}/people/${personId}/delete`,
    'a-invitations': `${admin}/invitations`,
    'a-members': `${admin}/members`,
    'a-members-api': `${admin}/members/${API.id}`,
    'a-member-end': `${admin}/members/${API.id}/${member}/end`,
    'a-asks': `${admin}/membership-requests`,
    'a-asks-approve': `${admin}/membership-requests/${asks}/approve`,
    'a-asks-decline': `${admin}/membership-requests/${asks}/decline`,
    'a-applications': `${admin}/applications`,
    'a-remove': `${admin}/applications/${phone}/remove`,
    'a-owner': `${admin}/applications/${phone}/owner`,
    'a-name': `${admin}/applications/${phone}/name`,
    'a-apis': `${admin}/apis`,
    'a-api-step': `${admin}/apis/${API.id}/suspend`,
    'a-subscriptions': `${admin}/subscriptions`,
    'a-sub-step': `${admin}/subscriptions/${approved.id}/suspend`,
    'a-usage': `${admin}/usage`,
    'a-hooks': `${admin}/hooks`,
    'a-providers': `${admin}/providers`,
    'a-ways': `${admin}/sign-in`,
    'a-way': `${admin}/sign-in/${API.id}`,
    'a-phones': `${admin}/applications/${phone}/phones`,
    'a-audit': `${admin}/audit`,
    'a-audit-wrong': `${admin}/audit?since=x`,
    'a-keys': `${admin}/keys`,
    'a-health': `${admin}/health`,
    'not-here': `${one}/nobody`,
    ...(challenge && { join: `/account/join/${mailToken(config.cookieSecret, challenge.id)}` }),
  }
  /** What forms are answered with. */
  const sendOld = async (page: Page, form: string) => {
    const old = page.locator(`${form} [name=csrf]`).first()
    await old.evaluate((field: HTMLInputElement) => {
      field.value = 'x'
    })
    await page.locator(`${form} button`).first().click()
  }
  const answers: Readonly<Record<string, (page: Page, origin: string) => Promise<void>>> = {
    async 'phones-checked'(page, at) {
      await page.goto(at + pages.phones)
      await page.locator('form:has([name=check]) button').click()
      await page.locator('main .problem, main .notice, main [role=status], main [role=alert]').first().waitFor()
    },
    async 'form-kept'(page, at) {
      await page.goto(at + pages.field)
      await page.locator('#brand_color').fill('#1b56d6')
      await sendOld(page, 'main form')
      await page.locator('main .problem').waitFor()
    },
    async 'form-old'(page, at) {
      await page.goto(at + pages['secret-end'])
      await sendOld(page, 'main form')
      await page.locator('main a.button').waitFor()
    },
    async refused(page, at) {
      await page.goto(at + pages.addresses)
      await page.locator('#address').fill('http://localhost/cb')
      await page.locator('main form:has(#address) button').click()
      await page.locator('main .problem').waitFor()
    },
  }
  const folder = SCREENSHOTS ?? ''
  mkdirSync(folder, { recursive: true })
  const open = await launchChromium(t)
  for (const locale of ['de', 'en'] as const) {
    await db.updateTable('people').set({ language: locale }).where('id', '=', personId).execute()
    const page = await (await open(t, { locale })).tab()
    await page.goto(`${origin}/portal`)
    await page.locator('#email').fill(USER.email)
    await page.locator('#password').fill(USER.password)
    await page.locator('#password').press('Enter')
    await page.waitForURL(`${origin}/portal`)
    await db
      .updateTable('sessions')
      .set({ acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'] })
      .execute()
    for (const [name, path] of Object.entries(pages)) {
      await page.setViewportSize({ width: 360, height: 740 })
      const status = (await page.goto(origin + path))?.status()
      t.ok(status === 200 || /wrong|not-here|join|leave|owners-/.test(name), `${name}: ${status}`)
      t.strictSame(await page.evaluate(shortcomingsOf, locale), [], `${name} ${locale} 360`)
      t.strictSame(await violationsOf(page), [], `${name} ${locale}`)
      await page.screenshot({ path: join(folder, `${locale}-360-${name}.png`), fullPage: true })
      await page.setViewportSize({ width: 1280, height: 800 })
      await page.screenshot({ path: join(folder, `${locale}-1280-${name}.png`), fullPage: true })
    }
    for (const [name, act] of Object.entries(answers)) {
      await page.setViewportSize({ width: 360, height: 740 })
      await act(page, origin)
      t.strictSame(await page.evaluate(shortcomingsOf, locale), [], `${name} ${locale} 360`)
      t.strictSame(await violationsOf(page), [], `${name} ${locale}`)
      await page.screenshot({ path: join(folder, `${locale}-360-${name}.png`), fullPage: true })
      await page.setViewportSize({ width: 1280, height: 800 })
      await page.screenshot({ path: join(folder, `${locale}-1280-${name}.png`), fullPage: true })
    }
  }
})
