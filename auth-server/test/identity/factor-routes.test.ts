// people.md: every factor route is refused until full step-up, not only the pages; a route that is in no row here fails.
import t, { type Test } from 'tap'
import { accountRoutes } from '../../src/account/index.ts'
import { MFA_ACR } from '../../src/identity/acr.ts'
import { RECENT_SECONDS } from '../../src/identity/full-login.ts'
import { accountAddresses, accountToken, addPasskey, atAccount } from '../support/account.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { everything } from '../support/everything.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { atAccountByPasskey } from '../support/passkeys.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { addressesOf } from '../support/routes.ts'
import { addAuthenticatorApp } from '../support/second-factor.ts'
import { type TestServer, testServer, USER } from '../support/server.ts'
import { SoftPasskey } from '../support/soft-passkey.ts'

/** Routes that are about factors have one of these in their addresses. */
const ABOUT_FACTORS = /passkey|factor|authenticator|recovery|totp|otp\b|webauthn|credential/

/** These know no session: files, and the management API, where scopes of a machine's token say who may. */
const NO_SESSION = /^\/(?:assets|management)\//

/** Of a visit: by these somebody shows a factor; they set nothing up. */
const SHOW = [
  'login/passkey',
  'login/passkey/options',
  'second-factor',
  'second-factor/passkey',
  'second-factor/passkey/options',
  'recovery-code',
]
/** Below the account's security: these change no factor, or have a rule of their own (what is set aside comes back by an older one). */
const BESIDE = /^\/account\/security(?:$|\/sign-out-elsewhere$|\/set-aside(?:$|\/)|\/linked$|\/addresses(?:$|\/check$))/

/** Of a visit: these set something up, and so come after the step-up. */
const SET_UP = ['add-passkey', 'add-passkey/options', 'add-passkey/later']

async function opened(t: Test) {
  const server = await testServer(t, { VISITS_PER_MINUTE: '0' })
  const found = (await addressesOf(server.app)).filter(
    ({ pattern }) => ABOUT_FACTORS.test(pattern) && !NO_SESSION.test(pattern),
  )
  return { ...server, found }
}

t.test(
  'each factor route is one of the account, which needs a second factor of whoever has one, or of a visit and in a row',
  async (t) => {
    const { deps, found } = await opened(t)
    const ofAccount = accountRoutes(deps)
    const ofVisits = found.filter(({ pattern }) => !Object.hasOwn(ofAccount, pattern))
    t.strictSame(
      ofVisits.map(({ pattern }) => pattern).toSorted(),
      [...SHOW, ...SET_UP].map((name) => `/interaction/:request/${name}`).toSorted(),
      'say of the new one whether it shows a factor or sets one up',
    )
    for (const { pattern } of found) {
      const route = ofAccount[pattern]
      if (route) t.equal(route.needs, 'factors', pattern)
    }
    t.ok(found.length > ofVisits.length, 'those of the account were found')
  },
)

t.test(
  'password-only session of a user with a second factor calls passkey registration or deletion [mymate #42, Supabase #2565]: refused until full step-up',
  async (t) => {
    const server = await opened(t)
    const { app, db, personId, config } = server
    const phone = await addAuthenticatorApp(server, personId)
    const browser = new Browser(app)
    const page = await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)))
    t.match(page.body, '<h1>Show that it is you</h1>')
    const { action = '', hidden = {} } = formsOf(page.body)[0] ?? {}
    const [, , id = ''] = action.split('/')
    const challenge = Buffer.alloc(32).toString('base64url')
    const credential = new SoftPasskey().create({ challenge, origin: config.issuer, rpId: 'localhost' })
    const form = { ...hidden, credential }
    const before = await everything(db)
    for (const name of SET_UP) {
      const url = `/interaction/${id}/${name}`
      const posted = await browser.request('POST', url, { form })
      t.match(posted, { statusCode: 303, headers: { location: `/authorize/resume/${id}` } }, name)
      t.match((await browser.follow(posted)).body, '<h1>Show that it is you</h1>', name)
    }
    t.match((await browser.open(`/interaction/${id}/add-passkey`)).body, '<h1>Show that it is you</h1>')
    t.equal(await everything(db), before)
    const done = await browser.submit(page, '/second-factor', { code: await phone.code() })
    t.notMatch(done.body, '<h1>Show that it is you</h1>', 'and its own way leads on')
  },
)

const VISIT = /^\/authorize\/resume\/[\w-]{22}$/

