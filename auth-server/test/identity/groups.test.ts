// Groups of people: what an API keeps for some reaches no token of others, and who is taken out loses it at once.

import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { addToGroup, removeFromGroup } from '../../src/identity/groups.ts'
import { INTROSPECTION_SCOPE } from '../../src/oauth/introspect.ts'
import { Browser } from '../support/browser.ts'
import { clientCredentials, postForm, secretClient } from '../support/clients.ts'
import { feedReader } from '../support/feed.ts'
import { answerOf, authorizeUrl, logIn, obtainCode, pkcePair, redeem, refresh, type Tokens } from '../support/phone.ts'
import { API, testServer } from '../support/server.ts'

t.setTimeout(120_000)

const STAFF = 'staff'
const STOCK = 'stock:write'
const SCOPES = [...Object.keys(API.scopes), STOCK]
const ORDERS = 'orders:read orders:write'

/** The usual server, whose API keeps a scope for the people of a group and wants to hear of it. */
async function serverWithGroup(t: Test, { trusted = true } = {}) {
  const server = await testServer(t)
  const { db, personId } = server
  const scopes = { ...API.scopes, [STOCK]: { description: 'Change the stock', group: STAFF } }
  const define = (changes = {}) => defineApi(db, { ...API, scopes, tokenGroups: [STAFF], ...changes }, OPERATOR)
  await define()
  await server.register({}, { scopes: SCOPES, trusted })
  const membership = { personId, group: STAFF, source: 'operator' }
  const add = (changes = {}) => addToGroup(db, { ...membership, ...changes }, WITHOUT_REQUEST)
  const remove = (changes = {}) => removeFromGroup(db, { ...membership, ...changes }, WITHOUT_REQUEST)
  const signIn = async (scope?: string): Promise<Tokens> => {
    const { code, verifier } = await obtainCode(server.app, { scope })
    return (await redeem(server.app, code, verifier)).json()
  }
  return { ...server, define, add, remove, signIn }
}

function familyOf({ access_token }: Tokens) {
  return decodeJwt(access_token).grant_id
}

t.test('RFC 6749 §3.3: what is for a group is left out for everybody else, and scope tells', async (t) => {
  const { add, signIn } = await serverWithGroup(t)
  for (const asked of [undefined, SCOPES.join(' ')]) {
    const tokens = await signIn(asked)
    t.equal(tokens.scope, ORDERS)
    t.equal(decodeJwt(tokens.access_token).scope, ORDERS)
  }
  t.equal(await add(), true)
  t.equal((await signIn()).scope, `${ORDERS} ${STOCK}`)
  t.equal((await signIn(STOCK)).scope, STOCK)
})

t.test('who asks for nothing else is told access_denied, also with prompt=none', async (t) => {
  const { app } = await serverWithGroup(t)
  const browser = new Browser(app)
  const { challenge } = pkcePair()
  const url = authorizeUrl(challenge, { scope: STOCK, redirect_uri: 'https://shop.example.com/app/callback' })
  const done = answerOf(await logIn(browser, await browser.open(url)))
  const refused = {
    to: 'https://shop.example.com/app/callback',
    error: 'access_denied',
    error_description: 'what the app asked for is for the people of a group alone',
    state: 'a-state',
    iss: 'http://localhost:4000',
  }
  t.match(done, refused)
  t.match(answerOf(await browser.open(`${url}&prompt=none`)), refused)
})

t.test('the consent page names what is open to the person, and asks again when more is', async (t) => {
  const { app, db, add } = await serverWithGroup(t, { trusted: false })
  const browser = new Browser(app)
  const url = authorizeUrl(pkcePair().challenge, { redirect_uri: 'https://shop.example.com/app/callback' })
  const page = await logIn(browser, await browser.open(url))
  t.match(page.body, 'Place and change orders')
  t.notMatch(page.body, 'Change the stock')
  t.ok(answerOf(await browser.submit(page, '/consent')).code)
  const consents = () => db.selectFrom('consents').select('scopes').execute()
  t.strictSame(await consents(), [{ scopes: ORDERS.split(' ') }])
  t.ok(answerOf(await browser.open(url)).code, 'what is withheld does not make it ask again')
  await add()
  const again = await browser.open(url)
  t.match(again.body, 'Change the stock')
  t.ok(answerOf(await browser.submit(again, '/consent')).code)
  t.strictSame((await consents())[0]?.scopes.toSorted(), [...SCOPES].toSorted())
})

