// Another e-mail address for an account: proven by the mail that went to it, by link or code, and nothing told of anybody else's.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { MAX_ADDRESSES } from '../../src/identity/add-address.ts'
import { sealPassword, setPassword } from '../../src/identity/password.ts'
import { LIMITS } from '../../src/limits/table.ts'
import { accountToken, addAddress, addEve, addPasskey, atAccount, EVE } from '../support/account.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { openMailbox, type ReceivedMail } from '../support/mailbox.ts'
import { logIn } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { wordsOf } from '../support/words.ts'

const PAGE = '/account/security/addresses'
const NEW = 'ada@new.example'

async function open(t: Test, environment: Readonly<Record<string, string>> = {}) {
  const box = await openMailbox(t)
  const server = await testServer(t, { ...box.environment, ...environment })
  const browser = await atAccount(server)
  await box.deliver(server)
  const ask = async (email: string, by = browser) => by.submit(await by.open(`${PAGE}/add`), '/add', { email })
  /** Opens the link of a mail, in the browser that asked unless told, and presses its button. */
  const openLink = async (mail: ReceivedMail | undefined, other = browser) => {
    const page = await other.request('GET', (mail?.link ?? '').slice(ISSUER.length))
    const [form] = formsOf(page.body)
    const press = (fields = form?.hidden, by = other) =>
      by.request('POST', form?.action ?? '/none', { form: { ...fields } })
    return { page, press }
  }
  const addresses = () =>
    server.db
      .selectFrom('email_addresses')
      .where('person_id', '=', server.personId)
      .select(['key', 'proof', 'is_primary'])
      .orderBy('key')
      .execute()
  const keys = async () => (await addresses()).filter(({ proof }) => proof !== null).map(({ key }) => key)
  return { ...server, server, box, browser, ask, openLink, addresses, keys, mails: () => box.deliver(server) }
}