/** Every route of the account that changes how its person signs in, at an address of Ada's; she has a passkey then. */
async function changing(t: Test, server: TestServer) {
  const addresses = (await accountAddresses(server)).filter(
    ({ pattern }) => pattern.startsWith('/account/security') && !BESIDE.test(pattern),
  )
  for (const { pattern, needs } of addresses) t.equal(needs, 'factors', pattern)
  const tried = async (browser: Browser, what: string) => {
    const csrf = accountToken(server, browser)
    for (const { method, url, pattern } of addresses) {
      const before = await everything(server.db, ['authorization_requests'])
      const { statusCode, headers } = await browser.request(method, url, method === 'POST' ? { form: { csrf } } : {})
      const told = `${what}: ${method} ${pattern}`
      t.match({ statusCode, headers }, { statusCode: 303, headers: { location: VISIT } }, told)
      t.equal(await everything(server.db, ['authorization_requests']), before, told)
    }
  }
  return { addresses, tried }
}

t.test(
  'the password of somebody with a passkey changes no factor, address, password or provider: step-up',
  async (t) => {
    const server = await testServer(t, { VISITS_PER_MINUTE: '0' })
    const { addresses, tried } = await changing(t, server)
    t.ok(addresses.length > 20, 'they were found')
    const browser = await atAccount(server)
    t.equal((await browser.request('GET', '/account/security')).statusCode, 200, 'a passkey forces nobody at a sign-in')
    await tried(browser, 'password alone')
    const asked = await browser.open('/account/security/passkeys')
    t.match(asked.body, '<h1>Show that it is you</h1>')
    t.match(asked.body, /data-options="[^"]*second-factor\/passkey\/options"/)
  },
)

t.test('with the passkey shown each of them works; some minutes later it has to be shown again', async (t) => {
  const server = await testServer(t, { VISITS_PER_MINUTE: '0' })
  const { addresses, tried } = await changing(t, server)
  const browser = await atAccountByPasskey(server)
  for (const { url } of addresses.filter(({ method }) => method === 'GET'))
    t.equal((await browser.request('GET', url)).statusCode, 200, url)
  const added = await browser.submit(await browser.open('/account/security/password'), '/password', {
    password: NEW_PASSWORD,
  })
  t.match(added.body, 'role="status"')
  await turnClock(t, server.db, RECENT_SECONDS + 1)
  await tried(browser, 'long ago')
})

t.test('a lost passkey: a new password by mail in this browser, and the page opens, for some minutes', async (t) => {
  const server = await mailServer(t, { VISITS_PER_MINUTE: '0' })
  const { tried } = await changing(t, server)
  const browser = await atAccount(server)
  const asked = await browser.open('/account/security/passkeys')
  const [, forgotten = ''] = /href="([^"]*\/forgotten)"/.exec(asked.body) ?? []
  const check = await browser.submit(await browser.open(forgotten), '/forgotten', { email: USER.email })
  const [mail] = (await server.mailbox.deliver(server)).filter(({ code }) => code !== undefined && code !== '')
  const choose = await browser.submit(check, '/check-mail', { code: mail?.code ?? '' })
  const page = await browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
  t.match(page.body, '<h1>Passkeys</h1>', 'the visit leads back')
  const { amr, acr } = await server.db.selectFrom('sessions').selectAll().executeTakeFirstOrThrow()
  t.strictSame({ amr, acr }, { amr: ['pwd', 'mca'], acr: 'urn:mobile-api-gateway:acr:password' })
  const [, one = ''] = /href="(\/account\/security\/passkeys\/[\w-]+)"/.exec(page.body) ?? []
  t.match((await browser.submit(await browser.open(`${one}/remove`), '/remove')).body, 'You have no passkey yet.')
  await addPasskey(server, 'another')
  const app = await browser.open(authorizeUrl(pkcePair().challenge, { acr_values: MFA_ACR }))
  t.match(app.body, '<h1>Show that it is you</h1>', 'to an app it is no second factor')
  t.notMatch(app.body, '/forgotten"')
  await turnClock(t, server.db, RECENT_SECONDS + 1)
  await tried(browser, 'long after the mail')
})

t.test('a new password by mail is no code of an authenticator app', async (t) => {
  const server = await mailServer(t)
  await addAuthenticatorApp(server, server.personId)
  const browser = new Browser(server.app)
  const login = await browser.open('/account/security/password')
  const [, forgotten = ''] = /href="([^"]*\/forgotten)"/.exec(login.body) ?? []
  const check = await browser.submit(await browser.open(forgotten), '/forgotten', { email: USER.email })
  const [mail] = await server.mailbox.deliver(server)
  const choose = await browser.submit(check, '/check-mail', { code: mail?.code ?? '' })
  const asked = await browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
  t.match(asked.body, '<h1>Show that it is you</h1>')
  t.notMatch(asked.body, '/forgotten"')
  t.match((await browser.open('/account/security/password')).body, '<h1>Show that it is you</h1>')
})
