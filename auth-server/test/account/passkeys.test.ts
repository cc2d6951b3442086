// Passkeys at the account: added by whoever has just signed in, named, removed; each time the audit log and the owner hear of it.
import t, { type Test } from 'tap'
import { MAX_PASSKEYS } from '../../src/identity/passkeys/registration.ts'
import { UNDO_SECONDS } from '../../src/store/account-change.ts'
import { accountToken, addPasskey, atAccount } from '../support/account.ts'
import type { Browser } from '../support/browser.ts'
import { formsOf } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { openMailbox } from '../support/mailbox.ts'
import { signInByPasskey } from '../support/passkeys.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { SoftPasskey } from '../support/soft-passkey.ts'
import { wordsOf } from '../support/words.ts'

const PAGE = '/account/security/passkeys'

async function open(t: Test) {
  const box = await openMailbox(t)
  const server = await testServer(t, box.environment)
  const browser = await atAccount(server)
  await box.deliver(server)
  /** What the script of the page does: asks what to make, makes it, posts the form. */
  const add = async (by: Browser = browser, passkey = new SoftPasskey(), fields: Record<string, string> = {}) => {
    const form = { csrf: accountToken(server, by), ...fields }
    const asked = await by.request('POST', `${PAGE}/options`, { form })
    const { challenge } = asked.json()
    const credential = passkey.create({ origin: ISSUER, rpId: 'localhost', challenge })
    return by.follow(await by.request('POST', PAGE, { form: { ...form, credential } }))
  }
  const rows = () =>
    server.db
      .selectFrom('authenticators')
      .select(['id', 'name', 'removed_at', 'suspended_at'])
      .where('kind', '=', 'passkey')
      .execute()
  const events = async () =>
    (await server.db.selectFrom('audit_events').where('type', '=', 'passkey').select('outcome').execute()).map(
      ({ outcome }) => outcome,
    )
  return { ...server, server, box, browser, add, rows, events, mails: () => box.deliver(server) }
}