t.test(
  'by the link: GET and HEAD ten times change nothing, POST adds it, the one held before can take it back',
  async (t) => {
    const { app, db, browser, ask, openLink, keys, mails } = await open(t)
    const check = await ask(` ${NEW.toUpperCase()} `)
    t.match(wordsOf(check), 'We have sent a mail to ADA@new.example ')
    const [mail] = await mails()
    t.match(mail, { recipients: ['ADA@new.example'], subject: 'Confirm your new e-mail address', code: /^\d{6}$/ })
    t.match(mail?.link, new RegExp(`^${ISSUER}/confirm-address/`))
    for (let n = 0; n < 10; n++) {
      const { page } = await openLink(mail)
      t.equal(page.statusCode, 200)
      t.match(wordsOf(page), 'ADA@new.example then belongs to the account of a…@example.com')
      t.notMatch(page.body, USER.email)
      t.not((await app.inject({ method: 'HEAD', url: (mail?.link ?? '').slice(ISSUER.length) })).statusCode, 200)
    }
    t.strictSame(await keys(), [USER.email])
    const { press } = await openLink(mail)
    t.match(wordsOf(await press()), 'The address is added')
    t.strictSame(await keys(), [USER.email, NEW])
    t.equal((await press()).statusCode, 410, 'the form counts once')
    t.equal((await openLink(mail)).page.statusCode, 410)
    t.match(wordsOf(await browser.open(`${PAGE}/check`)), 'The address is added. You can sign in with it from now on.')
    const events = await db.selectFrom('audit_events').where('type', '=', 'address').select('outcome').execute()
    t.strictSame(events, [{ outcome: 'added' }])

    const notices = await mails()
    t.match(notices, [{ recipients: [USER.email], text: /An e-mail address was added\./, link: /\/undo\// }])
    const login = new Browser(app)
    t.match((await logIn(login, await login.open('/account'), { ...USER, email: NEW })).body, '<h1>Your account')
    const undo = await openLink(notices[0])
    t.equal((await undo.press()).statusCode, 200)
    t.strictSame(await keys(), [USER.email])
    const aside = db.selectFrom('email_addresses').where('key', '=', NEW).select(['proof', 'proof_before'])
    t.strictSame(await aside.execute(), [{ proof: null, proof_before: 'verified' }])
  },
)

t.test(
  'by the code, in the browser that asked and in no other; five wrong ones and only the link counts',
  async (t) => {
    const { server, browser, ask, openLink, keys, mails } = await open(t)
    const check = await ask(NEW)
    const [mail] = await mails()
    const elsewhere = await atAccount(server)
    await mails()
    t.match((await elsewhere.open(`${PAGE}/check`)).body, '<h1>Add an e-mail address', 'another browser of the person')
    const form = { csrf: accountToken(server, elsewhere), code: mail?.code ?? '' }
    await elsewhere.request('POST', `${PAGE}/check`, { form })
    t.strictSame(await keys(), [USER.email])
    const wrong = mail?.code === '000000' ? '000001' : '000000'
    for (let n = 1; n <= 5; n++)
      t.match(await browser.submit(check, '/check', { code: wrong }), {
        statusCode: 422,
        body: /That code is not right/,
      })
    t.match(await browser.submit(check, '/check', { code: mail?.code ?? '' }), {
      statusCode: 429,
      body: /too many wrong/,
    })
    t.strictSame(await keys(), [USER.email])
    const again = await browser.submit(check, '/add')
    const [second] = await mails()
    t.not(second?.code, '')
    const done = await browser.submit(again, '/check', {
      code: ` ${second?.code.slice(0, 3)} ${second?.code.slice(3)}`,
    })
    t.match(wordsOf(done), /The address is added\..* ada@new\.example confirmed/)
    t.strictSame(await keys(), [USER.email, NEW])
    t.equal((await openLink(mail)).page.statusCode === 200 && (await (await openLink(mail)).press()).statusCode, 410)
  },
)

t.test(
  'an address of somebody else: the same pages; its owner hears of it, and nothing in that mail counts',
  async (t) => {
    const { server, browser, ask, keys, mails } = await open(t)
    await addEve(server)
    const strange = await ask('nobody@example.com')
    const [first] = await mails()
    t.equal(first?.subject, 'Confirm your new e-mail address')
    const taken = await ask(EVE.email)
    const plain = (page: { body: string }, email: string) => wordsOf(page).replaceAll(email, 'X')
    t.equal(plain(taken, EVE.email), plain(strange, 'nobody@example.com'))
    t.equal(taken.statusCode, strange.statusCode)
    const [second] = await mails()
    t.match(second, {
      recipients: [EVE.email],
      subject: 'This e-mail address has an account already',
      link: '',
      code: '',
    })
    const wrong = await browser.submit(taken, '/check', { code: '123456' })
    t.match(wrong, { statusCode: 422, body: /That code is not right/ })
    t.strictSame(await keys(), [USER.email])
  },
)

t.test('somebody else proves it first: one of two at once has it, and no error is an answer', async (t) => {
  const { server, ask, openLink, mails, db } = await open(t)
  await addEve(server)
  const eve = await atAccount(server, EVE)
  await mails()
  await ask(NEW)
  await ask(NEW, eve)
  const sent = await mails()
  t.equal(sent.length, 2)
  const opened = await Promise.all(sent.flatMap((mail) => [openLink(mail), openLink(mail, eve)]))
  const links = opened.filter(({ page }) => formsOf(page.body).length > 0)
  t.equal(links.length, 2, 'each in the browser of the account that it is of')
  const answers = await Promise.all(links.map(({ press }) => press()))
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [200, 410])
  const held = await db.selectFrom('email_addresses').where('key', '=', NEW).select('proof').execute()
  t.strictSame(held, [{ proof: 'verified' }])
})

t.test(
  'change of mail: old pending tokens are revoked, as by a new password, signing out elsewhere and an hour',
  async (t) => {
    const { server, db, personId, config, browser, ask, openLink, keys, mails } = await open(t)
    const rows: readonly (readonly [what: string, change: () => Promise<unknown>])[] = [
      [
        'another main address',
        async () => {
          await addAddress(server, 'second@example.com')
          const list = await browser.open(PAGE)
          const href = /href="([^"]+)">second@/.exec(list.body)?.[1] ?? ''
          await browser.submit(await browser.open(href), '/primary')
        },
      ],
      [
        'signed out elsewhere',
        async () => browser.submit(await browser.open('/account/security/sign-out-elsewhere'), '/sign-out-elsewhere'),
      ],
      ['an hour', () => turnClock(t, db, 3601)],
      [
        'a new password',
        async () =>
          setPassword(db, { personId, sealed: await sealPassword(config.passwordPepper, 'seven green lanterns') }),
      ],
    ]
    for (const [what, change] of rows) {
      await ask(NEW, await atAccount(server))
      const mail = (await mails()).find(({ code }) => code !== '')
      const { press } = await openLink(mail)
      await change()
      t.equal((await press()).statusCode, 410, what)
      t.equal((await openLink(mail)).page.statusCode, 410, what)
    }
    t.notOk((await keys()).includes(NEW))
  },
)

