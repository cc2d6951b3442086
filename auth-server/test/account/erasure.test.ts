// Somebody uses everything there is, deletes the account and is forgotten: nothing of them is left in tables, files or the log.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import t from 'tap'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { eraseDueAccounts } from '../../src/identity/deletion.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { atAccount } from '../support/account.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { addBelongings, tracesOf } from '../support/people.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, redeem, refresh } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

const PERSON = { email: 'Mina.Quirrell@example.com', password: 'a long enough passphrase' }
const NAME = 'Mina Quirrell'
const DEVICE = 'Phone of the Quirrells'
const IP = '203.0.113.77'
const USER_AGENT = 'QuirrellBrowser/7.1'
const FROM_HER = { 'x-forwarded-for': IP, 'user-agent': USER_AGENT }
const ANSWER = 'allergic to everything green'

t.test('one person uses every feature, deletes the account, and is found nowhere', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mail-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const environment = { DEVELOPMENT: '1', MAIL_URL: pathToFileURL(folder).href, TRUSTED_PROXIES: '127.0.0.1' }
  const server = await testServer(t, environment)
  const { app, db, deps, config, log } = server
  const personId = (await createAccount(db, config.passwordPepper, { ...PERSON, name: NAME })) ?? ''
  const quiet = pino({ level: 'silent' })
  const traces = [PERSON.email, PERSON.email.toLowerCase(), NAME, DEVICE, IP, USER_AGENT, ANSWER, personId]

  // An app on her phone, allowed by her, used and named; a wrong password before; an app that is told when she signs out.
  await db.updateTable('subscriptions').set({ trusted: false }).execute()
  const phone = new Browser(app, config.issuer, FROM_HER)
  const { verifier, challenge } = pkcePair()
  const first = await phone.open(authorizeUrl(challenge, { login_hint: PERSON.email, ui_locales: 'de' }))
  await logIn(phone, first, { ...PERSON, password: 'not this one' })
  const asked = await logIn(phone, first, PERSON)
  const { code = '' } = answerOf(await phone.submit(asked, '/consent'))
  const { refresh_token } = (await redeem(app, code, verifier)).json()
  await refresh(app, refresh_token)
  const site = await Website.open(server, { backchannelLogoutUri: 'https://news.example.com/logged-out' })
  await site.signIn({ scope: 'openid offline_access' }, new Browser(app, config.issuer, FROM_HER), PERSON)
  const account = await atAccount(server, PERSON, FROM_HER)
  const [id = ''] = refresh_token.split('.')
  const namePage = await account.open(`/account/apps/installations/${id}/name`)
  await account.submit(namePage, '/name', { name: DEVICE })
  await account.submit(await account.open('/account/profile/name'), '/name', { name: `${NAME} II` })
  await account.submit(await account.open('/account/profile/language'), '/language', { language: 'de' })
  await addBelongings(server, personId)
  await db
    .updateTable('memberships')
    .set({ answers: JSON.stringify({ diet: ANSWER }) })
    .execute()
  const file = await account.submit(await account.open('/account/export'), '/export')
  for (const text of [PERSON.email, NAME, DEVICE, IP, USER_AGENT, ANSWER])
    t.ok(file.body.includes(text), `${text} is in the copy`)
  await new Browser(app).open(authorizeUrl(pkcePair().challenge, { login_hint: PERSON.email }))

  await account.submit(await account.open('/account/delete/confirm'), '/confirm')
  t.ok((await tracesOf(db, ...traces)).length > 10)
  await sendDueEntries(deps, quiet)
  const mails = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  t.equal(mails().length, 3, 'of two sign-ins in browsers that were new to the account, and of the deletion')
  await turnClock(t, db, 7 * 24 * 3600 + 1)
  t.equal(await eraseDueAccounts(db, deps.mailer), 1)

  t.strictSame(await tracesOf(db, ...traces), [])
  t.strictSame(mails(), [])
  // Whose request it was stands nowhere in it (docs/data.md says how long the address of a request is in the log).
  const lines = log.map((line) => line.replace(`"remoteAddress":"${IP}"`, '')).join('')
  t.ok(log.length > 10)
  for (const text of traces) t.notOk(lines.toLowerCase().includes(text.toLowerCase()), `${text} is not in the log`)
})
