// "That wasn't me": the link in a mail about a change takes it back, ends every login, and never signs anybody in.
import { type RawBuilder, sql } from 'kysely'
import t, { type Test } from 'tap'
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { deleteAccount } from '../../src/identity/deletion.ts'
import { sealPassword, setPassword } from '../../src/identity/password.ts'
import { type AccountChange, noteChange } from '../../src/store/queries/account-changes.ts'
import { lockInvitation } from '../../src/store/tables/invitations.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock, untilBlocked } from '../support/database.ts'
import { feedReader } from '../support/feed.ts'
import { openMailbox, type ReceivedMail } from '../support/mailbox.ts'
import { ceremonies, freshSession, passkeyLogin } from '../support/passkeys.ts'
import { authorizeUrl, logIn, obtainTokens, pkcePair, refresh } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { SoftPasskey } from '../support/soft-passkey.ts'

const MALLORY = 'mallory@example.com'
const DAY = 24 * 3600

async function open(t: Test) {
  const box = await openMailbox(t)
  const server = await testServer(t, box.environment)
  const { app, db, personId } = server
  /** Makes a change and notes it, in one transaction as everybody does. */
  const change = (noted: Omit<AccountChange, 'personId'>, ...statements: readonly RawBuilder<unknown>[]) =>
    db.transaction().execute(async (trx) => {
      for (const statement of statements) await statement.execute(trx)
      await noteChange(trx, { personId, ...noted })
    })
  const insertFactor = (id: string) => sql`
    insert into authenticators (id, person_id, kind, credential, key, confirmed_at, created_at)
    values (${`authenticator_${id}`}, ${personId}, 'passkey', ${id}, 'key', auth_now(), auth_now())`
  const haveFactor = (id: string) => insertFactor(id).execute(db)
  const addFactor = (id: string) => change({ kind: 'passkey-added', subject: `authenticator_${id}` }, insertFactor(id))
  const removeFactor = (id: string) =>
    change(
      { kind: 'passkey-removed', subject: `authenticator_${id}` },
      sql`update authenticators set removed_at = auth_now(), suspended_at = auth_now()
          where id = ${`authenticator_${id}`}`,
    )
  const addAddress = (address: string) =>
    change(
      { kind: 'address-added', subject: address },
      sql`insert into email_addresses (person_id, key, address, proof, proven_at, created_at)
          values (${personId}, ${address}, ${address}, 'verified', auth_now(), auth_now())`,
    )
  const makePrimary = (key: string, before: string) =>
    change(
      { kind: 'address-made-primary', subject: key, details: { before } },
      sql`update email_addresses set is_primary = false where person_id = ${personId} and is_primary`,
      sql`update email_addresses set is_primary = true where person_id = ${personId} and key = ${key}`,
    )
  const removeAddress = (key: string) =>
    change(
      { kind: 'address-removed', subject: key, details: { proof: 'verified' } },
      sql`update email_addresses set proof = null, proven_at = null, is_primary = false, removed_at = auth_now()
          where person_id = ${personId} and key = ${key}`,
    )
  const changePassword = () => change({ kind: 'password-changed' })
  /** The address of a mail's link, as a browser asks this server for it. */
  const pathOf = (mail: ReceivedMail | undefined) => (mail?.link ?? '').slice(ISSUER.length)
  const openLink = async (mail: ReceivedMail | undefined, headers: Record<string, string> = {}) => {
    const browser = new Browser(app)
    const page = await browser.request('GET', pathOf(mail), { headers })
    const [form] = formsOf(page.body)
    const press = () => browser.request('POST', form?.action ?? '/none', { form: { ...form?.hidden }, headers })
    return { browser, page, press }
  }
  const factors = () =>
    db.selectFrom('authenticators').select(['id', 'suspended_at', 'removed_at']).orderBy('id').execute()
  const addresses = () =>
    db.selectFrom('email_addresses').select(['key', 'proof', 'is_primary', 'suspended_at']).orderBy('key').execute()
  const tryToSignIn = async (user = USER) => {
    const browser = new Browser(app)
    return logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)), user)
  }
  return {
    ...{ ...server, server, box, haveFactor, addFactor, removeFactor, addAddress, makePrimary, removeAddress },
    changePassword,
    ...{ openLink, pathOf, factors, addresses, tryToSignIn, mails: () => box.deliver(server) },
  }
}