t.test('what is no address, one’s own, and more than there can be: said at once, and mailed to nobody', async (t) => {
  const { server, db, ask, keys, mails } = await open(t)
  await db.updateTable('email_addresses').set({ proof: 'verified' }).execute()
  for (const email of [
    '',
    'ada',
    'a@b@c',
    'one@example.com, two@example.com',
    `${'x'.repeat(300)}@example.com`,
    'a\nb@c.de',
  ])
    t.match(await ask(email), { statusCode: 422, body: /That is not an e-mail address/ }, email)
  t.match(await ask(USER.email), { statusCode: 422, body: /You have that address already/ })
  for (let n = 1; n < MAX_ADDRESSES; n++) await addAddress(server, `n${n}@example.com`)
  t.match(await ask(NEW), { statusCode: 422, body: /as many addresses as there can be: 10/ })
  t.strictSame(await mails(), [])
  t.equal((await keys()).length, MAX_ADDRESSES)
})

t.test('the cap holds for several links at once', async (t) => {
  const { server, ask, openLink, keys, mails } = await open(t)
  for (let n = 1; n < MAX_ADDRESSES - 1; n++) await addAddress(server, `n${n}@example.com`)
  for (const name of ['x', 'y', 'z']) await ask(`${name}@example.com`)
  const links = await Promise.all((await mails()).map((mail) => openLink(mail)))
  const answers = await Promise.all(links.map(({ press }) => press()))
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [200, 410, 410])
  t.equal((await keys()).length, MAX_ADDRESSES)
})

t.test(
  'a code is counted with all others: where too many were tried, it is not looked at, and the link works',
  async (t) => {
    const { deps, ask, browser, openLink, keys, mails } = await open(t)
    const check = await ask(NEW)
    for (let n = 0; n < LIMITS.mailCodesOfAll.allowed; n++) await deps.limits.admit({ mailCodesOfAll: {} })
    const [mail] = await mails()
    const answer = await browser.submit(check, '/check', { code: mail?.code ?? '' })
    t.match([answer.statusCode, answer.headers['retry-after']], [429, /^\d+$/])
    t.strictSame(await keys(), [USER.email])
    t.equal((await (await openLink(mail)).press()).statusCode, 200)
  },
)

t.test('100 mails to one address: capped per recipient and per person, quietly', async (t) => {
  const { ask, mails } = await open(t)
  for (let n = 0; n < 7; n++) t.match((await ask(NEW)).body, '<h1>Check your mail')
  t.equal((await mails()).length, 5)
  for (let n = 0; n < 7; n++) t.match((await ask(`n${n}@example.com`)).body, '<h1>Check your mail')
  t.equal((await mails()).length, 5)
})

t.test('one that was taken away can be added again; one that was the only one becomes the main address', async (t) => {
  const { server, db, personId, ask, openLink, addresses, mails } = await open(t)
  await addAddress(server, NEW)
  await sql`update email_addresses set proof = null, proven_at = null, removed_at = auth_now() where key = ${NEW}`.execute(
    db,
  )
  await ask(NEW)
  t.equal((await (await openLink((await mails())[0])).press()).statusCode, 200)
  t.match(await addresses(), [
    { key: USER.email, is_primary: true },
    { key: NEW, proof: 'verified', is_primary: false },
  ])
  await sql`delete from email_addresses where person_id = ${personId}`.execute(db)
  await ask('only@example.com')
  t.equal((await (await openLink((await mails()).find(({ code }) => code !== ''))).press()).statusCode, 200)
  t.match(await addresses(), [{ key: 'only@example.com', is_primary: true }])
})

