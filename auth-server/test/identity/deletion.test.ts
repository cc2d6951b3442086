// Deleting an account: out of use at once, kept by a link in a mail for seven days, then erased.
import { sql } from 'kysely'
import t from 'tap'
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { readMailToken } from '../../src/crypto/mail-proof.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { erasePersonAtOnce } from '../../src/identity/administration/deletion.ts'
import { deleteAccount, eraseDueAccounts, keepAccount } from '../../src/identity/deletion.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { sealPassword, setPassword } from '../../src/identity/password.ts'
import { Browser } from '../support/browser.ts'
import { refuseErasure, turnClock } from '../support/database.ts'
import { feedReader } from '../support/feed.ts'
import { type Mailbox, openMailbox, type ReceivedMail } from '../support/mailbox.ts'
import { authorizeUrl, logIn, obtainTokens, pkcePair, refresh } from '../support/phone.ts'
import { ISSUER, type TestServer, testServer, USER } from '../support/server.ts'

const DAY = 24 * 3600

function remove({ db, personId }: TestServer) {
  return deleteAccount(db, { personId, language: 'en' }, WITHOUT_REQUEST)
}

function challengeOf({ config }: TestServer, mail: ReceivedMail | undefined): string {
  const link = mail?.link ?? ''
  const id = readMailToken(config.cookieSecrets, link.replace(`${ISSUER}/keep-account/`, ''))
  if (id === undefined) throw new Error(`not a link that keeps an account: ${link}`)
  return id
}

/** A server whose person has just deleted their account, and the mails about it. */
async function deleted(t: Parameters<typeof testServer>[0]) {
  const mailbox: Mailbox = await openMailbox(t)
  const server = await testServer(t, mailbox.environment)
  await remove(server)
  return { ...server, mails: await mailbox.deliver(server) }
}

t.test('whatever is signed in ends at once, gateways hear of it, and nobody signs in any more', async (t) => {
  const server = await testServer(t)
  const { app, db, personId } = server
  const { follow } = await feedReader(server)
  const phone = await obtainTokens(app)
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  await follow()
  t.type(await remove(server), Date)
  t.strictSame(
    (await follow()).map(({ grant_id }) => grant_id),
    [phone.refresh_token.split('.')[0]],
  )
  t.equal((await refresh(app, phone.refresh_token)).statusCode, 400)
  t.strictSame(await db.selectFrom('sessions').select('id').execute(), [])
  t.equal((await logIn(browser, page)).statusCode, 403)
  t.equal(await remove(server), undefined, 'once')
  t.equal(await createAccount(db, server.config.passwordPepper, USER), undefined, 'the address stays theirs')
  t.match(await db.selectFrom('people').where('id', '=', personId).select('status').execute(), [{ status: 'leaving' }])
})

t.test('two clicks at once are one deletion, and one mail', async (t) => {
  const server = await testServer(t)
  const both = await Promise.all([remove(server), remove(server)])
  t.equal(both.filter((date) => date !== undefined).length, 1)
  const queued = await server.db.selectFrom('outbox').where('kind', '=', 'mail').select('id').execute()
  t.equal(queued.length, 1)
})

t.test('the link keeps the account once, for seven days; only a new password signs anybody in', async (t) => {
  const server = await deleted(t)
  const { db, app, personId, mails } = server
  t.match(mails, { length: 1, 0: { recipients: [USER.email], subject: 'Your account is being deleted' } })
  const id = challengeOf(server, mails[0])
  await turnClock(t, db, 7 * DAY - 60)
  t.equal(await eraseDueAccounts(db, undefined), 0)
  t.strictSame(
    (await Promise.all([1, 2].map(() => keepAccount(db, id, WITHOUT_REQUEST)))).sort(),
    [false, true],
    'two clicks at once',
  )
  t.equal(await keepAccount(db, id, WITHOUT_REQUEST), false)
  t.strictSame(await db.selectFrom('sessions').select('id').execute(), [])
  await turnClock(t, db, 8 * DAY)
  t.equal(await eraseDueAccounts(db, undefined), 0, 'nothing is due any more')
  const browser = new Browser(app)
  t.equal((await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)))).statusCode, 422)
  await setPassword(db, { personId, sealed: await sealPassword(server.config.passwordPepper, USER.password) })
  t.type((await obtainTokens(app)).refresh_token, 'string')
})

