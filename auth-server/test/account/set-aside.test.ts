// What "that wasn't me" has set aside comes back by something older that its person has shown, and never by itself.
import t, { type Test } from 'tap'
import { thingIds } from '../../src/account/security/set-aside/routes.ts'
import { MFA_ACR, PASSKEY_ACR } from '../../src/identity/acr.ts'
import type { AddressProof } from '../../src/store/tables/email-addresses.ts'
import { insertRolePromise } from '../../src/store/tables/role-promises.ts'
import { accountToken, addEve, addPasskey, addSetAside, atAccount } from '../support/account.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { openMailbox } from '../support/mailbox.ts'
import { logIn } from '../support/phone.ts'
import { addAuthenticatorApp, addRecoveryCodes } from '../support/second-factor.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { wordsOf } from '../support/words.ts'

const PAGE = '/account/security/set-aside'
const NEEDS_OLDER = /To bring it back, sign in with a passkey/

/** Times at which things came: before, with, and after what is set aside. */
const [OLD, ASIDE, YOUNG] = ['2020-01-01', '2021-01-01', '2022-01-01'].map((day) => new Date(day))

async function open(t: Test) {
  const box = await openMailbox(t)
  const server = await testServer(t, box.environment)
  const { db, personId } = server
  const aside = async (credential: string) => {
    const id = await addSetAside(server, credential)
    await db.updateTable('authenticators').set({ confirmed_at: ASIDE }).where('id', '=', id).execute()
    return { id, path: `${PAGE}/${thingIds(server.config.cookieSecrets, { id })[0]}` }
  }
  const asideAddress = async (key: string, proof_before: AddressProof | null = 'verified') => {
    const row = { person_id: personId, key, address: key, created_at: ASIDE, suspended_at: new Date(), proof_before }
    await db.insertInto('email_addresses').values(row).execute()
    return `${PAGE}/${thingIds(server.config.cookieSecrets, { id: key })[0]}`
  }
  /** Signs in, and says that these methods were shown. */
  const signIn = async (amr: readonly string[] = ['pwd'], acr = PASSKEY_ACR) => {
    const browser = await atAccount(server)
    if (amr.includes('mfa'))
      await db
        .updateTable('sessions')
        .set({ amr: [...amr], acr })
        .execute()
    return browser
  }
  const bringBack = (browser: Browser, path: string) =>
    browser.request('POST', path, { form: { csrf: accountToken(server, browser) } })
  const inForce = async () =>
    (
      await db
        .selectFrom('authenticators')
        .where('suspended_at', 'is', null)
        .where('kind', '<>', 'recovery_code')
        .select('id')
        .orderBy('id')
        .execute()
    ).map(({ id }) => id)
  const mails = () => box.deliver(server)
  await mails()
  return { ...server, server, aside, asideAddress, signIn, bringBack, inForce, mails }
}

t.test('an older app brings a passkey back: its owner hears of it, and can take that back', async (t) => {
  const { app, db, server, personId, aside, inForce, mails } = await open(t)
  const phone = await addAuthenticatorApp(server, personId)
  const { id, path } = await aside('mine')
  const browser = new Browser(app)
  const asked = await logIn(browser, await browser.open('/account/security'))
  const security = await browser.submit(asked, '/second-factor', { code: await phone.code() })
  t.match(wordsOf(security), 'Set aside One thing Look')
  t.match(wordsOf(await browser.open(PAGE)), /Passkey Passkey · added January 1, 1970|Passkey · added January 1, 2021/)
  const page = await browser.open(path)
  t.notMatch(wordsOf(page), NEEDS_OLDER)
  t.strictSame(await inForce(), [phone.id])
  await mails()
  const [form] = formsOf(page.body).filter(({ action }) => action === path)
  const presses = await Promise.all([1, 2, 3].map(() => browser.request('POST', path, { form: { ...form?.hidden } })))
  t.equal(presses.filter(({ headers }) => headers.location?.includes('news=')).length, 1, 'one of several at once')
  t.strictSame(await inForce(), [phone.id, id].toSorted())
  const [mail] = await mails()
  t.match(mail, { recipients: [USER.email], text: /A passkey was added\./ })
  const events = db.selectFrom('audit_events').where('type', '=', 'account-change').select('outcome')
  t.strictSame(await events.execute(), [{ outcome: 'brought-back' }])

  const undo = await browser.request('GET', (mail?.link ?? '').slice(ISSUER.length))
  const [take] = formsOf(undo.body)
  t.equal((await browser.request('POST', take?.action ?? '/none', { form: { ...take?.hidden } })).statusCode, 200)
  t.strictSame(await inForce(), [phone.id], 'aside again')
})

