// What is stored about a person can be handed out and forgotten, whole: every table says how, and none is left out.
import type { LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import t from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { type AnyDeclaration, exportsOf } from '../../src/store/declaration.ts'
import { erasePerson, exportPerson } from '../../src/store/person.ts'
import { TABLES } from '../../src/store/tables/index.ts'
import { Browser } from '../support/browser.ts'
import { postForm } from '../support/clients.ts'
import { untilBlocked } from '../support/database.ts'
import { feedReader } from '../support/feed.ts'
import { addBelongings, tracesOf } from '../support/people.ts'
import {
  answerOf,
  authorizeUrl,
  logIn,
  obtainTokens,
  pkcePair,
  REDIRECT_URI,
  redeem,
  refresh,
} from '../support/phone.ts'
import { APP, type TestServer, testServer, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { Website } from '../support/website.ts'

type User = typeof USER

const DECLARED: readonly (readonly [string, AnyDeclaration])[] = Object.entries(TABLES)

async function openWebsite(server: TestServer): Promise<Website> {
  const untrusted = {
    ...server,
    register: (application = {}, more = {}) => server.register(application, { trusted: false, ...more }),
  }
  return Website.open(untrusted, { backchannelLogoutUri: 'https://news.example.com/logged-out' })
}

/** A person who has done all that leaves rows. Returns the tokens of a login that stands. */
async function leaveTraces({ app }: TestServer, site: Website, user: User) {
  const hint = { login_hint: user.email }
  const tokens = await site.signIn({ ...hint, scope: 'openid email' }, new Browser(app), user)
  // one signs out, and the notice has not arrived yet
  const leaving = new Browser(app)
  const { id_token } = await site.signIn({}, leaving, user)
  await leaving.open(`/logout?id_token_hint=${id_token}`)
  // a code that nobody redeems, a visit that nobody finishes, for her by address or by token, and a push nobody opens
  const { challenge } = pkcePair()
  const browser = new Browser(app)
  await logIn(browser, await browser.open(authorizeUrl(challenge)), user)
  await new Browser(app).open(authorizeUrl(challenge, hint))
  await new Browser(app).open(site.authorizeUrl({ id_token_hint: tokens.id_token }))
  const pushed = { response_type: 'code', client_id: APP.clientId, redirect_uri: REDIRECT_URI, ...hint }
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
  if ((await postForm(app, '/par', { ...pushed, ...pkce })).statusCode !== 201) throw new Error('nothing was pushed')
  return tokens
}

async function newcomer({ db, config }: TestServer, email: string) {
  const user = { email, password: USER.password }
  const personId = await createAccount(db, config.passwordPepper, user)
  if (personId === undefined) throw new Error('the address is taken')
  return { user, personId }
}

t.test('a copy has all that is stored about a person, and no secret', async (t) => {
  const server = await testServer(t)
  const site = await openWebsite(server)
  await leaveTraces(server, site, USER)
  await addBelongings(server, server.personId)
  const { user: other, personId: otherId } = await newcomer(server, 'bob@example.com')
  await leaveTraces(server, site, other)
  await addBelongings(server, otherId)

  const copy = await exportPerson(server.db, server.personId)
  t.ok(copy)
  const exported = Object.entries(copy ?? {}).flatMap(([table, rows]) => (rows.length > 0 ? [table] : []))
  const due = DECLARED.flatMap(([table, declaration]) => (exportsOf(declaration).length > 0 ? [table] : []))
  t.strictSame(exported.sort(), due.sort(), 'the test has filled every table that can hold such rows')
  const nobody = DECLARED.flatMap(([table, { people }]) => ('nobody' in people ? [table] : []))
  const traces = await tracesOf(server.db, server.personId, USER.email)
  t.strictSame(
    traces.filter((table) => nobody.includes(table)),
    [],
    'and tables about nobody are about nobody',
  )
  t.match(copy, {
    people: [{ id: server.personId }],
    email_addresses: [{ address: USER.email }],
    sessions: { length: 2 },
  })
  const text = JSON.stringify(copy)
  t.notMatch(text, otherId, "nobody else's")
  t.notMatch(text, other.email)
  t.notMatch(text, /\$2[ab]\$|_hash"|"sealed/, 'no secret')
  t.equal(await exportPerson(server.db, 'usr_nobody'), undefined)
})

t.test('an erasure leaves no trace of a person, and everybody else as they were', async (t) => {
  const server = await testServer(t)
  const { db, app, personId } = server
  const site = await openWebsite(server)
  const tokens = await leaveTraces(server, site, USER)
  await addBelongings(server, personId)
  const phone = await obtainTokens(app)
  const { user: other, personId: otherId } = await newcomer(server, 'bob@example.com')
  const others = await leaveTraces(server, site, other)
  await addBelongings(server, otherId)
  const before = await exportPerson(db, otherId)
  const { follow } = await feedReader(server)
  await follow()
  t.ok((await tracesOf(db, personId, USER.email)).length >= 8)

  t.equal(await erasePerson(db, personId), true)
  t.strictSame(await tracesOf(db, personId, USER.email), [])
  t.strictSame(await exportPerson(db, otherId), before)
  const ended = (await follow()).map(({ grant_id }) => grant_id)
  for (const token of [phone.refresh_token, tokens.refresh_token])
    t.ok(ended.includes(token.split('.')[0]), 'gateways hear of a login that ended')
  t.match((await refresh(app, phone.refresh_token)).json(), { error: 'invalid_grant' })
  t.equal((await site.userinfo(tokens.access_token)).statusCode, 401)
  t.equal((await site.refresh(others.refresh_token)).statusCode, 200)

  t.equal(await erasePerson(db, personId), false, 'who is not there cannot be erased')
  t.equal(await exportPerson(db, personId), undefined)
  t.type(await createAccount(db, server.config.passwordPepper, USER), 'string', 'the address is free')
})

interface Act {
  /** Brings a person to the point before the act; returns the act. */
  readonly prepare: (server: TestServer, site: Website, user: User) => Promise<() => Promise<LightMyRequestResponse>>
  readonly status: number
}
const ACTS: Readonly<Record<string, Act>> = {
  'sign in': {
    prepare: async ({ app }, _site, user) => {
      const browser = new Browser(app)
      const page = await browser.open(authorizeUrl(pkcePair().challenge))
      return () => logIn(browser, page, user)
    },
    // It is begun anew (begun-anew.ts), and nobody has this account: the words for a wrong password.
    status: 422,
  },
  'allow an app something': {
    prepare: async ({ app }, site, user) => {
      const browser = new Browser(app)
      const page = await logIn(browser, await site.send(browser), user)
      return () => browser.submit(page, '/consent')
    },
    status: 404,
  },
  'get a code by their session': {
    prepare: async ({ app }, _site, user) => {
      const browser = new Browser(app)
      const ask = authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI })
      await logIn(browser, await browser.open(ask), user)
      return () => browser.open(ask)
    },
    // Its statement is asked once more (batches.ts), and there is no session: the page to sign in.
    status: 200,
  },
  'redeem a code': {
    prepare: async ({ app }, _site, user) => {
      const browser = new Browser(app)
      const { verifier, challenge } = pkcePair()
      const { code = '' } = answerOf(await logIn(browser, await browser.open(authorizeUrl(challenge)), user))
      return () => redeem(app, code, verifier)
    },
    status: 400,
  },
  refresh: {
    prepare: async ({ app }, site, user) => {
      const { refresh_token } = await site.signIn({}, new Browser(app), user)
      return () => site.refresh(refresh_token)
    },
    status: 400,
  },
}
t.test(
  'what people do while they are erased waits, fails without a fault of the server, and leaves nothing',
  async (t) => {
    const server = await testServer(t)
    const { db } = server
    const site = await openWebsite(server)
    for (const [index, [name, { prepare, status }]] of Object.entries(ACTS).entries()) {
      const { user, personId } = await newcomer(server, `person-${index}@example.com`)
      const act = await prepare(server, site, user)
      const [erased, answer] = await db
        .transaction()
        .execute(async (trx) => {
          // The erasure stops before `outbox`, and holds its rows of all tables that come before that in TABLES.
          await sql`lock table outbox in access exclusive mode`.execute(trx)
          const erasing = erasePerson(db, personId)
          await untilBlocked(db)
          const acting = act()
          await untilBlocked(db, 2)
          return [erasing, acting] as const
        })
        .then((both) => Promise.all(both))
      t.equal(erased, true, name)
      t.equal(answer.statusCode, status, name)
      t.strictSame(await tracesOf(db, personId, user.email), [], name)
    }
  },
)

