// Hooks before a sign-up hear of whoever would have an account but for them, and of nobody else, by whichever way somebody comes.
import t from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { invite } from '../../src/identity/invitations.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { erasePerson } from '../../src/store/person.ts'
import { Browser } from '../support/browser.ts'
import { Device } from '../support/device.ts'
import { guestServer, openUpgrade, proveAddress } from '../support/guest-visit.ts'
import { hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { answerOf, authorizeUrl, pkcePair } from '../support/phone.ts'
import type { TestServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { openUpstream, UPSTREAM_SECRET } from '../support/upstream.ts'

const BOB = { sub: 'bob', email: 'bob@corp.example', email_verified: true, name: 'Bob' }
const SENT = { name: 'Eve', password: NEW_PASSWORD }
const receiver = await hookReceiver(t)
const corp = await openUpstream(t)
const environment = {
  ...(await hookEnvironment(
    t,
    { url: receiver.url, events: ['before.sign-up'] },
    { corp: { ...corp.settings, email_domains: ['corp.example'] } },
  )),
  CORP_SECRET: UPSTREAM_SECRET,
}

/** Whom the hook was asked about since it was asked last. */
function asked(): readonly unknown[] {
  return receiver.heard.splice(0).map(({ body }) => body.email ?? body.name)
}
t.beforeEach(() => void asked())

/** Somebody comes by the provider for the first time. */
async function comeByProvider({ app }: Pick<TestServer, 'app'>, person: typeof BOB) {
  corp.is(person)
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI }))
  const away = await browser.submit(page, '/provider/corp')
  const { pathname, search } = await corp.travel()(String(away.headers.location))
  return browser.open(pathname + search)
}
function inviteBy({ db }: Pick<TestServer, 'db'>, address: string) {
  const wanted = { to: { address, key: address }, name: undefined, language: 'en', groups: [] } as const
  return db.transaction().execute((trx) => invite(trx, wanted, BY_COMMAND))
}

t.test('by mail: not about a password that cannot be, nor about an address that somebody has by then', async (t) => {
  const server = await mailServer(t, environment)
  const visit = await server.asked('sign-up', 'eve@example.com')
  const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
  t.equal((await visit.browser.submit(choose, '/new-password', { ...SENT, password: 'short' })).statusCode, 422)
  t.strictSame(asked(), [])
  t.equal((await visit.browser.submit(choose, '/new-password', SENT)).statusCode, 303)
  t.strictSame(asked(), ['eve@example.com'])

  const late = await server.asked('sign-up', 'leo@example.com')
  const lateChoose = await late.browser.submit(late.check, '/check-mail', { code: late.mail.code })
  await createAccount(server.db, server.config.passwordPepper, { email: 'leo@example.com', password: NEW_PASSWORD })
  t.not((await late.browser.submit(lateChoose, '/new-password', SENT)).statusCode, 200)
  t.strictSame(asked(), [])
  const forgotten = await server.asked('forgotten', 'eve@example.com')
  const reset = await forgotten.browser.submit(forgotten.check, '/check-mail', { code: forgotten.mail.code })
  t.equal((await forgotten.browser.submit(reset, '/new-password', { password: 'nine blue umbrellas' })).statusCode, 303)
  t.strictSame(asked(), [], 'nor about another password')
})

t.test(
  'where sign-up is closed: about those alone who are invited, by a provider and by the link of the mail',
  async (t) => {
    const server = await mailServer(t, { ...environment, SIGN_UP: 'closed' })
    t.match(await comeByProvider(server, BOB), { statusCode: 403, body: /do not make accounts here themselves/ })
    t.match(await comeByProvider(server, { ...BOB, email_verified: false }), { statusCode: 403 })
    t.strictSame(asked(), [])
    await inviteBy(server, BOB.email)
    t.ok(answerOf(await comeByProvider(server, BOB)).code)
    t.strictSame(asked(), [BOB.email])

    await server.mailbox.deliver(server)
    await inviteBy(server, 'ida@example.com')
    t.strictSame(asked(), [], 'not when somebody is invited')
    const [mail] = await server.mailbox.deliver(server)
    const browser = new Browser(server.app)
    const page = await browser.open((mail?.link ?? '').replace(server.config.issuer, ''))
    const choose = await browser.submit(page, '/prove')
    receiver.answers({ verdict: 'refuse', message: 'Not you.' })
    t.match(await browser.submit(choose, '/new-password', SENT), { statusCode: 403, body: /Not you\./ })
    receiver.answers({ verdict: 'allow' })
    t.equal((await browser.submit(choose, '/new-password', SENT)).statusCode, 200)
    t.strictSame(asked(), ['ida@example.com', 'ida@example.com'])
  },
)

t.test('a guest who makes an account is asked about; one who has ended meanwhile is not, by neither way', async (t) => {
  const server = await guestServer(t, environment)
  const upgrade = await openUpgrade(server, server.device)
  const choose = await proveAddress(server, upgrade, 'ada.new@example.com')
  t.ok(answerOf(await upgrade.browser.submit(choose, '/new-password', SENT)).code)
  t.strictSame(asked(), ['ada.new@example.com'])

  const newGuest = async () => {
    const device = await Device.create(server.app)
    const { sub } = (await device.register()).json()
    return { visit: await openUpgrade(server, device), end: () => erasePerson(server.db, String(sub)) }
  }
  const byMail = await newGuest()
  const lateChoose = await proveAddress(server, byMail.visit, 'late@example.com')
  await byMail.end()
  t.notOk(answerOf(await byMail.visit.browser.submit(lateChoose, '/new-password', SENT)).code)

  const byProvider = await newGuest()
  corp.is(BOB)
  const login = await byProvider.visit.browser.submit(byProvider.visit.page, '/guest/sign-in', {})
  const away = await byProvider.visit.browser.submit(login, '/provider/corp')
  const { pathname, search } = await corp.travel()(String(away.headers.location))
  await byProvider.end()
  t.notOk(answerOf(await byProvider.visit.browser.open(pathname + search)).code)
  t.strictSame(asked(), [])
})