t.test('a change is mailed with a link; GET and HEAD of it, ten times, change nothing', async (t) => {
  const { app, db, mails, addFactor, openLink, pathOf } = await open(t)
  await addFactor('new')
  const [mail] = await mails()
  t.match(mail, { subject: 'Your account was changed', recipients: [USER.email], text: /A passkey was added\./ })
  t.match(mail?.link, new RegExp(`^${ISSUER}/undo/`))
  for (let n = 0; n < 10; n++) {
    const { page } = await openLink(mail)
    t.equal(page.statusCode, 200)
    t.match(page.body, /A passkey was added\./)
    t.not((await app.inject({ method: 'HEAD', url: pathOf(mail) })).statusCode, 200)
  }
  t.match(await db.selectFrom('account_changes').selectAll().execute(), [{ undone_at: null }])
  t.match(await db.selectFrom('people').selectAll().execute(), [{ auth_epoch: 1, password_reset_required_at: null }])
})

t.test('POST ends every login at the gateway, sets aside what came since, and forces a new password', async (t) => {
  const { app, db, server, personId, mails, haveFactor, addFactor, openLink, factors, tryToSignIn } = await open(t)
  await haveFactor('old')
  await turnClock(t, db, 4 * DAY)
  const feed = await feedReader(server)
  const { cursor } = await feed.read()
  const tokens = await obtainTokens(app)
  await addFactor('new')
  const [mail] = await mails()
  const { browser, press } = await openLink(mail)
  const done = await press()
  t.equal(done.statusCode, 200)
  t.match(done.body, /It is taken back/)
  t.notOk(browser.cookies.has(SESSION_COOKIE), 'it signs nobody in')
  t.match((await feed.read({ cursor })).events, [{ type: 'grant' }])
  t.equal((await refresh(app, tokens.refresh_token)).statusCode, 400)
  t.strictSame(await db.selectFrom('sessions').selectAll().execute(), [])
  t.match(await factors(), [
    { id: 'authenticator_new', suspended_at: Date },
    { id: 'authenticator_old', suspended_at: null },
  ])
  t.equal((await tryToSignIn()).statusCode, 422, 'the password signs nobody in')
  const [next] = await mails()
  t.match(next, { subject: 'The change of your account is taken back', link: '', text: /Forgot your password/ })
  t.match(await db.selectFrom('audit_events').selectAll().where('type', '=', 'account-change').execute(), [
    { outcome: 'taken-back' },
  ])

  const sealed = await sealPassword(server.config.passwordPepper, 'a new and long passphrase')
  await setPassword(db, { personId, sealed })
  const renewed = { ...USER, password: 'a new and long passphrase' }
  t.not((await tryToSignIn(renewed)).statusCode, 422, 'until there is a new one')
})

t.test('two POSTs at once: one takes it back; a link that was used, or is 72 hours old, is over', async (t) => {
  const { db, mails, addFactor, openLink } = await open(t)
  await addFactor('new')
  const [mail] = await mails()
  const opened = await Promise.all(Array.from({ length: 10 }, () => openLink(mail)))
  const statuses = (await Promise.all(opened.map(({ press }) => press()))).map(({ statusCode }) => statusCode)
  t.strictSame(statuses.sort(), [200, ...Array.from({ length: 9 }, () => 410)])
  t.match(await db.selectFrom('people').select('auth_epoch').execute(), [{ auth_epoch: 2 }])
  t.equal((await openLink(mail)).page.statusCode, 410)
  await mails()

  await addFactor('another')
  const [second] = await mails()
  const late = await openLink(second)
  await turnClock(t, db, 3 * DAY + 1)
  t.equal((await late.press()).statusCode, 410)
  t.equal((await openLink(second)).page.statusCode, 410)
})

t.test('an attacker who has changed the address before: it comes back, and the attacker’s is set aside', async (t) => {
  const { db, mails, addAddress, makePrimary, removeAddress, openLink, addresses, tryToSignIn } = await open(t)
  await addAddress(MALLORY)
  await makePrimary(MALLORY, USER.email)
  await removeAddress(USER.email)
  const all = await mails()
  const hers = all.filter(({ recipients }) => recipients[0] === USER.email)
  t.equal(hers.length, 3, 'the address that was held before each change hears of it')
  t.ok(hers.every(({ link }) => link !== ''))
  const his = all.filter(({ recipients }) => recipients[0] === MALLORY)
  t.strictSame(
    his.map(({ link }) => link),
    ['', ''],
    'an address whose own addition can be taken back gets no link',
  )
  const { press } = await openLink(hers.find(({ text }) => text.includes('address was added')))
  t.equal((await press()).statusCode, 200)
  t.match(await addresses(), [
    { key: USER.email, proof: 'verified', is_primary: true, suspended_at: null },
    { key: MALLORY, proof: null, is_primary: false, suspended_at: Date },
  ])
  t.strictSame(
    (await mails()).map(({ recipients }) => recipients),
    [[USER.email]],
  )
  t.equal((await tryToSignIn({ ...USER, email: MALLORY })).statusCode, 422)
  t.equal((await db.selectFrom('account_changes').where('undone_at', 'is', null).selectAll().execute()).length, 0)
})

