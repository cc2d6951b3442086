// Administration of people by function: each is felt at the feed that gateways follow, and told in the audit log with who did it.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { readMailToken } from '../../src/crypto/mail-proof.ts'
import { PASSWORD_ACR } from '../../src/identity/acr.ts'
import { type Authority, OPERATOR } from '../../src/identity/administration/authority.ts'
import { deletePerson, erasePersonAtOnce } from '../../src/identity/administration/deletion.ts'
import { removeSecondFactors } from '../../src/identity/administration/factors.ts'
import {
  endLogins,
  forcePasswordReset,
  restorePerson,
  suspendPerson,
} from '../../src/identity/administration/people.ts'
import { readPerson, searchPeople } from '../../src/identity/administration/reading.ts'
import { giveRole, takeRole } from '../../src/identity/administration/role-changes.ts'
import { deleteAccount, keepAccount } from '../../src/identity/deletion.ts'
import type { Db } from '../../src/store/database.ts'
import { administrator, newPerson, openSessionOf } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { feedReader } from '../support/feed.ts'
import { openMailbox } from '../support/mailbox.ts'
import { authorizeUrl, logIn, obtainCode, obtainTokens, pkcePair, redeem, refresh } from '../support/phone.ts'
import { API, type TestServer, testServer, USER } from '../support/server.ts'

const ADMINISTRATOR = { role: 'administrator' } as const

/** The last events of the audit log, the newest first, people by their ids. */
function told(db: Db, limit: number) {
  return db
    .selectFrom('audit_events as event')
    .leftJoin('people as person', 'person.pseudonym', 'event.person')
    .leftJoin('people as actor', 'actor.pseudonym', 'event.actor')
    .orderBy('event.seq', 'desc')
    .limit(limit)
    .select([
      sql<string>`event.type || ' ' || outcome`.as('what'),
      'person.id as person',
      'actor.id as actor',
      'event.request_id as request',
      'event.by_command as byCommand',
    ])
    .execute()
}

async function grantOf(tokens: { readonly refresh_token: string }): Promise<string> {
  return tokens.refresh_token.split('.')[0] ?? ''
}

const ENDINGS = {
  'account suspended': suspendPerson,
  'account reset-forced': forcePasswordReset,
  'account logins-ended': endLogins,
} as const

for (const [event, end] of Object.entries(ENDINGS))
  t.test(
    `${event}: the gateway hears of each login, apps and browsers have to sign in again, and who did it is told`,
    async (t) => {
      const server = await testServer(t)
      const { app, db, personId } = server
      const { follow } = await feedReader(server)
      const by = await administrator(server)
      const { browser, code, verifier } = await obtainCode(app)
      const tokens = (await redeem(app, code, verifier)).json()
      await follow()
      t.equal(await end(db, by, personId), 'done')
      t.match(await follow(), [{ type: 'grant', grant_id: await grantOf(tokens) }])
      t.match((await refresh(app, tokens.refresh_token)).json(), { error: 'invalid_grant' })
      t.match(
        (await browser.open(authorizeUrl(pkcePair().challenge, { prompt: 'none' }))).headers.location,
        /login_required/,
      )
      t.strictSame(await told(db, 1), [
        { what: event, person: personId, actor: by.personId, request: 'request of root@example.com', byCommand: false },
      ])
      t.equal(await end(db, OPERATOR, personId), event === 'account suspended' ? 'unchanged' : 'done')
      if (event !== 'account suspended')
        t.match(await told(db, 1), [{ what: event, person: personId, actor: null, request: null, byCommand: true }])
      t.equal(await end(db, by, 'usr_nobody'), 'unchanged')
    },
  )

t.test('who is suspended signs in no more; restored they do, and nothing from before comes back', async (t) => {
  const server = await testServer(t)
  const { app, db, personId } = server
  const by = await administrator(server)
  const { refresh_token } = await obtainTokens(app)
  await suspendPerson(db, by, personId)
  const browser = new Browser(app)
  t.equal((await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)))).statusCode, 422)
  t.equal(await restorePerson(db, by, personId), 'done')
  t.equal(await restorePerson(db, by, personId), 'unchanged')
  t.match(await told(db, 1), [{ what: 'account restored', person: personId, actor: by.personId }])
  t.equal((await refresh(app, refresh_token)).statusCode, 400)
  t.match(await obtainTokens(app), { access_token: /./ })
})

