// The upgrade from users to people, on a database full of what the release before it wrote: nobody notices, and all that ends a login still does.
import { sql } from 'kysely'
import t from 'tap'
import { sealPassword } from '../../src/identity/password.ts'
import { migrate } from '../../src/store/migrate.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { Browser } from '../support/browser.ts'
import { feedReader } from '../support/feed.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, redeem, refresh } from '../support/phone.ts'
import { OLD_CLIENT, OLD_PASSWORD, type OldPerson, release0010 } from '../support/release-0010.ts'
import { type TestServer, testServer } from '../support/server.ts'

type Old = Awaited<ReturnType<typeof release0010>>

/** Migrates, and starts today's server on it. */
async function upgraded(t: Parameters<typeof testServer>[0], { db, secrets }: Old): Promise<TestServer> {
  t.equal((await migrate(db)).applied[0], '0011_people')
  const { rows } = await sql<{ url: string }>`select current_database() as url`.execute(db)
  const url = new URL(process.env.TEST_DATABASE_URL ?? '')
  url.pathname = `/${rows[0]?.url}`
  return testServer(t, { ...secrets, DATABASE_URL: url.href })
}

/** What an attempt to sign in ends in. */
async function signInAs({ app }: TestServer, email: string, password = OLD_PASSWORD) {
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge, { ...OLD_CLIENT, scope: 'read' }))
  return answerOf(await logIn(browser, page, { email, password }))
}