t.test('one is added, listed, named and removed; its owner can take each but the name back by mail', async (t) => {
  const { browser, add, rows, events, mails } = await open(t)
  t.match(wordsOf(await browser.open('/account/security')), 'Passkeys Not added yet Set up')
  t.match(wordsOf(await browser.open(PAGE)), 'You have no passkey yet.')
  const added = await add()
  t.match(wordsOf(added), /The passkey is added\..* Passkey added [^·]* · not used yet · In your passkey manager/)
  t.match(wordsOf(await browser.open('/account/security')), 'Passkeys One Change')
  const [{ id } = { id: '' }] = await rows()
  t.match(await mails(), [{ recipients: [USER.email], text: /A passkey was added\./, link: /\/undo\// }])

  const naming = await browser.open(`${PAGE}/${id}/name`)
  for (const name of ['', ' ', 'x'.repeat(61), 'two\nlines', 'turned\u202eround'])
    t.match(await browser.submit(naming, '/name', { name }), { statusCode: 422, body: /name of one line/ }, name)
  const named = await browser.submit(naming, '/name', { name: ' My <b>phone</b> ' })
  t.match(wordsOf(named), 'The name is saved.')
  t.match(named.body, '<h1>My &lt;b&gt;phone&lt;/b&gt;</h1>')
  t.strictSame(await mails(), [])

  const asking = await browser.open(`${PAGE}/${id}/remove`)
  t.match(wordsOf(asking), 'It signs you in no more.')
  t.match(await rows(), [{ removed_at: null }], 'a GET asks')
  const removed = await browser.submit(asking, '/remove')
  t.match(wordsOf(removed), /The passkey is removed\..* You have no passkey yet\./)
  t.match(await mails(), [{ recipients: [USER.email], text: /A passkey was removed\./, link: /\/undo\// }])
  t.notMatch((await browser.submit(asking, '/remove')).body, 'role="status"', 'twice is once')
  t.strictSame(await events(), ['added', 'renamed', 'removed'])
})

t.test('a removed one comes back by “that wasn’t me”, and browsers are told of it all the time', async (t) => {
  const { db, server, add, rows, mails, ...opened } = await open(t)
  const passkey = new SoftPasskey()
  await add(opened.browser, passkey)
  // What came within these days would be taken back as well.
  await turnClock(t, db, UNDO_SECONDS + 1)
  const browser = await signInByPasskey(server, passkey)
  await mails()
  const [{ id } = { id: '' }] = await rows()
  const known = async (by = browser) =>
    JSON.parse(/data-known-passkeys="([^"]*)"/.exec((await by.open(PAGE)).body)?.[1]?.replace(/&quot;/g, '"') ?? '')
  t.match(await known(), { rpId: 'localhost', allAcceptedCredentialIds: [passkey.id] })
  await browser.submit(await browser.open(`${PAGE}/${id}/remove`), '/remove')
  t.match(await known(await atAccount(server)), { allAcceptedCredentialIds: [passkey.id] })
  const mail = (await mails()).find(({ text }) => text.includes('A passkey was removed.'))
  const page = await browser.request('GET', (mail?.link ?? '').slice(ISSUER.length))
  const [form] = formsOf(page.body)
  t.equal((await browser.request('POST', form?.action ?? '/none', { form: { ...form?.hidden } })).statusCode, 200)
  t.match(await rows(), [{ id, removed_at: null, suspended_at: null }])
})

t.test('1000 credentials; cap checked only at "options": at verify, of many at once as well', async (t) => {
  const { server, browser, add, rows } = await open(t)
  const passkey = new SoftPasskey()
  await add(browser, passkey)
  for (let n = 0; n < MAX_PASSKEYS - 2; n++) await addPasskey(server, `n${n}`)
  const browsers = await Promise.all([1, 2, 3, 4].map(() => signInByPasskey(server, passkey)))
  const answers = await Promise.all(browsers.map((by) => add(by)))
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [200, 422, 422, 422])
  t.match(wordsOf(answers.find(({ statusCode }) => statusCode === 422) ?? { body: '' }), 'Remove one before you add')
  t.equal((await rows()).length, MAX_PASSKEYS)
})

t.test('what is no passkey, one of somebody else, or one made by itself is not kept', async (t) => {
  const { server, browser, add, rows } = await open(t)
  const csrf = accountToken(server, browser)
  for (const credential of ['', '{}', 'x', '{"id":"__proto__"}'])
    t.match(await browser.request('POST', PAGE, { form: { csrf, credential } }), { statusCode: 400 }, credential)
  t.match(await browser.request('POST', PAGE, { form: { csrf } }), { statusCode: 400 })
  const passkey = new SoftPasskey()
  t.equal((await add(browser, passkey)).statusCode, 200)
  t.match(await add(browser, passkey), { statusCode: 422, body: /belongs to an account already/ })
  const { challenge } = (
    await browser.request('POST', `${PAGE}/options`, { form: { csrf, mediation: 'conditional' } })
  ).json()
  const unseen = { origin: ISSUER, rpId: 'localhost', challenge, userPresent: false, userVerified: false }
  const credential = new SoftPasskey().create(unseen)
  const form = { csrf, mediation: 'conditional', credential }
  t.equal((await browser.request('POST', PAGE, { form })).statusCode, 400, 'here somebody is asked')
  t.equal((await rows()).length, 1)
})

t.test('the only way to sign in is not taken away, not even by two forms at once', async (t) => {
  const { server, browser, rows, events } = await open(t)
  const { db, personId } = server
  await addPasskey(server, 'one')
  await addPasskey(server, 'two')
  // As after a new password by mail: nobody holds those two.
  await db
    .updateTable('sessions')
    .set({ amr: ['pwd', 'mca'] })
    .execute()
  const password = await db.deleteFrom('passwords').returningAll().executeTakeFirstOrThrow()
  const asking = async () => {
    const left = (await rows()).filter(({ removed_at }) => removed_at === null)
    return Promise.all(left.map(({ id }) => browser.open(`${PAGE}/${id}/remove`)))
  }
  const answers = await Promise.all((await asking()).map((page) => browser.submit(page, '/remove')))
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [200, 409])
  const refused = answers.find(({ statusCode }) => statusCode === 409) ?? { body: '' }
  t.match(wordsOf(refused), 'This is the only way in which you can sign in.')
  const [last] = await asking()
  if (!last) throw new Error('one is left')
  const remove = () => browser.submit(last, '/remove')
  t.equal((await remove()).statusCode, 409)
  t.match(await db.selectFrom('account_changes').where('kind', '=', 'passkey-removed').selectAll().execute(), {
    length: 1,
  })
  t.strictSame(await events(), ['removed'])

  const identity = { issuer: 'https://not.configured.example', subject: 'ada', person_id: personId }
  await db.insertInto('identities').values(identity).execute()
  t.equal((await remove()).statusCode, 409, 'nor for a provider that is not configured')
  await db.insertInto('passwords').values(password).execute()
  t.match(wordsOf(await remove()), 'The passkey is removed.')
})