t.test('after a later legitimate change: what was removed is back, what came after is set aside as well', async (t) => {
  const { db, mails, haveFactor, addFactor, removeFactor, openLink, factors } = await open(t)
  await haveFactor('old')
  await turnClock(t, db, 4 * DAY)
  await removeFactor('old')
  const [mail] = await mails()
  await turnClock(t, db, 4 * DAY + 120)
  await addFactor('later')
  t.equal((await (await openLink(mail)).press()).statusCode, 200)
  t.match(await factors(), [
    { id: 'authenticator_later', suspended_at: Date },
    { id: 'authenticator_old', suspended_at: null, removed_at: null },
  ])
})

t.test('an address that somebody else has proven meanwhile stays theirs', async (t) => {
  const { db, mails, addAddress, removeAddress, openLink, addresses } = await open(t)
  await addAddress('second@example.com')
  await turnClock(t, db, 4 * DAY)
  await removeAddress('second@example.com')
  await sql`insert into people (id) values ('usr_other')`.execute(db)
  await sql`insert into email_addresses (person_id, key, address, proof, proven_at)
            values ('usr_other', 'second@example.com', 'second@example.com', 'verified', auth_now())`.execute(db)
  const mail = (await mails()).find(({ text }) => text.includes('was removed'))
  t.equal((await (await openLink(mail)).press()).statusCode, 200)
  t.match(
    (await addresses())
      .filter(({ key }) => key === 'second@example.com')
      .map(({ proof }) => proof)
      .sort(),
    [null, 'verified'],
  )
})

t.test('so does one that somebody else is proving at that very moment', async (t) => {
  const { db, mails, addAddress, removeAddress, openLink, addresses } = await open(t)
  await addAddress('second@example.com')
  await turnClock(t, db, 4 * DAY)
  await removeAddress('second@example.com')
  await sql`insert into people (id) values ('usr_other')`.execute(db)
  const { press } = await openLink((await mails()).find(({ text }) => text.includes('was removed')))
  const [pressed] = await db.transaction().execute(async (trx) => {
    await lockInvitation(trx, 'second@example.com')
    const answer = press()
    await untilBlocked(db)
    await sql`insert into email_addresses (person_id, key, address, proof, proven_at)
              values ('usr_other', 'second@example.com', 'second@example.com', 'verified', auth_now())`.execute(trx)
    return [answer]
  })
  t.equal((await pressed)?.statusCode, 200)
  const second = (await addresses()).filter(({ key }) => key === 'second@example.com')
  t.strictSame(second.map(({ proof }) => proof).sort(), ['verified', null].sort())
})

t.test('whose every address is somebody else’s by now is not made to wait for a password by mail', async (t) => {
  const { db, personId, mails, removeAddress, openLink, addresses } = await open(t)
  await removeAddress(USER.email)
  const [mail] = await mails()
  await db.insertInto('people').values({ id: 'usr_other' }).execute()
  await sql`
    insert into email_addresses (person_id, key, address, proof, proven_at)
    values ('usr_other', ${USER.email}, ${USER.email}, 'verified', auth_now())`.execute(db)
  t.equal((await (await openLink(mail)).press()).statusCode, 200)
  t.match(await addresses(), [{ proof: null }, { proof: 'verified' }])
  const person = db.selectFrom('people').where('id', '=', personId).select('password_reset_required_at as due')
  t.match(await person.execute(), [{ due: null }], 'what is older signs in, by which no address is needed')
  t.strictSame(await db.selectFrom('passwords').select('person_id').execute(), [], 'and the password nobody can change')
})

t.test('whatever Host and X-Forwarded headers say, the mails that follow have no other origin in them', async (t) => {
  const { mails, addFactor, openLink } = await open(t)
  await addFactor('new')
  const [mail] = await mails()
  const evil = 'evil.example'
  const headers = { host: evil, 'x-forwarded-host': evil, 'x-forwarded-proto': 'https', forwarded: `host=${evil}` }
  t.equal((await (await openLink(mail, headers)).press()).statusCode, 200)
  const [next] = await mails()
  t.notMatch(next?.source, /evil/)
})

t.test('a form of another page, another link or another browser takes nothing back', async (t) => {
  const { app, db, mails, addFactor, openLink, pathOf } = await open(t)
  await addFactor('one')
  await addFactor('two')
  const [one, two] = await mails()
  const { browser, page } = await openLink(one)
  const [form] = formsOf(page.body)
  const take = form?.action.split('/').at(-1) ?? ''
  const post = (who: Browser, path: string, fields: Readonly<Record<string, string>>) =>
    who.request('POST', `${path}/${take}`, { form: fields })
  t.equal((await post(new Browser(app), pathOf(one), { ...form?.hidden })).statusCode, 403)
  t.equal((await post(browser, pathOf(two), { ...form?.hidden })).statusCode, 403)
  t.equal((await post(browser, pathOf(one), {})).statusCode, 403)
  t.equal((await post(browser, `${pathOf(one)}x`, { ...form?.hidden })).statusCode, 410)
  t.equal((await post(browser, '/undo/nonsense', { ...form?.hidden })).statusCode, 410)
  t.match(await db.selectFrom('people').select('auth_epoch').execute(), [{ auth_epoch: 1 }])
})