t.test(
  'somebody who is leaving is suspended, too: no link makes them active again, and nothing is erased',
  async (t) => {
    const box = await openMailbox(t)
    const server = await testServer(t, box.environment)
    const { db, personId, config } = server
    const by = await administrator(server)
    await deleteAccount(db, { personId, language: 'en' }, WITHOUT_REQUEST)
    const [mail] = await box.deliver(server)
    const challenge = readMailToken(config.cookieSecrets, mail?.link.split('/').at(-1) ?? '') ?? ''
    const person = () => db.selectFrom('people').where('id', '=', personId).select(['status', 'erase_after']).execute()
    t.equal(await suspendPerson(db, by, personId), 'done')
    t.equal(await keepAccount(db, challenge, WITHOUT_REQUEST), false)
    t.match(await person(), [{ status: 'suspended', erase_after: null }])
    t.equal(await restorePerson(db, by, personId), 'done')
    t.match(await person(), [{ status: 'active', erase_after: null }])
  },
)

t.test('a forced reset is noted, and goes with the next password alone', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const noted = async () =>
    (
      await db
        .selectFrom('people')
        .where('id', '=', personId)
        .select('password_reset_required_at as at')
        .executeTakeFirstOrThrow()
    ).at
  await forcePasswordReset(db, OPERATOR, personId)
  const at = await noted()
  t.ok(at)
  await endLogins(db, OPERATOR, personId)
  t.strictSame(await noted(), at)
})

/** Whatever an app was given at such a moment, the feed names it or it was never given. */
async function expectAllEnded(
  t: Test,
  server: TestServer,
  events: readonly { grant_id?: string }[],
  grants: readonly string[],
) {
  const ended = new Set(events.map(({ grant_id }) => grant_id))
  for (const grant of grants) t.ok(ended.has(grant), 'the gateway was told')
  const live = await server.db
    .selectFrom('refresh_families as family')
    .innerJoin('people as person', 'person.id', 'family.person_id')
    .where('person.id', '=', server.personId)
    .whereRef('family.auth_epoch', '=', 'person.auth_epoch')
    .where('person.status', '=', 'active')
    .select('family.id')
    .execute()
  t.strictSame(live, [])
}
t.test('suspending races with refreshes, codes and sign-ins: nothing that they gave outlives it', async (t) => {
  const server = await testServer(t, { VISITS_PER_MINUTE: '0' })
  const { app, db, personId } = server
  const { follow } = await feedReader(server)
  const by = await administrator(server)
  for (let round = 0; round < 5; round++) {
    const logins = await Promise.all([obtainTokens(app), obtainTokens(app)])
    const codes = await Promise.all([obtainCode(app), obtainCode(app)])
    const browsers = await Promise.all(
      [0, 1].map(async () => {
        const browser = new Browser(app)
        return { browser, page: await browser.open(authorizeUrl(pkcePair().challenge)) }
      }),
    )
    await follow()
    const [outcome, answers, pages] = await Promise.all([
      suspendPerson(db, by, personId),
      Promise.all([
        ...logins.map(({ refresh_token }) => refresh(app, refresh_token)),
        ...codes.map(({ code, verifier }) => redeem(app, code, verifier)),
      ]),
      // 200 is the login page again, where a session began and ended before its next page
      Promise.all(browsers.map(({ browser, page }) => logIn(browser, page))),
    ])
    t.equal(outcome, 'done')
    for (const { statusCode } of answers) t.ok([200, 400].includes(statusCode), `${statusCode}`)
    for (const { statusCode } of pages) t.ok([200, 303, 422].includes(statusCode), `${statusCode}`)
    const given = answers.flatMap((answer) => (answer.statusCode === 200 ? [String(answer.json().refresh_token)] : []))
    const grants = [...logins.map(({ refresh_token }) => refresh_token), ...given].map(
      (token) => token.split('.')[0] ?? '',
    )
    await expectAllEnded(t, server, await follow(), grants)
    for (const token of given) t.equal((await refresh(app, token)).statusCode, 400)
    for (const { browser } of browsers)
      t.match(
        (await browser.open(authorizeUrl(pkcePair().challenge, { prompt: 'none' }))).headers.location,
        /login_required/,
      )
    await restorePerson(db, by, personId)
    for (const token of given) t.equal((await refresh(app, token)).statusCode, 400, 'nor does it come back')
  }
})