t.test('rows that have to stay lose who it was', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  await sql`create table events (id int, actor text, what text)`.execute(db)
  await sql`insert into events values (1, ${personId}, 'sign-in'), (2, 'usr_other', 'sign-in')`.execute(db)
  const events: AnyDeclaration = {
    purpose: 'What happened.',
    lifetime: { kept: 'For this test.' },
    people: {
      exported: { rows: 'actor', columns: { id: 'internal', actor: 'owner', what: 'exported' } },
      erased: { rows: 'actor', anonymous: { actor: null }, because: 'What happened has happened.' },
    },
  }
  const tables = { events, ...TABLES }
  t.match(await exportPerson(db, personId, { tables }), { events: [{ what: 'sign-in' }] })
  await erasePerson(db, personId, { tables })
  const { rows } = await sql`select * from events order by id`.execute(db)
  t.strictSame(rows, [
    { id: 1, actor: null, what: 'sign-in' },
    { id: 2, actor: 'usr_other', what: 'sign-in' },
  ])
})

t.test('a row about two people is exported for each and erased for each, as the table says', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const { personId: otherId } = await newcomer(server, 'bob@example.com')
  await sql`create table introductions (id int, inviter text, guest text, note text)`.execute(db)
  await sql`insert into introductions values (1, ${personId}, ${otherId}, 'come'), (2, ${otherId}, ${personId}, 'join'),
    (3, 'usr_x', 'usr_y', 'both')`.execute(db)
  const introductions: AnyDeclaration = {
    purpose: 'Who invited whom.',
    lifetime: { kept: 'For this test.' },
    people: {
      exported: [
        { rows: 'inviter', columns: { id: 'exported', inviter: 'owner', guest: 'exported', note: 'exported' } },
        { rows: 'guest', columns: { id: 'exported', inviter: 'exported', guest: 'owner', note: 'internal' } },
      ],
      erased: [
        { deleted: 'inviter' },
        { rows: 'guest', anonymous: { guest: null }, because: 'Who invited them keeps it.' },
      ],
    },
  }
  const tables = { introductions, ...TABLES }
  t.strictSame((await exportPerson(db, personId, { tables }))?.introductions, [
    { id: 1, guest: otherId, note: 'come' },
    { id: 2, inviter: otherId },
  ])
  await erasePerson(db, personId, { tables })
  const { rows } = await sql`select * from introductions order by id`.execute(db)
  t.strictSame(rows, [
    { id: 2, inviter: otherId, guest: null, note: 'join' },
    { id: 3, inviter: 'usr_x', guest: 'usr_y', note: 'both' },
  ])
})

