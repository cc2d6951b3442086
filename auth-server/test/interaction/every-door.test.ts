// Every way in to an API that is not for everybody: each stops whoever may not come and lets in whoever may, and what they have ends when the rule does.
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { addressIds } from '../../src/account/security/addresses/routes.ts'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { NOTHING_COMES_ALONG } from '../../src/identity/import/belongings.ts'
import { importPeople } from '../../src/identity/import/import-people.ts'
import { openerFor } from '../../src/identity/migration/open.ts'
import type { WhoMayCome } from '../../src/store/tables/apis.ts'
import { insertMemberByAddress } from '../../src/store/tables/memberships.ts'
import { atAccount } from '../support/account.ts'
import { newPerson, PASSWORD } from '../support/administrator.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { Device, GUEST_API } from '../support/device.ts'
import { FOREIGN, FOREIGN_PASSWORD } from '../support/foreign-hashes.ts'
import { guestServer, openUpgrade, proveAddress } from '../support/guest-visit.ts'
import { NEW_PASSWORD } from '../support/mail-visit.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { API, ISSUER } from '../support/server.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'
import { Website } from '../support/website.ts'

t.setTimeout(180_000)
const corp = await openUpstream(t)
const environment = await catalogueOf(t, { corp: { ...corp.settings, email_domains: ['*'] } })
const server = await guestServer(t, { ...environment, VISITS_PER_MINUTE: '1000', MAILS_PER_HOUR: '1000' })
const { app, db, config, mailbox } = server
const site = await Website.open(server)
const SCOPE = { scope: 'openid orders:read' }

function close(signUp?: WhoMayCome): Promise<unknown> {
  return defineApi(db, { ...GUEST_API, ...(signUp && { signUp }) }, OPERATOR)
}
function promise(address: string): Promise<unknown> {
  return db.transaction().execute((trx) => insertMemberByAddress(trx, { key: address, address, apiId: API.id }))
}
function isIn(response: LightMyRequestResponse): boolean {
  return answerOf(response).code !== undefined
}
async function guest() {
  const device = await Device.create(app)
  const { sub } = (await device.register({ device_name: 'Pixel' })).json()
  return { device, sub: String(sub) }
}
async function visit(user: Readonly<{ email: string; password: string }>) {
  const { browser, page } = await server.begin()
  return logIn(browser, page, user)
}
async function byProvider(email: string, isVerified = true) {
  const { browser, page } = await server.begin()
  corp.is({ sub: email, email, email_verified: isVerified, name: 'Bob' })
  const sent = await browser.submit(page, '/provider/corp')
  const { pathname, search } = await corp.travel()(sent.headers.location ?? '')
  return browser.open(pathname + search)
}
async function mergeVisit(email: string, device: Device) {
  const { browser, page, verifier } = await openUpgrade(server, device)
  const signIn = await browser.submit(page, '/guest/sign-in', {})
  return { verifier, answer: await logIn(browser, signIn, { email, password: PASSWORD }) }
}
/** Adds an address to the account of a browser, by the link of its mail. */
async function prove(browser: Browser, email: string): Promise<void> {
  await mailbox.deliver(server)
  await browser.submit(await browser.open('/account/security/addresses/add'), '/add', { email })
  const mail = (await mailbox.deliver(server)).find(({ link }) => link.includes('/confirm-address/'))
  const [form] = formsOf((await browser.request('GET', (mail?.link ?? '').slice(ISSUER.length))).body)
  await browser.request('POST', form?.action ?? '/none', { form: { ...form?.hidden } })
}
let people = 0

/** Each comes with an address that nobody has shown to be theirs before, and ends where a visit at the API does. */
const DOORS: Readonly<Record<string, (email: string) => Promise<LightMyRequestResponse>>> = {
  async 'sign-up with a password'(email) {
    const { browser, check, mail } = await server.asked('sign-up', email)
    const choose = await browser.submit(check, '/check-mail', { code: mail.code })
    return browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
  },
  'the first login by a provider': (email) => byProvider(email),
  async 'a guest who makes an account'(email) {
    const upgrade = await openUpgrade(server, (await guest()).device)
    const choose = await proveAddress(server, upgrade, email)
    return upgrade.browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
  },
  async 'a guest who becomes part of an account'(email) {
    await newPerson(server, email)
    return (await mergeVisit(email, (await guest()).device)).answer
  },
  async 'import, and the mail that proves the address'(email) {
    async function* file() {
      yield JSON.stringify({ email, email_verified: true, password_hash: FOREIGN[0]?.[1] })
    }
    await importPeople(db, file(), {
      ...{ source: 'plain', passwordPepper: config.passwordPepper, trustVerified: false, dryRun: false },
      ...{ keyEncryptionKeys: config.keyEncryptionKeys, rules: NOTHING_COMES_ALONG },
      ...{ firebase: undefined, opener: openerFor(undefined), tell: (sentence: string) => t.fail(sentence) },
    })
    t.equal((await visit({ email, password: FOREIGN_PASSWORD })).statusCode, 403, 'the word of another system is none')
    const { browser, check, mail } = await server.asked('forgotten', email)
    const page = await browser.submit(check, '/check-mail', { code: mail.code })
    return browser.submit(page, '/new-password', { password: NEW_PASSWORD })
  },
  async 'another address of an account'(email) {
    people += 1
    const user = { email: `plain-${people}@example.org`, password: PASSWORD }
    await newPerson(server, user.email)
    t.equal((await visit(user)).statusCode, 403, 'the first one opens nothing')
    await prove(await atAccount(server, user), email)
    return visit(user)
  },
}