t.test('a password, what is younger, and what may have been younger bring nothing back', async (t) => {
  const { server, personId, signIn, aside, bringBack, inForce, db } = await open(t)
  const { path } = await aside('mallory')
  const refused = async (what: string, browser: Browser) => {
    const before = await inForce()
    t.match(wordsOf(await browser.open(path)), NEEDS_OLDER, what)
    t.match(await bringBack(browser, path), { statusCode: 403, body: NEEDS_OLDER }, what)
    t.strictSame(await inForce(), before, what)
  }
  await refused('a password', await signIn())
  await refused('a passkey that there is not', await signIn(['pop', 'user', 'mfa']))
  const young = await addPasskey(server, 'young', YOUNG)
  await refused('a younger passkey', await signIn(['pop', 'user', 'mfa']))
  await addPasskey(server, 'old', OLD)
  await refused('an older or a younger one', await signIn(['pop', 'user', 'mfa']))
  await addRecoveryCodes(server, personId)
  await refused('a younger recovery code', await signIn(['pwd', 'otp', 'mfa'], MFA_ACR))
  await db.updateTable('authenticators').set({ suspended_at: new Date() }).where('id', '=', young).execute()
  const { statusCode, headers } = await bringBack(await signIn(['pop', 'user', 'mfa']), path)
  t.match({ statusCode, headers }, { statusCode: 303, headers: { location: /news=broughtBack/ } }, 'the older alone')
})

t.test('the attacker’s own: what is set aside is no factor of any login, and cannot bring itself back', async (t) => {
  const { aside, signIn, bringBack, inForce } = await open(t)
  const one = await aside('one')
  const two = await aside('two')
  const browser = await signIn(['pop', 'user', 'mfa'])
  for (const { path } of [one, two]) t.equal((await bringBack(browser, path)).statusCode, 403)
  t.strictSame(await inForce(), [])
})

t.test('“sign in with something older” asks for the second factor and leads back', async (t) => {
  const { server, personId, aside, signIn } = await open(t)
  const { path } = await aside('mine')
  const phone = await addAuthenticatorApp(server, personId)
  await server.db.updateTable('authenticators').set({ suspended_at: new Date() }).where('id', '=', phone.id).execute()
  const browser = await signIn()
  const page = await browser.open(path)
  t.match(wordsOf(page), NEEDS_OLDER)
  await server.db.updateTable('authenticators').set({ suspended_at: null }).where('id', '=', phone.id).execute()
  await server.db
    .updateTable('sessions')
    .set({ acr: MFA_ACR, amr: ['pwd', 'pop', 'mfa'] })
    .execute()
  const login = await browser.submit(page, '/prove')
  t.match(login.body, '<h1>Sign in')
  const asked = await logIn(browser, login)
  t.match(asked.body, '<h1>Show that it is you')
  const back = await browser.submit(asked, '/second-factor', { code: await phone.code() })
  t.notMatch(wordsOf(back), NEEDS_OLDER)
  t.match(wordsOf(back), 'Bring it back')
})