t.test(
  'after seven days the account is erased, the link keeps nothing, and a new account is another person',
  async (t) => {
    const server = await deleted(t)
    const { db, config, mails, personId } = server
    const id = challengeOf(server, mails[0])
    await turnClock(t, db, 7 * DAY + 1)
    t.equal(await keepAccount(db, id, WITHOUT_REQUEST), false)
    t.strictSame(
      await Promise.all([eraseDueAccounts(db, undefined), eraseDueAccounts(db, undefined)]).then((counts) =>
        counts.sort(),
      ),
      [0, 1],
    )
    t.strictSame(await db.selectFrom('people').where('id', '=', personId).selectAll().execute(), [])
    t.not(await createAccount(db, config.passwordPepper, USER), personId)
  },
)

t.test('one who cannot be erased keeps nobody else, however many are due', async (t) => {
  const { db, personId } = await testServer(t)
  await sql`insert into people (id, status, erase_after) select 'usr_' || n, 'leaving', now() - make_interval(days => 300 - n)
            from generate_series(0, 149) n`.execute(db)
  await refuseErasure(db, 'usr_0')
  await t.rejects(eraseDueAccounts(db, undefined), { errors: [{ message: /usr_0 stays/ }] })
  const left = await db.selectFrom('people').where('id', '<>', personId).select('id').execute()
  t.strictSame(left, [{ id: 'usr_0' }])
})

t.test('who takes the deletion back while it is carried out is kept or erased, nothing in between', async (t) => {
  for (const round of [1, 2, 3]) {
    const server = await deleted(t)
    const { db, mails, personId } = server
    const id = challengeOf(server, mails[0])
    // What the operator brought forward is due while the link still works.
    await db
      .updateTable('people')
      .set({ erase_after: new Date(0) })
      .where('id', '=', personId)
      .execute()
    const [kept, erased] = await Promise.all([keepAccount(db, id, WITHOUT_REQUEST), eraseDueAccounts(db, undefined)])
    t.equal(Number(kept) + erased, 1, `round ${round}`)
    const people = await db.selectFrom('people').where('id', '=', personId).select('status').execute()
    t.strictSame(people, kept ? [{ status: 'active' }] : [])
    const addresses = await db.selectFrom('email_addresses').select('address').execute()
    t.equal(addresses.length, kept ? 1 : 0)
  }
})

t.test('the link goes to addresses that stand: one that was taken away may be another person’s by now', async (t) => {
  const mailbox = await openMailbox(t)
  const server = await testServer(t, mailbox.environment)
  const { db, personId } = server
  const now = new Date()
  await db
    .updateTable('email_addresses')
    .set({ proof: null, proven_at: null, removed_at: now, is_primary: false })
    .where('person_id', '=', personId)
    .execute()
  const others = { person_id: personId }
  await db
    .insertInto('email_addresses')
    .values([
      {
        ...others,
        key: 'thief@example.com',
        address: 'thief@example.com',
        proof: 'verified',
        proven_at: now,
        is_primary: true,
      },
      { ...others, key: 'aside@example.com', address: 'aside@example.com', suspended_at: now },
      { ...others, key: 'written@example.com', address: 'written@example.com' },
    ])
    .execute()
  await remove(server)
  const mails = await mailbox.deliver(server)
  t.strictSame(
    mails.flatMap(({ recipients }) => recipients),
    ['thief@example.com'],
  )
})

t.test('an administrator erases at once, also who is not leaving; the log keeps that it was done', async (t) => {
  const { db, personId } = await testServer(t)
  t.equal(await erasePersonAtOnce(db, undefined, OPERATOR, personId), 'done')
  t.equal(await erasePersonAtOnce(db, undefined, OPERATOR, personId), 'unchanged')
  const events = await db.selectFrom('audit_events').where('type', '=', 'deletion').select('outcome').execute()
  t.strictSame(events, [{ outcome: 'by-administrator' }])
})
