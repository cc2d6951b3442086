// Somebody who was imported: signs in with the old password on the pages, and becomes the owner of the address by mail, whoever came before.
import t, { type Test } from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { NOTHING_COMES_ALONG } from '../../src/identity/import/belongings.ts'
import { importPeople } from '../../src/identity/import/import-people.ts'
import { openerFor } from '../../src/identity/migration/open.ts'
import { undoChange } from '../../src/identity/undo.ts'
import { noteChange } from '../../src/store/queries/account-changes.ts'
import { insertRolePromise } from '../../src/store/tables/role-promises.ts'
import { atAccount } from '../support/account.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { FOREIGN, FOREIGN_PASSWORD } from '../support/foreign-hashes.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { ISSUER } from '../support/server.ts'
import { wordsOf } from '../support/words.ts'

const EMAIL = 'grace@example.com'
const OTHER = 'mallory@example.net'

async function setUp(t: Test, { trustVerified = false } = {}) {
  const server = await mailServer(t)
  const { db, config } = server
  async function* file() {
    yield JSON.stringify({ email: EMAIL, email_verified: true, name: 'Grace', password_hash: FOREIGN[0]?.[1] })
  }
  await importPeople(db, file(), {
    ...{
      source: 'plain',
      passwordPepper: config.passwordPepper,
      keyEncryptionKeys: config.keyEncryptionKeys,
      rules: NOTHING_COMES_ALONG,
      trustVerified,
      dryRun: false,
      firebase: undefined,
    },
    ...{ opener: openerFor(undefined), tell: (sentence: string) => t.fail(sentence) },
  })
  const { person_id: personId } = await db
    .selectFrom('email_addresses')
    .where('key', '=', EMAIL)
    .select('person_id')
    .executeTakeFirstOrThrow()
  /** What somebody can add who knows the password. */
  const addWays = async () => {
    const now = new Date()
    for (const kind of ['passkey', 'recovery_code'] as const)
      await db
        .insertInto('authenticators')
        .values({
          ...{ id: `authenticator_${kind}`, person_id: personId, kind, name: kind, confirmed_at: now },
          ...{ credential: kind, key: kind === 'passkey' ? Buffer.from('key') : null },
        })
        .execute()
    await db
      .insertInto('identities')
      .values({ person_id: personId, issuer: 'https://x.example', subject: 'm' })
      .execute()
    await db.updateTable('email_addresses').set({ is_primary: false }).where('person_id', '=', personId).execute()
    await db
      .insertInto('email_addresses')
      .values({ person_id: personId, key: OTHER, address: OTHER, proof: 'verified', proven_at: now, is_primary: true })
      .execute()
  }
  const choose = async (email: string) => {
    const visit = await server.asked('forgotten', email)
    const page = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
    return visit.browser.submit(page, '/new-password', { password: NEW_PASSWORD })
  }
  const ways = async () => ({
    factors: await db
      .selectFrom('authenticators')
      .where('suspended_at', 'is', null)
      .where('removed_at', 'is', null)
      .select('kind')
      .execute(),
    passwords: (await db.selectFrom('passwords').where('person_id', '=', personId).select('changed_at').execute())
      .length,
    identities: await db.selectFrom('identities').where('person_id', '=', personId).select('subject').execute(),
    addresses: await db
      .selectFrom('email_addresses')
      .where('person_id', '=', personId)
      .select(['key', 'proof', 'proof_before', 'is_primary'])
      .orderBy('key')
      .execute(),
  })
  /** Who heard that their address was set aside, and by what link that can be taken back. */
  const toldAside = async () =>
    (await server.mailbox.deliver(server))
      .filter(({ subject }) => subject === 'Your e-mail address was set aside')
      .map(({ recipients, link }) => [...recipients, link])
  return { ...server, personId, addWays, choose, ways, toldAside }
}

