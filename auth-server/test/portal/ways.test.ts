// Ways to sign in at the portal: shown as people see them, changed by those whom the management API lets, and nothing else with them.
import { sql } from 'kysely'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { Browser } from '../support/browser.ts'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import { atPortalAs, portalServer, post } from '../support/portal.ts'
import { inRole } from '../support/portal-actor.ts'
import { API } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'

t.setTimeout(60_000)

const corp = await openUpstream(t)
const environment = await catalogueOf(t, {
  corp: { ...corp.settings, email_domains: ['corp.example'] },
  bank: { ...corp.settings, label: 'Bank', issuer: 'https://bank.invalid' },
  linked: { ...corp.settings, label: 'Linked', issuer: 'https://linked.invalid', use: 'link-only' },
})
const server = await portalServer(t, environment)
const { app, db } = server
const chief = await atPortalAs(server, 'administrator', { email: 'chief@example.com' })
const maker = await atPortalAs(server, 'developer', { email: 'maker@example.com' })
const { id: applicationId } = await db
  .selectFrom('applications')
  .where('client_id', '=', 'shop-app')
  .select('id')
  .executeTakeFirstOrThrow()
const owner = { applicationId, personId: maker.personId, role: 'owner' } as const
await db.transaction().execute((trx) => putMember(trx, owner))

const root = await inRole(server, 'root@example.com', { role: 'administrator' })

const ALL = '/portal/administration/sign-in'
const OF_API = `${ALL}/${API.id}`
const OF_APP = '/portal/applications/shop-app/sign-in'

/** Sends the form of a page as it came, with other answers. */
async function send(who: typeof chief, path: string, answers: Readonly<Record<string, string>>) {
  const { body } = await who.browser.request('GET', path)
  const [, etag = ''] = /name="etag" value="([^"]*)"/.exec(body) ?? []
  return post(who, path, { etag: etag.replaceAll('&quot;', '"'), ...answers })
}
async function ofApi() {
  const { rows } = await sql<{ sign_in: unknown }>`select sign_in from apis where id = ${API.id}`.execute(db)
  return rows[0]?.sign_in
}
async function ofApp() {
  const { rows } = await sql<{
    sign_in: unknown
  }>`select sign_in from applications where client_id = 'shop-app'`.execute(db)
  return rows[0]?.sign_in
}
/** All that the management API tells of the API. */
async function told(): Promise<object> {
  const { body } = await root.ask('apis.get', { params: { id: API.id } })
  return JSON.parse(JSON.stringify(body))
}
/** The buttons of a sign-in, in their order. */
async function buttons() {
  const { body } = await new Browser(app).open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI }))
  return [...body.matchAll(/action="[^"]*\/provider\/([a-z]+)"/g)].map(([, name]) => name)
}

t.test('what is offered, in its order, with default and domains; a link-only provider is none of it', async (t) => {
  const { body } = await chief.browser.request('GET', OF_API)
  t.match(body, /Accounts of this server[\s\S]*Example Corp: also whoever types an address at corp\.example[\s\S]*Bank/)
  t.notMatch(body, 'Linked')
  t.match((await chief.browser.request('GET', ALL)).body, /Every way that there is/)
  t.match((await maker.browser.request('GET', `/portal/apis/${API.id}`)).body, /Ways to sign in[\s\S]*Every way/)
})

t.test('an administrator changes order, default and what is offered, and nothing else of the API', async (t) => {
  const rich = {
    eventsUri: 'https://orders.example.com/events',
    planDescriptions: { basic: 'To begin with' },
    tokenGroups: ['staff'],
    signUp: { domains: ['corp.example'] },
  }
  await defineApi(db, { ...API, description: 'Of the shop', offer: 'deprecated', ...rich }, OPERATOR)
  const before = await told()
  const done = await send(chief, OF_API, {
    offer: 'chosen',
    'place-bank': '1',
    'place-corp': '2',
    'place-own': '',
    default: '',
  })
  t.match(done, { statusCode: 303 })
  t.strictSame(await ofApi(), { providers: ['bank', 'corp'] })
  t.strictSame(await buttons(), ['bank', 'corp'])
  t.strictSame(await told(), { ...before, sign_in: { providers: ['bank', 'corp'] } })
  await defineApi(db, API, OPERATOR)
  await send(chief, OF_API, { offer: 'chosen', 'place-own': '2', 'place-corp': '1', default: 'corp' })
  t.strictSame(await ofApi(), { providers: ['corp', 'own'], default: 'corp' })
  t.match((await chief.browser.request('GET', OF_API)).body, /Example Corp: people are led there at once/)
  t.match(
    (await chief.browser.request('GET', ALL)).body,
    /Example Corp, Accounts of this server[^<]*; at once to Example Corp/,
  )
  await send(chief, OF_API, { offer: 'every', 'place-corp': '1' })
  t.equal(await ofApi(), null)
})