t.test('who allows what stood on an old page is shown what has come to it, and has allowed nothing yet', async (t) => {
  const { app, db, add } = await serverWithGroup(t, { trusted: false })
  const browser = new Browser(app)
  const url = authorizeUrl(pkcePair().challenge, { redirect_uri: 'https://shop.example.com/app/callback' })
  const old = await logIn(browser, await browser.open(url))
  await add()
  const page = await browser.submit(old, '/consent')
  t.match(page.body, 'Change the stock')
  t.strictSame(await db.selectFrom('consents').selectAll().execute(), [])
  await db.updateTable('api_scopes').set({ description: 'Sell the shop' }).where('name', '=', STOCK).execute()
  const worded = await browser.submit(page, '/consent')
  t.match(worded.body, 'Sell the shop')
  t.strictSame(await db.selectFrom('consents').selectAll().execute(), [])
  t.ok(answerOf(await browser.submit(worded, '/consent')).code)
})

t.test('a refresh narrows, and widens again to what was allowed; between code and tokens as well', async (t) => {
  const { app, add, remove, signIn } = await serverWithGroup(t)
  await add()
  const first = await signIn()
  await remove()
  const narrowed = (await refresh(app, first.refresh_token)).json()
  t.equal(narrowed.scope, ORDERS)
  const { scope, groups } = decodeJwt(narrowed.access_token)
  t.strictSame({ scope, groups }, { scope: ORDERS, groups: undefined })
  t.equal((await refresh(app, narrowed.refresh_token, { scope: STOCK })).json().scope, '')
  await add()
  const { code, verifier } = await obtainCode(app)
  await remove()
  t.equal((await redeem(app, code, verifier)).json().scope, ORDERS)
})

t.test('RFC 9068 §2.2.3.1: tokens name the groups that their API wants to hear of, and no others', async (t) => {
  const { define, add, signIn, db } = await serverWithGroup(t)
  const groupsOf = async () => decodeJwt((await signIn()).access_token).groups
  t.equal(await groupsOf(), undefined)
  await define({ tokenGroups: [STAFF, 'night-shift', 'testers'] })
  for (const group of ['testers', STAFF, 'private'])
    await db
      .insertInto('groups')
      .values({ name: group })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  for (const group of ['testers', STAFF, 'private']) t.equal(await add({ group }), true)
  t.equal(await add({ source: 'https://idp.example.com' }), true, 'named once, whoever says so')
  t.strictSame(await groupsOf(), [STAFF, 'testers'])
  await define({ tokenGroups: [] })
  t.equal(await groupsOf(), undefined)
})

t.test('a machine is in no group', async (t) => {
  const server = await serverWithGroup(t)
  const { headers } = await secretClient(server, { clientId: 'machine' }, { scopes: SCOPES })
  t.equal((await clientCredentials(server.app, headers)).json().scope, ORDERS)
  const refused = await clientCredentials(server.app, headers, { scope: STOCK })
  t.equal(refused.statusCode, 400)
  t.match(refused.json(), { error: 'invalid_scope', error_description: /orders:read orders:write$/ })
})

t.test('introspection tells what is left of a token', async (t) => {
  const server = await serverWithGroup(t)
  const { app, db, define, add, remove, signIn } = server
  await define({
    scopes: { ...API.scopes, [STOCK]: { description: '', group: STAFF }, [INTROSPECTION_SCOPE]: 'Ask' },
  })
  const backend = await secretClient(server, { clientId: 'backend' }, { scopes: [INTROSPECTION_SCOPE] })
  await add()
  const { access_token, refresh_token } = await signIn()
  const ask = async (token: string) => (await postForm(app, '/introspect', { token }, backend.headers)).json()
  t.match(await ask(access_token), { active: true, scope: `${ORDERS} ${STOCK}`, groups: [STAFF] })
  await remove()
  const left = await ask(access_token)
  t.match(left, { active: true, scope: ORDERS })
  t.strictSame(left.groups, [])
  t.strictSame(await ask(refresh_token), { active: false }, "another's refresh token is none of its business")
  t.equal((await db.selectFrom('refresh_families').select('revoked_at').executeTakeFirst())?.revoked_at, null)
})