t.test('on the pages they sign in as before; apps hear that the address is not verified', async (t) => {
  const server = await setUp(t)
  const visit = await server.begin(undefined, { scope: 'openid email profile' })
  t.match((await logIn(visit.browser, visit.page, { email: EMAIL, password: 'wrong' })).body, /do not fit together/)
  const again = await server.begin(visit.browser, { scope: 'openid email profile' })
  const answer = await logIn(again.browser, again.page, { email: EMAIL, password: FOREIGN_PASSWORD })
  const { access_token: token } = await again.tokensOf(answer)
  const told = await server.app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${token}` } })
  t.match(told.json(), { sub: server.personId, email: EMAIL, email_verified: false, name: 'Grace' })
  const password = await server.db
    .selectFrom('passwords')
    .where('person_id', '=', server.personId)
    .select('hash')
    .executeTakeFirstOrThrow()
  t.match(password.hash, /^\$2b\$/)
})

t.test('the account says that the address is not confirmed, and a button there has it confirmed by mail', async (t) => {
  const server = await setUp(t)
  const { db, personId, mailbox } = server
  const promise = { emailKey: EMAIL, address: EMAIL, role: 'developer', apiId: null } as const
  await db.transaction().execute((trx) => insertRolePromise(trx, promise))
  const roles = () => db.selectFrom('person_roles').where('person_id', '=', personId).select('role').execute()
  const browser = await atAccount(server, { email: EMAIL, password: FOREIGN_PASSWORD })
  const list = () => browser.open('/account/security/addresses')
  const press = async () => {
    const page = await browser.open(/href="([^"]+)">grace@/.exec((await list()).body)?.[1] ?? '')
    const check = await browser.submit(page, '/add')
    return { check, mails: await mailbox.deliver(server) }
  }
  t.match(wordsOf(await list()), /grace@example\.com\W+Main address\W+not confirmed/i)
  const { check, mails } = await press()
  t.match(mails, [{ recipients: [EMAIL], subject: 'Confirm your e-mail address', code: /^\d{6}$/ }])
  const link = (mails[0]?.link ?? '').slice(ISSUER.length)
  t.match(wordsOf(await new Browser(server.app).request('GET', link)), 'This browser is not signed in to that account')
  const question = await browser.request('GET', link)
  t.match(wordsOf(question), 'Confirm this address?')
  t.strictSame(await roles(), [], 'asking confirms nothing')
  const wrong = mails[0]?.code === '000000' ? '000001' : '000000'
  t.equal((await browser.submit(check, '/check', { code: wrong })).statusCode, 422)
  const [form] = formsOf(question.body)
  const done = await browser.request('POST', form?.action ?? '/none', { form: { ...form?.hidden } })
  t.match(wordsOf(done), 'The address is confirmed')
  t.match(wordsOf(await browser.open('/account/security/addresses/check')), 'The address is confirmed.')
  t.match(wordsOf(await list()), /grace@example\.com\W+Main address\W+confirmed/i)
  t.strictSame(await roles(), [{ role: 'developer' }])
  const events = await db.selectFrom('audit_events').where('type', '=', 'address').select('outcome').execute()
  t.strictSame(events, [{ outcome: 'confirmed' }])
  t.equal((await browser.request('POST', form?.action ?? '/none', { form: { ...form?.hidden } })).statusCode, 410)
  t.match(wordsOf(await browser.submit(check, '/add')), 'You have that address already', 'once')

  // By the code, in the browser that asked.
  await db.updateTable('email_addresses').set({ proof: 'imported' }).where('key', '=', EMAIL).execute()
  const again = await press()
  const byCode = await browser.submit(again.check, '/check', { code: again.mails[0]?.code ?? '' })
  t.match(wordsOf(byCode), 'The address is confirmed.')
  t.match(await server.ways(), { addresses: [{ key: EMAIL, proof: 'verified', is_primary: true }] })
  t.ok(await server.signsIn(EMAIL, FOREIGN_PASSWORD), 'with the password that they had')
})

for (const [shown, amr, factors] of [
  ['nothing of it', ['pwd'], []],
  ['a second factor by its code', ['pwd', 'otp'], ['recovery_code']],
  ['the one passkey', ['pwd', 'pop'], ['passkey']],
  ['another account elsewhere, and no password', ['fed'], []],
] as const)
  t.test(
    `confirming the address blesses nothing that others have added, where the login has shown ${shown}`,
    async (t) => {
      const server = await setUp(t)
      const { db, personId, mailbox } = server
      const user = { email: EMAIL, password: FOREIGN_PASSWORD }
      const elsewhere = await atAccount(server, user)
      const browser = await atAccount(server, user)
      const page = await browser.open('/account/security/addresses')
      const address = await browser.open(/href="([^"]+)">grace@/.exec(page.body)?.[1] ?? '')
      const check = await browser.submit(address, '/add')
      const mail = (await mailbox.deliver(server)).find(({ code }) => code !== '')
      await server.addWays()
      await db
        .updateTable('sessions')
        .set({ amr: [...amr] })
        .where('person_id', '=', personId)
        .execute()
      await browser.submit(check, '/check', { code: mail?.code ?? '' })
      t.strictSame(
        await server.toldAside(),
        [[OTHER, '']],
        'the address that was set aside hears so, and takes nothing back',
      )
      t.strictSame(await server.ways(), {
        factors: factors.map((kind) => ({ kind })),
        passwords: amr[0] === 'pwd' ? 1 : 0,
        identities: [],
        addresses: [
          { key: EMAIL, proof: 'verified', proof_before: null, is_primary: true },
          { key: OTHER, proof: null, proof_before: 'verified', is_primary: false },
        ],
      })
      t.match((await browser.open('/account')).body, '<h1>Your account', 'this login goes on')
      t.notMatch((await elsewhere.open('/account')).body, '<h1>Your account', 'all others have ended')
    },
  )

t.test('who reads the mail is the owner: what others have added before signs nobody in', async (t) => {
  const server = await setUp(t)
  const { db, personId } = server
  const promise = { emailKey: EMAIL, address: EMAIL, role: 'developer', apiId: null } as const
  await db.transaction().execute((trx) => insertRolePromise(trx, promise))
  await server.addWays()
  t.ok(await server.signsIn(EMAIL, FOREIGN_PASSWORD))
  t.match(answerOf(await server.choose(EMAIL)), { code: /./ })
  t.strictSame(await server.ways(), {
    factors: [],
    passwords: 1,
    identities: [],
    addresses: [
      { key: EMAIL, proof: 'verified', proof_before: null, is_primary: true },
      { key: OTHER, proof: null, proof_before: 'verified', is_primary: false },
    ],
  })
  t.strictSame(await server.toldAside(), [[OTHER, '']])
  t.notOk(await server.signsIn(EMAIL, FOREIGN_PASSWORD))
  t.notOk(await server.signsIn(OTHER, NEW_PASSWORD))
  t.ok(await server.signsIn(EMAIL, NEW_PASSWORD))
  const roles = await db.selectFrom('person_roles').where('person_id', '=', personId).select('role').execute()
  t.strictSame(roles, [{ role: 'developer' }], 'and has what was promised to the address')
})

t.test('links of mails about what others have changed bring nothing of theirs back to the owner', async (t) => {
  const server = await setUp(t)
  const { db, personId } = server
  await server.addWays()
  // Older than what such a link sets aside, and taken away after the change that it is of.
  const before = new Date(Date.now() - 96 * 3_600_000)
  await db.updateTable('authenticators').set({ confirmed_at: before, created_at: before }).execute()
  await db.transaction().execute(async (trx) => {
    await noteChange(trx, { personId, kind: 'password-changed' })
    await trx.updateTable('authenticators').set({ removed_at: new Date(), suspended_at: new Date() }).execute()
  })
  const links = await db
    .selectFrom('mail_challenges')
    .where('purpose', '=', 'undo')
    .select(['id', 'email_key'])
    .execute()
  t.strictSame(links.map((link) => link.email_key).toSorted(), [EMAIL, OTHER])

  t.match(answerOf(await server.choose(EMAIL)), { code: /./ })
  for (const { id } of links) t.notOk(await undoChange(db, id, BY_COMMAND))
  t.ok(await server.signsIn(EMAIL, NEW_PASSWORD))
  // What the owner themselves could take back brings nothing of it, either.
  const { id } = await db
    .selectFrom('mail_challenges as mail')
    .innerJoin('account_changes as change', 'change.id', 'mail.change_id')
    .where('change.kind', '=', 'password-reset')
    .select('mail.id')
    .executeTakeFirstOrThrow()
  t.ok(await undoChange(db, id, BY_COMMAND))
  t.strictSame((await server.ways()).factors, [])
})

for (const [whose, email, trustVerified] of [
  ['whose address the other system had verified', EMAIL, true],
  ['who has proven another address', OTHER, false],
] as const)
  t.test(`a new password takes nothing from somebody ${whose}`, async (t) => {
    const server = await setUp(t, { trustVerified })
    await server.addWays()
    await server.choose(email)
    t.match(await server.ways(), {
      factors: [{}, {}],
      identities: [{}],
      addresses: [{}, { key: OTHER, proof: 'verified' }],
    })
  })
