// E-mail addresses: one mailbox, one account, however a browser spells it; and what is no address hears so.
import { sql } from 'kysely'
import t from 'tap'
import { emailKey, MAX_EMAIL_LENGTH } from '../../src/identity/email.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { migrate } from '../../src/store/migrate.ts'
import { up } from '../../src/store/migrations/0007_domains_in_ascii.ts'
import { findPersonByEmail } from '../../src/store/tables/people.ts'
import { Browser } from '../support/browser.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { databaseOfRelease } from '../support/database.ts'
import { personAt } from '../support/person.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, REDIRECT_URI } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { testSite } from '../support/site.ts'

const PASSWORD = 'a long enough passphrase'

/** Spellings of one mailbox. */
const SAME: readonly (readonly string[])[] = [
  ['grete@müller.example', 'grete@xn--mller-kva.example', 'Grete@XN--MLLER-KVA.Example', 'grete@mu\u0308ller.example'],
  ['jürgen@example.com', 'ju\u0308rgen@example.com', 'JÜRGEN@EXAMPLE.COM', ' jürgen@example.com '],
  ['ann@straße.example', 'ann@xn--strae-oqa.example'],
  [
    'yuki@例え.テスト',
    'yuki@例え。テスト',
    'yuki＠例え．テスト',
    'yuki@xn--r8jz45g.xn--zckzah',
    'ｙｕｋｉ@例え.テスト',
  ],
  ['bob@example.org', 'bob@example.org.', 'bob＠example.org'],
  ['ops@localhost', 'OPS@LocalHost'],
  // The last Σ of a word is a ς for people, a σ for DNS; and each of these is a name of its own.
  ['anna@κόσμοσ-shop.example', 'anna@ΚΌΣΜΟΣ-SHOP.example', 'anna@κόσμοΣ-shop.example'],
  ['anna@κόσμος-shop.example', 'anna@xn---shop-vbeoy1ah2h.example'],
]

/** RFC 5321 §4.5.3.1.3: 254 characters, no part of it too long. */
const LONGEST = `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(63)}.com`

const ABSURD: readonly (readonly [name: string, text: string])[] = [
  ['empty', ''],
  ['spaces', '   '],
  ['no @', 'ada'],
  ['nothing before the @', '@example.com'],
  ['nothing after it', 'ada@'],
  ['two @', 'ada@lovelace@example.com'],
  ['two @, one full-width', 'ada＠lovelace@example.com'],
  ['a space inside', 'ada lovelace@example.com'],
  ['a line break and a header', 'ada@example.com\r\nBcc: all@example.com'],
  ['NUL', 'a\0da@example.com'],
  ['255 characters', `${LONGEST}m`],
  ['254 characters, more with the domain in ASCII', LONGEST.replace('b', 'ü')],
  ['10,000 characters', `${'ü'.repeat(9_980)}@example.com`],
  ['65 characters before the @', `${'a'.repeat(65)}@example.com`],
  ['a label of 64 characters', `ada@${'a'.repeat(64)}.example`],
  ['an empty label', 'ada@example..com'],
  ['two dots at the end', 'ada@example.com..'],
  ['a dot at the front', 'ada@.example.com'],
  ['punycode that is none', 'ada@xn--a-ä.example'],
  ['an IP address', 'ada@127.0.0.1'],
  ['an IP address in another form', 'ada@0x7f.1'],
  ['an IP address in brackets', 'ada@[127.0.0.1]'],
  ['a port', 'ada@example.com:25'],
  ['a path', 'ada@example.com/x'],
  ['percent-encoding', 'ada@ex%61mple.com'],
]

