// people.md: every factor route is refused until full step-up, not only the pages; a route that is in no row here fails.
import t, { type Test } from 'tap'
import { accountRoutes } from '../../src/account/index.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { everything } from '../support/everything.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { addressesOf } from '../support/routes.ts'
import { addAuthenticatorApp } from '../support/second-factor.ts'
import { testServer } from '../support/server.ts'
import { SoftPasskey } from '../support/soft-passkey.ts'

/** Routes that are about factors have one of these in their addresses. */
const ABOUT_FACTORS = /passkey|factor|authenticator|recovery|totp|otp\b|webauthn|credential/

/** Of a visit: by these somebody shows a factor; they set nothing up. */
const SHOW = [
  'login/passkey',
  'login/passkey/options',
  'second-factor',
  'second-factor/passkey',
  'second-factor/passkey/options',
  'recovery-code',
]
/** Of a visit: these set something up, and so come after the step-up. */
const SET_UP = ['add-passkey', 'add-passkey/options', 'add-passkey/later']

async function opened(t: Test) {
  const server = await testServer(t, { VISITS_PER_MINUTE: '0' })
  const found = (await addressesOf(server.app)).filter(
    ({ pattern }) => ABOUT_FACTORS.test(pattern) && !pattern.startsWith('/assets/'),
  )
  return { ...server, found }
}

t.test(
  'each factor route is one of the account, which needs a recent full login, or of a visit and in a row',
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
      if (route) t.equal(route.needs, 'recent', pattern)
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
