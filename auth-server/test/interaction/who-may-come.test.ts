// Who may come to an API: by invitation, by the domain of a proven address; whose logins end when they may not any more.
import t, { type Test } from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import type { WhoMayCome } from '../../src/store/tables/apis.ts'
import { insertMember, insertMemberByAddress } from '../../src/store/tables/memberships.ts'
import { newPerson, PASSWORD } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { admitGuests, Device, GUEST_API } from '../support/device.ts'
import { feedReader } from '../support/feed.ts'
import { answerOf, idOf, logIn } from '../support/phone.ts'
import { API, testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'
import { wordsOf } from '../support/words.ts'

const server = await testServer(t)
const { app, db } = server
const site = await Website.open(server)
const feed = await feedReader(server)
const SCOPE = { scope: 'openid orders:read' }

function close(signUp?: WhoMayCome): Promise<unknown> {
  return defineApi(db, { ...API, ...(signUp && { signUp }) }, OPERATOR)
}
async function someone(email: string) {
  const personId = await newPerson(server, email)
  const user = { email, password: PASSWORD }
  const invite = () => db.transaction().execute((trx) => insertMember(trx, { personId, apiId: API.id }))
  const browser = new Browser(app)
  return { personId, email, browser, invite, signIn: () => site.signIn(SCOPE, browser, user), user }
}
function uninvite(personId: string): Promise<unknown> {
  return db.deleteFrom('memberships').where('person_id', '=', personId).execute()
}

async function ended(t: Test, tokens: Awaited<ReturnType<typeof site.signIn>>): Promise<void> {
  t.match((await site.refresh(tokens.refresh_token)).json(), { error: 'invalid_grant' })
  t.match(JSON.stringify(await feed.follow()), idOf(tokens))
  t.equal((await site.userinfo(tokens.access_token)).statusCode, 401)
}

t.test('who is not invited reads so in both languages, and goes back to the app with access_denied', async (t) => {
  await close('invitation')
  const { browser, user, invite, email } = await someone('ben@example.com')
  const page = await logIn(browser, await site.send(browser, SCOPE), user)
  t.equal(page.statusCode, 403)
  t.match(page.body, `<h1>${API.name} is not open to everybody</h1>`)
  t.match(wordsOf(page), 'Ask whoever runs it to invite you')
  t.match(page.body, /invited at another address[\s\S]*href="\/account"/)
  t.notMatch(page.body, email)
  const german = await site.send(browser, { ...SCOPE, ui_locales: 'de' })
  t.match(german.body, `<h1>${API.name} ist nicht für alle offen</h1>`)
  t.match(answerOf(await site.send(browser, { ...SCOPE, prompt: 'none' })), { error: 'access_denied' })
  t.match(answerOf(await browser.submit(page, '/deny')), { error: 'access_denied', state: 'a-state' })
  t.strictSame(await db.selectFrom('memberships').selectAll().execute(), [], 'a GET asks for nothing')
  await invite()
  t.match(await site.signIn(SCOPE, browser), { access_token: /./ })
})

t.test('an address of the domain lets in when it is proven, and to the letter', async (t) => {
  await close({ domains: ['corp.example'] })
  const inside = await someone('ada@corp.example')
  t.match(await inside.signIn(), { access_token: /./ })
  for (const email of ['eve@sub.corp.example', 'eve@notcorp.example', 'corp.example@example.com']) {
    const { browser, user } = await someone(email)
    const page = await logIn(browser, await site.send(browser, SCOPE), user)
    t.match(wordsOf(page), 'people with an e-mail address at corp.example', email)
  }
  const written = await someone('mallory@example.com')
  await db
    .insertInto('email_addresses')
    .values({ person_id: written.personId, key: 'boss@corp.example', address: 'boss@corp.example' })
    .execute()
  const page = await logIn(written.browser, await site.send(written.browser, SCOPE), written.user)
  t.equal(page.statusCode, 403, 'an address that is only written down lets nobody in')
})

t.test('a domain’s address that is lost, and a membership that ends, end the logins at that API at once', async (t) => {
  await close({ domains: ['corp.example'] })
  const carl = await someone('carl@corp.example')
  const tokens = await carl.signIn()
  await feed.follow()
  await db.deleteFrom('email_addresses').where('person_id', '=', carl.personId).execute()
  await ended(t, tokens)

  await close('invitation')
  const dora = await someone('dora@example.com')
  await dora.invite()
  const invited = await dora.signIn()
  const refreshed = (await site.refresh(invited.refresh_token)).json()
  t.match(refreshed, { access_token: /./ }, 'a member goes on')
  await feed.follow()
  await uninvite(dora.personId)
  await ended(t, { ...invited, ...refreshed })
  await dora.invite()
  t.match((await site.refresh(refreshed.refresh_token)).json(), { error: 'invalid_grant' }, 'no login comes back')
  t.match(await dora.signIn(), { access_token: /./ })
})

t.test('whoever is there when an API is closed stays out unless invited; at an open API nothing ends', async (t) => {
  await close()
  const [emil, fritz] = [await someone('emil@example.com'), await someone('fritz@example.com')]
  await fritz.invite()
  const [out, stays] = [await emil.signIn(), await fritz.signIn()]
  await uninvite(fritz.personId)
  t.match(stays, { access_token: /./ })
  const open = await site.refresh(stays.refresh_token)
  t.equal(open.statusCode, 200, 'the API is open')
  await fritz.invite()
  await feed.follow()
  await close('invitation')
  await ended(t, out)
  t.equal((await site.refresh(open.json().refresh_token)).statusCode, 200)
})

t.test('a code of somebody who is uninvited meanwhile opens nothing, however they race', async (t) => {
  await close('invitation')
  const gina = await someone('gina@example.com')
  await gina.invite()
  await gina.signIn()
  const waiting = answerOf(await site.send(gina.browser, SCOPE)).code
  await uninvite(gina.personId)
  t.match((await site.redeem(waiting)).json(), { error: 'invalid_grant' })

  for (let n = 0; n < 8; n++) {
    await gina.invite()
    const { code } = answerOf(await site.send(gina.browser, SCOPE))
    const [redeemed] = await Promise.all([site.redeem(code), uninvite(gina.personId)])
    t.ok([200, 400, 503].includes(redeemed.statusCode), redeemed.body)
    const standing = await db
      .selectFrom('refresh_families')
      .where('person_id', '=', gina.personId)
      .where('revoked_at', 'is', null)
      .selectAll()
      .execute()
    t.strictSame(standing, [], 'no login is left')
  }
})

t.test('an address is invited before it is anybody’s: a member from when it is proven, and not before', async (t) => {
  await close('invitation')
  const promise = { key: 'hans@example.com', address: 'hans@example.com', apiId: API.id }
  const promised = await db.transaction().execute((trx) => insertMemberByAddress(trx, promise))
  t.match(promised, { personId: null, address: 'hans@example.com' })
  t.equal(await db.transaction().execute((trx) => insertMemberByAddress(trx, promise)), undefined, 'once')
  const hans = await someone('hans@example.com')
  const member = await db.selectFrom('memberships').where('person_id', '=', hans.personId).selectAll().execute()
  t.match(member, [{ id: promised?.id, address: null, email_key: null }])
  t.match(await hans.signIn(), { access_token: /./ })
  const events = await db.selectFrom('audit_events').where('type', '=', 'membership').selectAll().execute()
  t.match(events, [{ outcome: 'begun', api_id: API.id, by_command: false }])
})

t.test('guests go on at an API that admits guests; an account of theirs is invited or not', async (t) => {
  await admitGuests(server)
  const device = await Device.create(app)
  const { sub } = (await device.register()).json()
  await defineApi(db, { ...GUEST_API, signUp: 'invitation' }, OPERATOR)
  const tokens = (await device.tokens()).json()
  t.match(tokens, { access_token: /./ })
  await feed.follow()
  await db.updateTable('people').set({ kind: 'member' }).where('id', '=', sub).execute()
  t.match(await feed.follow(), [{}], 'whoever becomes an account has to be invited')
})