for (const [name, door] of Object.entries(DOORS))
  t.test(`${name}: lets in by domain and by invitation, and nobody else`, async (t) => {
    const of = (domain: string) => `${name.replaceAll(/\W+/g, '-')}@${domain}`
    await close({ domains: ['corp.example'] })
    t.ok(isIn(await door(of('corp.example'))), 'of the domain')
    const outside = await door(of('sub.corp.example'))
    t.match(outside, { statusCode: 403, body: /people with an e-mail address at corp\.example/ })
    await close('invitation')
    await promise(of('invited.example'))
    t.ok(isIn(await door(of('invited.example'))), 'who is invited')
    t.match(await door(of('example.com')), { statusCode: 403, body: /Ask whoever runs it to invite you/ })
    await close('approval')
    t.match(await door(of('example.net')), { statusCode: 403, body: /action="\/interaction\/[^"]*\/ask-to-come"/ })
  })

t.test('an address that a provider does not vouch for opens nothing, and takes no promise', async (t) => {
  await close({ domains: ['corp.example'] })
  t.equal((await byProvider('unverified@corp.example', false)).statusCode, 403)
  await close('invitation')
  await promise('boss@invited.example')
  t.equal((await byProvider('boss@invited.example', false)).statusCode, 403)
  t.match(
    await db.selectFrom('memberships').where('email_key', '=', 'boss@invited.example').selectAll().execute(),
    [{ person_id: null }],
    'it waits for whoever proves it',
  )
})

t.test('who may not come stays the guest that they are, also where it ends before the code is redeemed', async (t) => {
  await close('invitation')
  const { device, sub } = await guest()
  const kind = () => db.selectFrom('people').where('id', '=', sub).select(['kind', 'status']).executeTakeFirst()
  const personId = await newPerson(server, 'vera@example.com')
  t.equal((await mergeVisit('vera@example.com', device)).answer.statusCode, 403)
  await promise('vera@example.com')
  const { verifier, answer } = await mergeVisit('vera@example.com', device)
  await db.deleteFrom('memberships').where('person_id', '=', personId).execute()
  t.match((await device.redeem(answerOf(answer).code ?? '', verifier)).json(), { error: 'invalid_grant' })
  t.strictSame(await kind(), { kind: 'guest', status: 'active' })
  t.equal((await device.tokens()).statusCode, 200, 'and goes on as one')
})

t.test('an address of the domain that is given up ends what it opened; another of the domain keeps it', async (t) => {
  await close({ domains: ['corp.example'] })
  const user = { email: 'wanda@corp.example', password: PASSWORD }
  await newPerson(server, user.email)
  const browser = await atAccount(server, user)
  await prove(browser, 'wanda@example.org')
  await prove(browser, 'wanda2@corp.example')
  const tokens = await site.signIn(SCOPE, browser, user)
  const remove = async (address: string) => {
    const path = `/account/security/addresses/${addressIds(config.cookieSecrets, address)[0]}/remove`
    t.match((await browser.submit(await browser.open(path), '/remove')).statusCode, 200)
  }
  await remove('wanda2@corp.example')
  const next = (await site.refresh(tokens.refresh_token)).json()
  t.match(next, { access_token: /./ }, 'the first one stands')
  await db.updateTable('email_addresses').set({ is_primary: false }).where('key', '=', user.email).execute()
  await db.updateTable('email_addresses').set({ is_primary: true }).where('key', '=', 'wanda@example.org').execute()
  t.equal((await site.refresh(next.refresh_token)).statusCode, 200, 'which one is the main one does not matter')
  await remove(user.email)
  t.match((await site.refresh(next.refresh_token)).json(), { error: 'invalid_grant' })
  t.equal((await site.send(browser, SCOPE)).statusCode, 403)
})

for (const [what, before, after, error] of [
  ['for who is invited', undefined, 'invitation', 'access_denied'],
  ['for who is approved', undefined, 'approval', 'interaction_required'],
  ['for one domain of two', { domains: ['corp.example', 'b.example'] }, { domains: ['b.example'] }, 'access_denied'],
] as const)
  t.test(`an API that is ${what} from now on ends codes, refreshes and silent sign-ins; guests go on`, async (t) => {
    await close(before)
    const { device } = await guest()
    const user = { email: `xenia-${people++}@corp.example`, password: PASSWORD }
    await newPerson(server, user.email)
    const browser = new Browser(app)
    const tokens = await site.signIn(SCOPE, browser, user)
    const { code } = answerOf(await site.send(browser, SCOPE))
    t.ok(code, 'it was open to them')
    await close(after)
    t.match((await site.redeem(code)).json(), { error: 'invalid_grant' })
    t.match((await site.refresh(tokens.refresh_token)).json(), { error: 'invalid_grant' })
    t.equal((await site.userinfo(tokens.access_token)).statusCode, 401)
    t.match(answerOf(await site.send(browser, { ...SCOPE, prompt: 'none' })), { error })
    t.equal((await device.tokens()).statusCode, 200)
  })
