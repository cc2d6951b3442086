// The first administrator: by the operator's link, which counts once, for whoever signs in or signs up; and never a second one.
import t, { type Test } from 'tap'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { giveRole, takeRole } from '../../src/identity/administration/role-changes.ts'
import { listAdministrators } from '../../src/store/tables/person-roles.ts'
import { addEve, atAccount, EVE } from '../support/account.ts'
import { newPerson } from '../support/administrator.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { everything } from '../support/everything.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { logIn } from '../support/phone.ts'
import { authenticatorApp } from '../support/second-factor.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { setupLink } from '../support/setup-link.ts'

const PAGE = '/account/setup'
const SETUP_COOKIE = 'mobile-gateway-4000-setup'
const ADMINISTRATOR = { role: 'administrator' } as const

async function opened(t: Test) {
  const server = await testServer(t)
  const administrators = () => listAdministrators(server.db)
  /** Who is signed in opens the link; the page that asks. */
  const follow = async (browser: Browser, link: string) => browser.open(link)
  return { ...server, server, administrators, follow }
}

t.test(
  'opening the link changes nothing: its token waits in a cookie for the sign-in; the form makes the administrator, once',
  async (t) => {
    const { app, db, log, personId, administrators } = await opened(t)
    const link = await setupLink(db)
    const before = await everything(db)
    const browser = new Browser(app)
    await app.inject({ method: 'HEAD', url: link })
    t.equal((await app.inject({ url: link, headers: { 'sec-purpose': 'prefetch' } })).statusCode, 503)
    const first = await browser.request('GET', link)
    t.match(first, { statusCode: 303, headers: { location: '/setup', 'cache-control': 'no-store' } })
    t.match(first.cookies, [{ name: SETUP_COOKIE, httpOnly: true, sameSite: 'Lax', maxAge: 3600, path: '/' }])
    const told = await browser.open('/setup')
    t.match(
      told.body,
      /Whoever signs in by this link first becomes the administrator.*suspend, restore.*href="\/account\/setup"/s,
    )
    t.equal(await everything(db), before)
    const page = await logIn(browser, await browser.open(PAGE))
    t.match(page, { statusCode: 200, body: /You become the administrator as <strong>ada@example\.com<\/strong>/ })
    t.strictSame(await administrators(), [], 'nothing has happened yet')
    t.equal((await browser.request('POST', PAGE, { form: {} })).statusCode, 403, 'without its form')
    const done = await browser.submit(page, '/setup')
    t.match(done, { statusCode: 200, body: /<h1>You are an administrator/ })
    t.strictSame(await administrators(), [personId])
    t.equal(browser.cookies.get(SETUP_COOKIE), undefined)
    const events = await db
      .selectFrom('audit_events as event')
      .leftJoin('people as person', 'person.pseudonym', 'event.person')
      .where('event.type', 'in', ['setup', 'role'])
      .orderBy('event.seq')
      .select(['event.type', 'outcome', 'person.id as person', 'by_command as byCommand', 'actor'])
      .execute()
    t.strictSame(events, [
      { type: 'setup', outcome: 'link-made', person: null, byCommand: true, actor: null },
      { type: 'role', outcome: 'administrator-given', person: personId, byCommand: false, actor: null },
    ])
    const [, secret = ''] = link.split('.')
    t.notOk(log.join('').includes(secret), 'the log does not have it')
    t.notOk((await everything(db)).includes(secret), 'nor has the database')
    t.match(await new Browser(app).open(link), { statusCode: 409, body: /There is an administrator already/ })
  },
)