t.test('the last administrator cannot remove themselves, in whatever way; an operator can', async (t) => {
  const server = await testServer(t)
  const { db } = server
  const by = await administrator(server)
  const { personId } = by
  const ways: Readonly<Record<string, (by: Authority) => Promise<string>>> = {
    suspend: (by) => suspendPerson(db, by, personId),
    take: (by) => takeRole(db, by, personId, ADMINISTRATOR),
    delete: (by) => deletePerson(db, by, personId),
    erase: (by) => erasePersonAtOnce(db, undefined, by, personId),
  }
  for (const [way, remove] of Object.entries(ways)) t.equal(await remove(by), 'last administrator', way)
  t.match(await told(db, 1), [{ what: /^(?!account|deletion|role administrator-taken)/ }], 'nothing happened')
  t.equal(await suspendPerson(db, OPERATOR, personId), 'done')
})

t.test('of two administrators who put each other out of use at once, one stays', async (t) => {
  const server = await testServer(t)
  const { db } = server
  const [one, other] = [
    await administrator(server, 'one@example.com'),
    await administrator(server, 'other@example.com'),
  ]
  const ways = [
    (by: Authority, whom: string) => suspendPerson(db, by, whom),
    (by: Authority, whom: string) => takeRole(db, by, whom, ADMINISTRATOR),
  ]
  for (const remove of ways) {
    const outcomes = await Promise.all([remove(one, other.personId), remove(other, one.personId)])
    t.strictSame([...outcomes].sort(), ['done', 'last administrator'])
    for (const { personId } of [one, other]) {
      await restorePerson(db, OPERATOR, personId)
      await giveRole(db, OPERATOR, personId, ADMINISTRATOR)
    }
  }
})

t.test('roles are given and taken, once each, and the log says which and by whom', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const by = await administrator(server)
  for (const role of [{ role: 'developer' }, { role: 'approver', apiId: API.id }, ADMINISTRATOR] as const)
    for (const [change, outcome] of [
      [giveRole, 'given'],
      [takeRole, 'taken'],
    ] as const) {
      const both = await Promise.all([change(db, by, personId, role), change(db, by, personId, role)])
      t.strictSame([...both].sort(), ['done', 'unchanged'])
      t.match(await told(db, 1), [{ what: `role ${role.role}-${outcome}`, person: personId, actor: by.personId }])
    }
  t.equal(await giveRole(db, by, personId, { role: 'approver', apiId: 'no-such' }), 'unchanged')
  t.equal(await giveRole(db, by, 'usr_nobody', { role: 'developer' }), 'unchanged')
})

t.test('whoever is given a role is told by mail at every proven address, once', async (t) => {
  const box = await openMailbox(t)
  const server = await testServer(t, box.environment)
  const { db, personId } = server
  const by = await administrator(server)
  for (const role of [{ role: 'developer' }, { role: 'approver', apiId: API.id }, ADMINISTRATOR] as const) {
    await giveRole(db, by, personId, role)
    await giveRole(db, by, personId, role)
    const mails = await box.deliver(server)
    t.equal(mails.length, 1, role.role)
    t.match(mails[0], { recipients: [USER.email], subject: 'You may do more now' })
  }
})