t.test('one that the operator entered is confirmed by its mail, and nothing else changes', async (t) => {
  const { server, db, browser, ask, openLink, addresses, mails } = await open(t)
  await addAddress(server, 'second@example.com')
  const other = await atAccount(server)
  await mails()
  t.match(wordsOf(await browser.open(PAGE)), 'Main address · not confirmed')
  await ask(USER.email)
  await addPasskey(server, 'hers')
  const [mail] = await mails()
  t.equal(mail?.subject, 'Confirm your e-mail address')
  t.match(wordsOf(await (await openLink(mail)).press()), 'The address is confirmed')
  t.strictSame(await addresses(), [
    { key: USER.email, proof: 'verified', is_primary: true },
    { key: 'second@example.com', proof: 'verified', is_primary: false },
  ])
  t.match(await db.selectFrom('authenticators').select('suspended_at').execute(), [{ suspended_at: null }])
  t.match((await other.open('/account')).body, '<h1>Your account', 'other sign-ins go on')
  t.strictSame(await mails(), [], 'nothing was added, so there is nothing to take back')
})

t.test('a form of another link or browser adds nothing; nor does one of a suspended account', async (t) => {
  const { app, db, personId, ask, openLink, keys, mails } = await open(t)
  await ask(NEW)
  await ask('second@example.com')
  const sent = await mails()
  const linkTo = (email: string) => openLink(sent.find(({ recipients }) => recipients.includes(email)))
  const [one, two] = [await linkTo(NEW), await linkTo('second@example.com')]
  t.equal((await two.press(formsOf(one.page.body ?? '')[0]?.hidden)).statusCode, 403)
  t.equal((await one.press(undefined)).statusCode, 200)
  t.equal((await two.press(formsOf(two.page.body)[0]?.hidden, new Browser(app))).statusCode, 403)
  await db.updateTable('people').set({ status: 'suspended' }).where('id', '=', personId).execute()
  t.equal((await two.press()).statusCode, 410)
  t.strictSame(await keys(), [USER.email, NEW])
})

t.test(
  'the link adds it only where the account is signed in: whose address a stranger asked for blesses nothing of theirs',
  async (t) => {
    const { server, ask, openLink, keys, mails } = await open(t)
    await ask(NEW)
    const [mail] = await mails()
    const mine = await openLink(mail)
    await addEve(server)
    for (const reader of [new Browser(server.app), await atAccount(server, EVE)]) {
      const { page } = await openLink(mail, reader)
      t.match(wordsOf(page), 'This browser is not signed in to that account.')
      t.notMatch(page.body, /method="post"/i)
      const [form] = formsOf(mine.page.body)
      t.equal((await mine.press(form?.hidden, reader)).statusCode, 403)
      t.strictSame(await keys(), [USER.email])
    }
    t.notOk(
      await server.db
        .selectFrom('email_addresses')
        .where('key', '=', NEW)
        .where('proof', 'is not', null)
        .selectAll()
        .executeTakeFirst(),
    )
    const signedIn = await atAccount(server)
    t.match(
      wordsOf(await (await openLink(mail, signedIn)).press()),
      'The address is added',
      'another browser of theirs',
    )
  },
)

t.test('signed out meanwhile, the form adds nothing', async (t) => {
  const { db, personId, ask, openLink, keys, mails } = await open(t)
  await ask(NEW)
  const { press } = await openLink((await mails())[0])
  await db.deleteFrom('sessions').where('person_id', '=', personId).execute()
  t.match(await press(), { statusCode: 403, body: /not signed in to that account/ })
  t.strictSame(await keys(), [USER.email])
})

t.test('a server that sends no mails offers it nowhere, and does it for no form', async (t) => {
  const server = await testServer(t)
  const browser = await atAccount(server)
  t.notMatch((await browser.open(PAGE)).body, 'Add an address')
  t.match(wordsOf(await browser.open(`${PAGE}/add`)), 'This server cannot send mails')
  const form = { csrf: accountToken(server, browser), email: NEW }
  t.equal((await browser.request('POST', `${PAGE}/add`, { form })).statusCode, 404)
  t.strictSame(await server.db.selectFrom('mail_challenges').selectAll().execute(), [])
})