t.test(
  'a choice of nothing, or with a default outside of it, is refused with a sentence; so is an old page',
  async (t) => {
    t.match(await send(chief, OF_API, { offer: 'chosen' }), {
      statusCode: 400,
      body: /Choose a place for one way at least/,
    })
    const outside = { offer: 'chosen', 'place-own': '1', default: 'corp' }
    t.match(await send(chief, OF_API, outside), {
      statusCode: 400,
      body: /href="#default"[\s\S]*<option value="corp" selected>/,
    })
    const old = await post(chief, OF_API, { etag: `"${'A'.repeat(22)}"`, offer: 'chosen', 'place-own': '1' })
    t.match(old, { statusCode: 412, body: /Somebody changed it/ })
    t.equal(await ofApi(), null)
  },
)

t.test('of an application its own people narrow it, and the page says what is left at each API', async (t) => {
  await defineApi(db, { ...API, signIn: { providers: ['corp', 'own'] } }, OPERATOR)
  t.match(await send(maker, OF_APP, { offer: 'chosen', 'place-corp': '1', 'place-bank': '2', default: '' }), {
    statusCode: 303,
  })
  t.strictSame(await ofApp(), { providers: ['corp', 'bank'] })
  t.strictSame(await buttons(), ['corp'])
  const page = await maker.browser.request('GET', OF_APP)
  const [, shown = ''] = /What people see for [\s\S]*?<\/h2>([\s\S]*?)<h2>/.exec(page.body) ?? []
  t.match(shown, 'Example Corp')
  t.notMatch(shown, /Bank|Accounts of this server/)
  t.match((await maker.browser.request('GET', '/portal/applications/shop-app')).body, OF_APP)
  await send(maker, OF_APP, { offer: 'every' })
  t.equal(await ofApp(), null)
})

t.test('nobody else changes it, nor what the catalogue file manages', async (t) => {
  const stranger = await atPortalAs(server, 'developer', { email: 'stranger@example.com' })
  const answers = { etag: '*', offer: 'chosen', 'place-corp': '1' }
  for (const path of [ALL, OF_API]) t.equal((await maker.browser.request('GET', path)).statusCode, 404)
  t.equal((await post(maker, OF_API, answers)).statusCode, 404)
  t.equal((await stranger.browser.request('GET', OF_APP)).statusCode, 404)
  t.equal((await post(stranger, OF_APP, answers)).statusCode, 404)
  t.equal((await chief.browser.request('GET', `${ALL}/revocations`)).statusCode, 404)
  await sql`update apis set managed_by = 'file' where id = ${API.id}`.execute(db)
  const { body } = await chief.browser.request('GET', OF_API)
  t.match(body, /Managed by catalogue\.yml/)
  t.notMatch(body, 'name="offer"')
  t.equal((await post(chief, OF_API, answers)).statusCode, 409)
  await sql`update apis set managed_by = 'portal' where id = ${API.id}`.execute(db)
})

t.test('a provider that has left the configuration is named as that, and can be taken out', async (t) => {
  await sql`update apis set sign_in = '{"providers": ["former", "own"]}' where id = ${API.id}`.execute(db)
  t.match((await chief.browser.request('GET', OF_API)).body, /former \(not configured any more\)/)
  await send(chief, OF_API, { offer: 'chosen', 'place-own': '1' })
  t.strictSame(await ofApi(), { providers: ['own'] })
})