t.test(
  'people are found by id, address and the beginning of a name: a few at a time, and the log says that somebody looked',
  async (t) => {
    const server = await testServer(t)
    const { db, personId } = server
    const by = await administrator(server)
    const bob = await newPerson(server, 'bob@example.com', 'Bob_100% \\ Müller')
    const idsFor = async (text: string) => (await searchPeople(db, by, text)).people.map(({ id }) => id)
    const rows: readonly [string, readonly string[]][] = [
      [personId, [personId]],
      ['ADA@example.com ', [personId]],
      ['ada', []],
      ['bob', [bob]],
      ['bob_100% \\ mü', [bob]],
      ['bo%', []],
      ['b', []],
      ["'; drop table people; --", []],
      ['bob\0', []],
      ['x'.repeat(10_000), []],
      ['', []],
    ]
    for (const [text, expected] of rows) t.strictSame(await idsFor(text), expected, text.slice(0, 40))
    t.match((await searchPeople(db, by, 'bob')).people, [
      {
        id: bob,
        name: 'Bob_100% \\ Müller',
        email: 'bob@example.com',
        kind: 'member',
        status: 'active',
        createdAt: Date,
      },
    ])
    t.match(await told(db, 1), [{ what: 'account searched-for', person: null, actor: by.personId }])
    await db
      .insertInto('people')
      .values(Array.from({ length: 25 }, (_, at) => ({ id: `usr_crowd${at}`, name: `Crowd ${at}` })))
      .execute()
    const crowd = await searchPeople(db, by, 'crowd')
    t.match(crowd, { people: { length: 20 }, hasMore: true })
    t.match(await searchPeople(db, by, 'crowd 24'), { people: [{ id: 'usr_crowd24' }], hasMore: false })
  },
)

t.test("reading a person's data is in the log, without secrets in what is read", async (t) => {
  const server = await testServer(t)
  const { app, db, personId } = server
  const by = await administrator(server)
  const { refresh_token } = await obtainTokens(app)
  const copy = await readPerson(db, by, personId)
  t.match(copy, { people: [{ id: personId }] })
  t.notMatch(JSON.stringify(copy), refresh_token)
  t.match(await told(db, 1), [{ what: 'account read', person: personId, actor: by.personId }])
  t.equal(await readPerson(db, by, 'usr_nobody'), undefined)
  t.match(await told(db, 2), [{ what: 'account read' }, { what: /^sign-in/ }])
})

t.test(
  'second factors that somebody has lost are taken away: what they were signed in with falls to the password',
  async (t) => {
    const server = await testServer(t)
    const { db, personId } = server
    const by = await administrator(server)
    await openSessionOf(server, personId)
    await db
      .insertInto('authenticators')
      .values({
        id: 'authenticator_1',
        person_id: personId,
        kind: 'totp',
        key: Buffer.from('x'),
        confirmed_at: new Date(),
      })
      .execute()
    t.equal(await removeSecondFactors(db, by, personId, 'authenticator_2'), 'unchanged')
    t.equal(await removeSecondFactors(db, by, personId), 'done')
    t.match(await db.selectFrom('sessions').where('person_id', '=', personId).select('acr').execute(), [
      { acr: PASSWORD_ACR },
    ])
    t.match(await told(db, 1), [
      { what: 'second-factor removed-by-administrator', person: personId, actor: by.personId },
    ])
    t.equal(await removeSecondFactors(db, by, personId), 'unchanged')
  },
)

t.test('who is deleted by an administrator leaves at once and is erased in a week, or at once', async (t) => {
  const server = await testServer(t)
  const { app, db, personId } = server
  const { follow } = await feedReader(server)
  const by = await administrator(server)
  const tokens = await obtainTokens(app)
  await follow()
  t.equal(await deletePerson(db, by, personId), 'done')
  t.match(await follow(), [{ type: 'grant', grant_id: await grantOf(tokens) }])
  t.match(await told(db, 1), [{ what: 'deletion begun-by-administrator', person: personId, actor: by.personId }])
  t.equal(await deletePerson(db, by, personId), 'unchanged')
  t.equal(await erasePersonAtOnce(db, undefined, by, personId), 'done')
  t.match(await told(db, 1), [{ what: 'deletion by-administrator', person: null, actor: by.personId }])
  t.equal(await erasePersonAtOnce(db, undefined, by, personId), 'unchanged')
})