t.test('who had an account goes on: password, session, refresh token, code, consent, address', async (t) => {
  const old = await release0010(t)
  const grace = await old.addPerson('grace', { email: 'Grace@Example.com' })
  const ada = await old.addPerson('verified', { emailVerified: true })
  await sql`insert into users (id, email, email_key) values ('usr_none', 'none@example.com', 'none@example.com')`.execute(
    old.db,
  )
  await old.addNotice(grace)
  const server = await upgraded(t, old)
  const { app, db } = server

  t.match(
    await signInAs(server, 'grace@example.COM'),
    { to: OLD_CLIENT.redirect_uri, code: /./ },
    'without asking for consent again',
  )
  t.match(await signInAs(server, grace.email, 'another password'), { status: 422 })
  t.match(await signInAs(server, 'none@example.com'), { status: 422 })

  const browser = new Browser(app)
  browser.cookies.set('mobile-gateway-4000-session', ada.sessionToken)
  const page = await browser.open(authorizeUrl(pkcePair().challenge, { ...OLD_CLIENT, scope: 'read' }))
  t.match(page.body, /Continue as verified@example\.com/)
  t.match(answerOf(await browser.submit(page, '/continue')), { code: /./ })

  for (const [person, email_verified] of [
    [grace, false],
    [ada, true],
  ] as const) {
    t.match((await redeem(app, person.code, person.verifier, OLD_CLIENT)).json(), { scope: 'read' })
    const { access_token, refresh_token } = (await refresh(app, person.refreshToken, OLD_CLIENT)).json()
    t.ok(refresh_token)
    const userinfo = await app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${access_token}` } })
    t.strictSame(userinfo.json(), { sub: person.id, email: person.email, email_verified })
  }
  const [notice] = await db.selectFrom('outbox').select(['person_id', 'payload']).execute()
  t.strictSame(notice, { person_id: grace.id, payload: { sessionId: grace.sessionId } })
})

t.test('visits that were under way go on where they were', async (t) => {
  const old = await release0010(t)
  const grace = await old.addPerson('grace')
  const mine = { sessionId: grace.sessionId }
  const signedIn = { ...mine, signIn: 'a sign-in', personConfirmed: true }
  const scopes = { scopes: ['read', 'write'] }
  const begun = await old.addVisit({}, grace)
  const nobody = await old.addVisit({})
  const done = await old.addVisit(signedIn, grace)
  const continued = await old.addVisit({ ...mine, personConfirmed: true }, grace)
  const heidi = await old.addPerson('heidi')
  const consented = await old.addVisit(
    { sessionId: heidi.sessionId, personConfirmed: true, scopesConfirmed: true, request: scopes },
    heidi,
  )
  const unasked = await old.addVisit({ ...signedIn, request: scopes }, grace)
  const elsewhere = await old.addVisit({ sessionId: 'x', signIn: 'y', personConfirmed: true }, grace)
  const again = await old.addVisit({ loginAgain: true, request: { prompts: ['login'] } }, grace)
  const asked = await old.addVisit({ ...signedIn, request: { prompts: ['login'] } }, grace)
  const switched = await old.addVisit({ loginAgain: true }, grace)
  const denied = await old.addVisit({ ...signedIn, denied: true }, grace)
  const expected = await old.addVisit({ ...signedIn, request: { expectedUserId: grace.id } }, grace)
  const stranger = await old.addVisit({ ...signedIn, request: { expectedUserId: 'usr_other' } }, grace)
  const { app } = await upgraded(t, old)

  const at = (step: string) => ({ status: 303, to: new RegExp(`^/interaction/[^/]+/${step}$`) })
  const code = { status: 303, to: OLD_CLIENT.redirect_uri, code: /./, state: 's' }
  for (const [name, { id, cookies }, answer] of [
    ['begun', begun, at('continue')],
    ['nobody signed in', nobody, at('login')],
    ['signed in', done, code],
    ['continued', continued, code],
    ['consented', consented, code],
    ['more to allow', unasked, at('consent')],
    ['by another session', elsewhere, at('continue')],
    ['prompt=login', again, at('login')],
    ['prompt=login, done', asked, code],
    ['another account', switched, at('login')],
    ['denied', denied, { to: OLD_CLIENT.redirect_uri, error: 'access_denied' }],
    ['expected', expected, code],
    ['somebody else expected', stranger, { to: OLD_CLIENT.redirect_uri, error: 'login_required' }],
  ] as const) {
    const browser = new Browser(app)
    for (const [cookie, value] of cookies) browser.cookies.set(cookie, value)
    t.match(answerOf(await browser.request('GET', `/authorize/resume/${id}`)), answer, name)
  }
})

type Ending = readonly [string, (server: TestServer, person: OldPerson) => Promise<unknown>]
const ENDINGS: readonly Ending[] = [
  [
    'suspended',
    ({ db }, { id }) => db.updateTable('people').set({ status: 'suspended' }).where('id', '=', id).execute(),
  ],
  [
    'a new password',
    async ({ db, config }, { id }) =>
      replacePassword(db, id, await sealPassword(config.passwordPepper, 'a new passphrase')),
  ],
  [
    'the epoch raised',
    ({ db }, { id }) =>
      db.updateTable('people').set({ auth_epoch: sql`auth_epoch + 1` }).where('id', '=', id).execute(),
  ],
  ['deleted', ({ db }, { id }) => db.deleteFrom('people').where('id', '=', id).execute()],
]

t.test('what ends a login of before the upgrade: gateways hear of it, and nothing of it opens anything', async (t) => {
  const old = await release0010(t)
  const people = await Promise.all(ENDINGS.map((_ending, index) => old.addPerson(`person-${index}`)))
  const bystander = await old.addPerson('bystander')
  const server = await upgraded(t, old)
  const { app } = server
  const { follow } = await feedReader(server)
  await follow()
  for (const [index, [name, end]] of ENDINGS.entries()) {
    const person = people[index] ?? bystander
    await end(server, person)
    t.match(await follow(), [{ type: 'grant', grant_id: person.familyId }], name)
    t.match((await refresh(app, person.refreshToken, OLD_CLIENT)).json(), { error: 'invalid_grant' }, name)
    t.match((await redeem(app, person.code, person.verifier, OLD_CLIENT)).json(), { error: 'invalid_grant' }, name)
    const browser = new Browser(app)
    browser.cookies.set('mobile-gateway-4000-session', person.sessionToken)
    const page = await browser.open(authorizeUrl(pkcePair().challenge, { ...OLD_CLIENT, scope: 'read' }))
    t.match(page.body, /<h1>Sign in<\/h1>/, name)
    if (name !== 'the epoch raised') t.match(await signInAs(server, person.email), { status: 422 }, name)
  }
  t.equal((await refresh(app, bystander.refreshToken, OLD_CLIENT)).statusCode, 200, 'nobody else is concerned')
  t.strictSame(await follow(), [])
})

t.test('a login whose epoch ends while its old code is redeemed is not born', async (t) => {
  const old = await release0010(t)
  const grace = await old.addPerson('grace')
  const server = await upgraded(t, old)
  await sql`insert into refresh_families select (jsonb_populate_record(family, jsonb_build_object('id', 'grant_x'))).*
            from refresh_families family`.execute(server.db)
  const late = sql`insert into refresh_families select (jsonb_populate_record(family,
    jsonb_build_object('id', 'grant_y', 'auth_epoch', 0))).* from refresh_families family where person_id = ${grace.id}
    limit 1`
  await t.rejects(late.execute(server.db), /the login ended while its tokens were issued/)
})