t.test('an address comes back, unless somebody else has proven it meanwhile', async (t) => {
  const { server, db, asideAddress, signIn, bringBack, mails } = await open(t)
  await addPasskey(server, 'old', OLD)
  const mine = await asideAddress('mine@example.com')
  const theirs = await asideAddress('theirs@example.com')
  const eve = await addEve(server)
  await db
    .insertInto('email_addresses')
    .values({ person_id: eve, key: 'theirs@example.com', address: 'x', proof: 'verified', proven_at: new Date() })
    .execute()
  const browser = await signIn(['pop', 'user', 'mfa'])
  await mails()
  t.match((await bringBack(browser, mine)).headers, { location: /news=broughtBack/ })
  t.match(await mails(), [{ recipients: [USER.email], text: /An e-mail address was added/ }])
  t.equal((await bringBack(browser, theirs)).statusCode, 404)
  const events = db.selectFrom('audit_events').where('type', '=', 'account-change').select('outcome').orderBy('seq')
  t.strictSame(await events.execute(), [{ outcome: 'brought-back' }, { outcome: 'set-aside-removed' }])
  const rows = db.selectFrom('email_addresses').select(['key', 'proof', 'suspended_at']).orderBy('key')
  t.match(await rows.where('key', 'like', '%e%s@example.com').execute(), [{ proof: 'verified' }])
  t.match(await rows.where('key', '=', 'mine@example.com').execute(), [{ proof: 'verified', suspended_at: null }])
})

t.test('an address comes back as well proven as it was, and no better', async (t) => {
  const { server, db, asideAddress, signIn, bringBack } = await open(t)
  await addPasskey(server, 'old', OLD)
  const promise = { emailKey: '@corp.example', address: '@corp.example', role: 'developer', apiId: null } as const
  await db.transaction().execute((trx) => insertRolePromise(trx, promise))
  const browser = await signIn(['pop', 'user', 'mfa'])
  for (const [before, after] of [
    ['verified', 'verified'],
    ['assigned', 'assigned'],
    ['imported', 'imported'],
    [null, 'imported'],
  ] as const) {
    const key = `${before}@example.com`
    t.match((await bringBack(browser, await asideAddress(key, before))).headers, { location: /news=broughtBack/ }, key)
    const row = db.selectFrom('email_addresses').where('key', '=', key).select('proof')
    t.strictSame(await row.execute(), [{ proof: after }], key)
  }
  await bringBack(browser, await asideAddress('eve@corp.example', 'imported'))
  t.strictSame(await db.selectFrom('person_roles').selectAll().execute(), [], 'nor does what is promised to it')
})

t.test('an app that comes back takes the place of the one there is', async (t) => {
  const { server, db, personId, signIn, bringBack, inForce } = await open(t)
  const old = await addAuthenticatorApp(server, personId)
  const newer = await addAuthenticatorApp(server, personId)
  await db
    .updateTable('authenticators')
    .set({ confirmed_at: ASIDE, suspended_at: new Date() })
    .where('id', '=', newer.id)
    .execute()
  await db.updateTable('authenticators').set({ suspended_at: new Date() }).where('id', '=', old.id).execute()
  const browser = await signIn(['pwd', 'otp', 'mfa'], MFA_ACR)
  await db.updateTable('authenticators').set({ suspended_at: null }).where('id', '=', old.id).execute()
  t.equal((await bringBack(browser, `${PAGE}/${thingIds(server.config.cookieSecrets, newer)[0]}`)).statusCode, 303)
  t.strictSame(await inForce(), [newer.id])
})

t.test('removed for good: gone, told in the audit log, and nobody else’s', async (t) => {
  const { server, db, aside, asideAddress, signIn } = await open(t)
  const { path } = await aside('mallory')
  const address = await asideAddress('mallory@example.com')
  const browser = await signIn()
  for (const one of [path, address]) {
    const asking = await browser.open(`${one}/remove`)
    t.match(wordsOf(asking), 'Remove it for good? It cannot be brought back any more')
    t.match(wordsOf(await browser.submit(asking, '/remove')), 'It is removed for good.')
    t.notMatch((await browser.submit(asking, '/remove')).body, 'role="status"', 'twice is once')
    t.equal((await browser.open(one)).statusCode, 404)
  }
  t.match(wordsOf(await browser.open(PAGE)), 'Nothing is set aside.')
  t.notMatch(wordsOf(await browser.open('/account/security')), 'Set aside')
  t.strictSame(await db.selectFrom('authenticators').selectAll().execute(), [])
  const events = db.selectFrom('audit_events').where('type', '=', 'account-change').select('outcome')
  t.strictSame(await events.execute(), [{ outcome: 'set-aside-removed' }, { outcome: 'set-aside-removed' }])
  t.ok(server)
})