t.test('a visit that an app began for the person is found by any spelling of the address', async (t) => {
  const server = await testServer(t)
  const { app, db } = server
  const { personId } = await newcomer(server, 'jörg@müller.example')
  for (const login_hint of ['Jörg@xn--mller-kva.example', 'ｊörg@MÜLLER.example.', 'jorg@müller.example'])
    await new Browser(app).open(authorizeUrl(pkcePair().challenge, { login_hint }))
  await erasePerson(db, personId)
  const left = await db.selectFrom('authorization_requests').select('request').execute()
  t.match(left, [{ request: { loginHint: 'jorg@müller.example' } }])
  t.equal(left.length, 1)
})

t.test('an address that is only written down is part of the copy, and erases nothing by its name alone', async (t) => {
  const server = await testServer(t)
  const { app, db } = server
  const { personId, user } = await newcomer(server, 'bob@example.com')
  const written = { key: 'carol@example.com', address: 'Carol@example.com' }
  await db
    .insertInto('email_addresses')
    .values({ ...written, person_id: personId })
    .execute()
  for (const login_hint of [user.email, written.address])
    await new Browser(app).open(authorizeUrl(pkcePair().challenge, { login_hint }))
  const copy = await exportPerson(db, personId)
  t.strictSame(copy?.email_addresses?.map(({ address }) => address).sort(), [written.address, user.email].sort())
  await erasePerson(db, personId)
  t.strictSame(await tracesOf(db, user.email), [], 'the proven one leads to what is kept under it')
  t.strictSame(await tracesOf(db, written.address), ['authorization_requests'], 'the other may be somebody else’s')
})