t.test(
  'a thief who has added a passkey before: any later link sets it aside, and no reset brings it back',
  async (t) => {
    const { db, personId, mails, haveFactor, addFactor, changePassword, openLink, factors, server } = await open(t)
    await haveFactor('old')
    await turnClock(t, db, 4 * DAY)
    await addFactor('thiefs')
    await turnClock(t, db, 4 * DAY + 60)
    await changePassword()
    const mail = (await mails()).find(({ text }) => text.includes('password was changed'))
    t.equal((await (await openLink(mail)).press()).statusCode, 200)
    const setAside = [
      { id: 'authenticator_old', suspended_at: null },
      { id: 'authenticator_thiefs', suspended_at: Date },
    ]
    t.match(await factors(), setAside)
    await setPassword(db, { personId, sealed: await sealPassword(server.config.passwordPepper, 'of the owner again') })
    t.match(await factors(), setAside, 'a new password leaves them so')
  },
)

t.test(
  'an address that was added two days before goes as well; the one that has been there longest stays',
  async (t) => {
    const { db, mails, addAddress, changePassword, openLink, addresses } = await open(t)
    await addAddress(MALLORY)
    await mails()
    await turnClock(t, db, 2 * DAY)
    await changePassword()
    const [mail] = (await mails()).filter(({ recipients }) => recipients[0] === USER.email)
    t.equal((await (await openLink(mail)).press()).statusCode, 200)
    t.match(await addresses(), [
      { key: USER.email, proof: 'assigned', is_primary: true },
      { key: MALLORY, proof: null, suspended_at: Date },
    ])
  },
)

t.test('an address that its owner took away stays away while an older one stands', async (t) => {
  const { db, mails, addAddress, removeAddress, openLink, addresses } = await open(t)
  await addAddress('ex@example.com')
  await turnClock(t, db, 4 * DAY)
  await removeAddress('ex@example.com')
  const mail = (await mails()).find(({ recipients, link }) => recipients[0] === 'ex@example.com' && link !== '')
  t.equal((await (await openLink(mail)).press()).statusCode, 200, 'its link ends the logins')
  t.match(await addresses(), [
    { key: USER.email, proof: 'assigned', is_primary: true },
    { key: 'ex@example.com', proof: null, is_primary: false },
  ])
  t.match(await db.selectFrom('people').select('password_reset_required_at').execute(), [
    { password_reset_required_at: Date },
  ])
})

t.test('a deletion that runs is taken back with it, and a new password is due', async (t) => {
  const { db, personId, mails, changePassword, openLink } = await open(t)
  await changePassword()
  const [mail] = await mails()
  await deleteAccount(db, { personId, language: 'en' }, WITHOUT_REQUEST)
  t.equal((await (await openLink(mail)).press()).statusCode, 200)
  t.match(await db.selectFrom('people').selectAll().execute(), [
    { status: 'active', erase_after: null, password_reset_required_at: Date },
  ])
})

t.test('while a new password is due, a passkey signs nobody in either', async (t) => {
  const server = await testServer(t)
  const { app, db, personId } = server
  const passkey = new SoftPasskey()
  t.match(await ceremonies(server).register(await freshSession(server), passkey), { kind: 'stored' })
  const tryPasskey = async () => {
    const browser = new Browser(app)
    const page = await browser.open(authorizeUrl(pkcePair().challenge))
    return (await passkeyLogin(browser, page, passkey, personId))()
  }
  t.equal((await tryPasskey()).statusCode, 303)
  await db.updateTable('people').set({ password_reset_required_at: new Date() }).execute()
  const refused = await tryPasskey()
  t.equal(refused.statusCode, 422)
  t.match(refused.body, /Forgot your password/)
  const refusals = db.selectFrom('audit_events').where('outcome', '=', 'refused').select(['type', 'person'])
  t.match(await refusals.execute(), [{ type: 'sign-in', person: /./ }])
  t.notOk((refused.headers['set-cookie'] ?? '').toString().includes(SESSION_COOKIE))
  await setPassword(db, { personId, sealed: await sealPassword(server.config.passwordPepper, 'of the owner again') })
  t.equal((await tryPasskey()).statusCode, 303, 'until there is one')
})