t.test('taken out: gateways hear of the families concerned, up to now, once, and of no others', async (t) => {
  const server = await serverWithGroup(t)
  const { db, define, add, remove, signIn } = server
  const { follow } = await feedReader(server)
  await add()
  await add({ source: 'https://idp.example.com' })
  await define({ tokenGroups: [] })
  const [all, only] = [await signIn(), await signIn(ORDERS)]
  await follow()
  t.equal(await remove(), true)
  t.strictSame(await follow(), [], 'another source still says so')
  t.equal(await remove(), false)
  t.equal(await remove({ source: 'https://idp.example.com' }), true)
  const events = await follow()
  const { iat = 0 } = decodeJwt(all.access_token)
  t.match(events, [{ type: 'grant', grant_id: familyOf(all) }])
  const until = events[0]?.issued_until ?? 0
  t.ok(iat <= until && until <= Math.floor(Date.now() / 1000) + 3)
  t.not(events[0]?.grant_id, familyOf(only))
  t.strictSame(await follow(), [])

  await define({ tokenGroups: [STAFF] })
  await add()
  await db.deleteFrom('group_members').execute()
  t.strictSame(
    new Set((await follow()).map(({ grant_id }) => grant_id)),
    new Set([all, only].map(familyOf)),
    'whose tokens name the group, too; also when it is done by hand',
  )
})

t.test('a scope that begins to be for a group: those outside it lose it', async (t) => {
  const server = await serverWithGroup(t)
  const { db, define, add, remove, signIn, app } = server
  const { follow } = await feedReader(server)
  await define({ scopes: { ...API.scopes, [STOCK]: 'Change the stock' } })
  const outside = await signIn()
  t.equal(outside.scope, `${ORDERS} ${STOCK}`)
  await add()
  await define()
  t.strictSame(await follow(), [], 'who is in it loses nothing')
  await define({ scopes: { ...API.scopes, [STOCK]: 'Change the stock' } })
  await remove()
  await follow()
  await define()
  t.match(await follow(), [{ type: 'grant', grant_id: familyOf(outside), issued_until: Number }])
  t.equal((await refresh(app, outside.refresh_token)).json().scope, ORDERS)
  await t.rejects(db.deleteFrom('groups').execute(), /violates foreign key/, 'and no deletion opens it again')
})

t.test('tokens that are issued while a person is taken out say nothing more, or gateways hear of them', async (t) => {
  const server = await serverWithGroup(t)
  const { app, add, remove, signIn } = server
  const { follow } = await feedReader(server)
  for (let round = 0; round < 12; round += 1) {
    await add()
    const { code, verifier } = await obtainCode(app)
    const old = await signIn()
    const [redeemed, refreshed] = await Promise.all([
      redeem(app, code, verifier),
      refresh(app, old.refresh_token),
      remove(),
    ])
    const events = await follow()
    for (const tokens of [redeemed.json(), refreshed.json()]) {
      const { scope, iat = 0, grant_id } = decodeJwt(tokens.access_token)
      const told = events.some((event) => event.grant_id === grant_id && (event.issued_until ?? 0) >= iat)
      t.ok(told || scope === ORDERS, `round ${round}: ${scope}`)
    }
  }
})

t.test('who is put in or taken out is in the audit log; who is in already, or not there, is not', async (t) => {
  const { db, add, remove } = await serverWithGroup(t)
  const done = [await add(), await add(), await remove(), await remove()]
  t.strictSame(done, [true, false, true, false])
  for (const changes of [{ group: 'nowhere' }, { personId: 'usr_nobody' }]) t.equal(await add(changes), false)
  const events = await db
    .selectFrom('audit_events')
    .where('type', '=', 'group')
    .select('outcome')
    .orderBy('seq')
    .execute()
  t.strictSame(
    events.map(({ outcome }) => outcome),
    ['added', 'removed'],
  )
})