t.test('two who use one link at once, and two links: one administrator', async (t) => {
  const { server, db, administrators, personId } = await opened(t)
  const eve = await addEve(server)
  for (let round = 0; round < 5; round += 1) {
    const link = await setupLink(db)
    const [ada, other] = [await atAccount(server), await atAccount(server, EVE)]
    const pages = [await ada.open(link), await other.open(link)] as const
    const answers = await Promise.all([ada.submit(pages[0], '/setup'), other.submit(pages[1], '/setup')])
    t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [200, 409], `round ${round}`)
    const [winner = '', ...more] = await administrators()
    t.ok([personId, eve].includes(winner))
    t.strictSame(more, [])
    await takeRole(db, OPERATOR, winner, ADMINISTRATOR)
  }
  const first = await setupLink(db)
  const rows = await db.selectFrom('setup_links').where('consumed_at', 'is', null).selectAll().execute()
  const second = await setupLink(db)
  // Both count, as no command would have it.
  await db.insertInto('setup_links').values(rows).execute()
  const [ada, other] = [await atAccount(server), await atAccount(server, EVE)]
  const pages = [await ada.open(first), await other.open(second)] as const
  const answers = await Promise.all([ada.submit(pages[0], '/setup'), other.submit(pages[1], '/setup')])
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [200, 409])
  t.equal((await administrators()).length, 1)
})

t.test('a link that is used, older than an hour, replaced or made up: a page says what to do', async (t) => {
  const { app, server, db, administrators } = await opened(t)
  const replaced = await setupLink(db)
  const late = await setupLink(db)
  const browser = await atAccount(server)
  const page = await browser.open(late)
  const refused = async (link: string) => {
    for (const [language, words] of [
      ['en', /<h1>This link is over.*npm run setup/s],
      ['de', /<h1>Dieser Link gilt nicht mehr.*npm run setup/s],
    ] as const) {
      const answer = await app.inject({ url: link, headers: { 'accept-language': language } })
      t.match(answer, { statusCode: 410, body: words, headers: { 'cache-control': 'no-store' } }, link)
      t.strictSame(answer.cookies, [])
    }
  }
  for (const link of [replaced, `${late}x`, late.replace(/\..{5}/, '.AAAAA'), '/setup/x', '/setup/%00'])
    await refused(link)
  await turnClock(t, db, 3601)
  await refused(late)
  await refused('/setup')
  // The cookie is kept too long, and the sign-in is not.
  const asked = await browser.submit(page, '/setup')
  const after = await logIn(browser, asked)
  t.match(after, { statusCode: 410, body: /This link is over/ })
  t.notMatch(after.body, /action="\/account\/setup"/)
  t.strictSame(await administrators(), [])
})

t.test('without the link the page of the account says that there is none, and its form does nothing', async (t) => {
  const { server, db, administrators } = await opened(t)
  await setupLink(db)
  const browser = await atAccount(server)
  t.match(await browser.open(PAGE), { statusCode: 410, body: /This link is over/ })
  const csrf = formsOf((await browser.open('/account/profile/name')).body)[1]?.hidden.csrf ?? ''
  t.match(await browser.request('POST', PAGE, { form: { csrf } }), { statusCode: 410 })
  t.strictSame(await administrators(), [])
})

t.test('who has used the link is told what an administrator still needs, until a session has all of it', async (t) => {
  const { app, server, db } = await opened(t)
  const link = await setupLink(db)
  const browser = await atAccount(server)
  const done = await browser.submit(await browser.open(link), '/setup')
  t.match(done.body, /A second factor: set up.*A new sign-in.*href="\/account\/security\/authenticator-app"/s)
  const begun = await browser.submit(await browser.open('/account/security/authenticator-app'), '/begin')
  const [, secret = ''] = /<code>([A-Z2-7 ]+)<\/code>/.exec(begun.body) ?? []
  const code = authenticatorApp(db, secret)
  await browser.submit(begun, '/authenticator-app', { code: await code() })
  const half = await browser.open(PAGE)
  t.notMatch(half.body, /A second factor: set up/)
  t.match(half.body, /A new sign-in.*href="\/portal"/s, 'this session outlives the browser')
  const codes = await browser.submit(await browser.open('/account/security/recovery-codes'), '/recovery-codes')
  t.match(codes.body, 'href="/portal"', 'what the factor was set up for')
  const again = new Browser(app)
  const asked = await logIn(again, await again.open(PAGE))
  const ready = await again.submit(asked, '/second-factor', { code: await code(1) })
  t.match(ready, { statusCode: 200, body: /That is all it takes/ })
  const { maxAge } = { maxAge: undefined, ...ready.cookies.find(({ name }) => name === SESSION_COOKIE) }
  t.equal(maxAge, undefined, 'it ends with the browser')
})