t.test('the spellings of one mailbox have one key, those of two have two', async (t) => {
  for (const [first = '', ...others] of SAME)
    for (const other of others) t.equal(emailKey(other), emailKey(first), `${other} is ${first}`)
  t.equal(emailKey('Grete@müller.example'), 'grete@xn--mller-kva.example')
  t.equal(new Set(SAME.map(([first = '']) => emailKey(first))).size, SAME.length)
  t.not(emailKey('jurgen@example.com'), emailKey('jürgen@example.com'), 'an umlaut is a letter of its own')
  t.not(emailKey('ann@strasse.example'), emailKey('ann@straße.example'))
  for (const [name, text] of ABSURD) t.equal(emailKey(text), undefined, name)
  t.equal(LONGEST.length, MAX_EMAIL_LENGTH)
  t.equal(emailKey(LONGEST), LONGEST)
})

t.test('a person signs in by each spelling, whichever the account was made with', async (t) => {
  const { app, db, config } = await testServer(t)
  const make = (email: string) => createAccount(db, config.passwordPepper, { email, password: PASSWORD })
  for (const [first = '', ...others] of SAME) {
    t.match(await make(first), /^usr_/)
    for (const other of others) t.equal(await make(other), undefined, `${other} is taken`)
  }
  const spellings = [SAME[0], SAME[3]].flatMap((same) => same ?? [])
  for (const email of spellings) {
    const browser = new Browser(app)
    const page = await browser.open(authorizeUrl(pkcePair().challenge))
    t.match(answerOf(await logIn(browser, page, { email, password: PASSWORD })), { to: REDIRECT_URI, code: /./ }, email)
  }
})

t.test('what is no address is told so on the page, with what was typed; no account can have it', async (t) => {
  const { app, db, config } = await testServer(t)
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  for (const [name, email] of ABSURD.filter(([name]) => name !== 'empty')) {
    const answer = await logIn(browser, page, { email, password: PASSWORD })
    const [status, says] =
      name === 'NUL'
        ? [400, /contains a NUL/]
        : email.length > 4000
          ? [400, /Email is too long/]
          : [422, /That is not an e-mail address\. Write it like name@example\.com\./]
    t.equal(answer.statusCode, status, name)
    t.match(answer.body, says, name)
    await t.rejects(createAccount(db, config.passwordPepper, { email, password: PASSWORD }), /is not an e-mail address/)
  }
})

t.test('accounts that were made before are found by their new keys', async (t) => {
  const db = await databaseOfRelease(t, '0006_one_sign_in')
  const legacy: readonly (readonly [id: string, email: string, key: string])[] = [
    ['usr_1', 'Grete@müller.example', 'grete@xn--mller-kva.example'],
    ['usr_2', 'jürgen@example.com', 'jürgen@example.com'],
    ['usr_3', 'both@xn--mller-kva.example', 'both@xn--mller-kva.example'],
    ['usr_4', 'both@müller.example', 'both@müller.example'],
    ['usr_5', 'bob@example.org.', 'bob@example.org'],
    ['usr_6', 'odd', 'odd'],
    ['usr_7', 'ödd', 'ödd'],
  ]
  for (const [id, email] of legacy)
    await sql`insert into users (id, email, email_key)
              values (${id}, ${email}, ${email.normalize('NFKC').toLowerCase()})`.execute(db)
  for (const run of ['once', 'again']) {
    await up(db)
    const { rows } = await sql<{ row: string[] }>`
      select array[id, email, email_key] as row from users order by id`.execute(db)
    t.strictSame(
      rows.map(({ row }) => row),
      legacy,
      run,
    )
  }
  await migrate(db)
  for (const [id, , key] of legacy) t.equal((await findPersonByEmail(db, key))?.id, id)
})

t.test('Chromium lets each address through, and its form reaches the account', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { visit, signIn, answer, success, press } = personAt(site.origin)
  for (const email of ['jürgen@example.com', 'grete@müller.example']) {
    await createAccount(site.db, site.config.passwordPepper, { email, password: PASSWORD })
    const phone = await open(t)
    const page = await visit(phone, { login_hint: email })
    t.match(await answer(page, () => signIn(page, { email, password: PASSWORD })), success)
    const again = await visit(phone)
    t.match(await answer(again, () => press(again, `Continue as ${email}`)), success)
  }
})