t.test('whoever has no account signs up in the same visit', async (t) => {
  const server = await mailServer(t)
  const { app, db, mailbox } = server
  const browser = new Browser(app)
  await browser.open(await setupLink(db))
  const login = await browser.open(PAGE)
  const [, id = ''] = /interaction\/([\w-]{22})\//.exec(login.body) ?? []
  const ask = await browser.request('GET', `/interaction/${id}/sign-up`)
  const check = await browser.submit(ask, '/sign-up', { email: 'root@example.com' })
  const [mail] = await mailbox.deliver(server)
  const choose = await browser.submit(check, '/check-mail', { code: mail?.code ?? '' })
  const page = await browser.submit(choose, '/new-password', { name: 'Root', password: NEW_PASSWORD })
  t.match(page.body, /You become the administrator as <strong>root@example\.com/)
  await browser.submit(page, '/setup')
  const [administrator = ''] = await listAdministrators(db)
  t.match(await db.selectFrom('people').where('id', '=', administrator).select('name').execute(), [{ name: 'Root' }])
})

t.test('an administrator who opens a link, or comes back to the page, sees what they are', async (t) => {
  const { app, server, db, personId } = await opened(t)
  const link = await setupLink(db)
  await giveRole(db, OPERATOR, personId, ADMINISTRATOR)
  t.match(await new Browser(app).open(link), { statusCode: 409, body: /There is an administrator already/ })
  const browser = await atAccount(server)
  t.match(await browser.open(PAGE), { statusCode: 200, body: /<h1>You are an administrator/ })
})

t.test('the only administrator cannot delete their account; with another one they can', async (t) => {
  const { server, db, personId } = await opened(t)
  await giveRole(db, OPERATOR, personId, ADMINISTRATOR)
  const browser = await atAccount(server)
  const CONFIRM = '/account/delete/confirm'
  t.match(await browser.open(CONFIRM), { statusCode: 200, body: /You are the only administrator/ })
  const other = await newPerson(server, 'root@example.com')
  await giveRole(db, OPERATOR, other, ADMINISTRATOR)
  const page = await browser.open(CONFIRM)
  await takeRole(db, OPERATOR, other, ADMINISTRATOR)
  t.match(await browser.submit(page, '/confirm'), { statusCode: 409, body: /You are the only administrator/ })
  const statusOf = async () =>
    (await db.selectFrom('people').where('id', '=', personId).select('status').executeTakeFirst())?.status
  t.equal(await statusOf(), 'active')
  await giveRole(db, OPERATOR, other, ADMINISTRATOR)
  t.match(await browser.submit(page, '/confirm'), { statusCode: 200, body: /Your account is out of use/ })
  t.equal(await statusOf(), 'leaving')
})

t.test('two administrators who delete their accounts at once: one stays', async (t) => {
  const { server, db, personId, administrators } = await opened(t)
  const eve = await addEve(server)
  for (const id of [personId, eve]) await giveRole(db, OPERATOR, id, ADMINISTRATOR)
  const [ada, other] = [await atAccount(server, USER), await atAccount(server, EVE)]
  const pages = [await ada.open('/account/delete/confirm'), await other.open('/account/delete/confirm')] as const
  const answers = await Promise.all([ada.submit(pages[0], '/confirm'), other.submit(pages[1], '/confirm')])
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [200, 409])
  t.equal((await administrators()).length, 1)
})

t.test('a page by another name of this machine leads to the issuer, with the link', async (t) => {
  const { app, db } = await opened(t)
  const link = await setupLink(db)
  const answer = await app.inject({ url: link, headers: { host: '127.0.0.1:4000' } })
  t.match(answer, { statusCode: 303, headers: { location: `${ISSUER}${link}` } })
})
