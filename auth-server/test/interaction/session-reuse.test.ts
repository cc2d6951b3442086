// RFC 8252 §8.6, OpenID Connect Core §3.1.2.1: what a session is worth, and when its person is asked again.

import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { POLICY } from '../../src/interaction/policy.ts'
import { lockAccount } from '../../src/store/lock-account.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock, untilBlocked } from '../support/database.ts'
import { expectCode, expectRefusal } from '../support/expect.ts'
import { authorizeUrl, logIn, obtainCode, pkcePair, REDIRECT_URI, redeem } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { CLAIMED_URI, signedInBrowser } from '../support/session.ts'

const { app, db, config, register, personId } = await testServer(t)
const GRACE = { email: 'grace@example.com', password: 'quite another passphrase' }
const graceId = await createAccount(db, config.passwordPepper, GRACE)
const STRANGE_URI = 'com.example.strange:/callback'
await register(
  { clientId: 'strange-app', name: 'Strange', redirectUris: [STRANGE_URI, CLAIMED_URI] },
  { trusted: false },
)
const LOOPBACK = 'http://127.0.0.1:51004/callback'
/** The steps of somebody who is signed in. */
const LATER_STEPS = POLICY.flatMap((row) => ('pages' in row && row.step !== 'login' ? row.step : []))

function ask(changes: Readonly<Record<string, string | undefined>> = {}) {
  return authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI, ...changes })
}
function title(body: string) {
  return /<title>(.*?)<\/title>/.exec(body)?.[1]
}
function onPage(t: Test, response: { statusCode: number; body: string }, expected: string) {
  t.equal(response.statusCode, 200)
  t.equal(title(response.body), expected)
}
t.test('claimed https: the session is enough, the address itself proves which app is asking', async (t) => {
  const browser = await signedInBrowser(app)
  expectCode(t, await browser.open(ask()), { to: CLAIMED_URI, state: 'a-state' })
  expectCode(t, await browser.open(ask({ prompt: 'none' })), { to: CLAIMED_URI, state: 'a-state' })
})

for (const [kind, to] of [
  ['private-use scheme', REDIRECT_URI],
  ['loopback', LOOPBACK],
] as const)
  t.test(`${kind}: a session alone never gives a code; its person is asked by name`, async (t) => {
    const browser = await signedInBrowser(app)
    const page = await browser.open(ask({ redirect_uri: to }))
    onPage(t, page, 'Continue to Shop?')
    t.match(page.body, /Continue as ada@example\.com/)
    expectCode(t, await browser.submit(page, '/continue'), { to, state: 'a-state' })
    onPage(t, await browser.open(ask({ redirect_uri: to })), 'Continue to Shop?')
    expectRefusal(t, await browser.open(ask({ redirect_uri: to, prompt: 'none' })), {
      to,
      error: 'interaction_required',
      state: 'a-state',
    })
  })

t.test(
  'https that nobody can claim, also registered long ago, is no claimed https: its person is asked by name',
  async (t) => {
    // Straight into the table: some of these could be registered once.
    const uris = ['localhost.', 'app.localhost', '[::ffff:7f00:1]', '0.0.0.0', '127.0.0.1', '192.168.1.5'].map(
      (host) => `https://${host}/cb`,
    )
    await register({ clientId: 'local-app', name: 'Local', redirectUris: [CLAIMED_URI] })
    await db.updateTable('applications').set({ redirect_uris: uris }).where('client_id', '=', 'local-app').execute()
    const browser = await signedInBrowser(app)
    for (const to of uris) {
      const asked = { client_id: 'local-app', redirect_uri: to }
      onPage(t, await browser.open(ask(asked)), 'Continue to Local?')
      expectRefusal(t, await browser.open(ask({ ...asked, prompt: 'none' })), {
        to,
        error: 'interaction_required',
        state: 'a-state',
      })
    }
  },
)

t.test('prompt=none says what is missing, and shows nothing', async (t) => {
  const browser = await signedInBrowser(app)
  const stranger = new Browser(app)
  const none = { prompt: 'none', redirect_uri: CLAIMED_URI }
  expectRefusal(t, await stranger.open(ask(none)), { to: CLAIMED_URI, error: 'login_required', state: 'a-state' })
  expectRefusal(t, await browser.open(ask({ ...none, client_id: 'strange-app' })), {
    to: CLAIMED_URI,
    error: 'consent_required',
    state: 'a-state',
  })
  await turnClock(t, db, 120)
  expectRefusal(t, await browser.open(ask({ ...none, max_age: '60' })), {
    to: CLAIMED_URI,
    error: 'login_required',
    state: 'a-state',
  })
  await turnClock(t, db, 0)
  const open = await db.selectFrom('authorization_requests').select('completed_at').execute()
  t.ok(open.filter(({ completed_at }) => completed_at).length >= 3, 'such a visit is closed at once')
})

t.test('prompt=login and select_account ask again in spite of a session', async (t) => {
  for (const prompt of ['login', 'select_account', 'login consent']) {
    const browser = await signedInBrowser(app)
    const page = await browser.open(ask({ prompt, client_id: 'strange-app' }))
    onPage(t, page, 'Sign in')
    // Skipping the page by its neighbour's address does not help.
    const id = /interaction\/([\w-]+)\//.exec(page.body)?.[1]
    for (const step of LATER_STEPS) onPage(t, await browser.open(`/interaction/${id}/${step}`), 'Sign in')
    onPage(t, await browser.follow(await browser.request('GET', `/authorize/resume/${id}`)), 'Sign in')
  }
})

t.test('max_age: a session that is too old has to sign in, and cannot continue instead', async (t) => {
  const browser = await signedInBrowser(app)
  expectCode(t, await browser.open(ask({ max_age: '60' })), { to: CLAIMED_URI, state: 'a-state' })
  await turnClock(t, db, 120)
  const page = await browser.open(ask({ max_age: '60', redirect_uri: REDIRECT_URI }))
  onPage(t, page, 'Sign in')
  const id = /interaction\/([\w-]+)\//.exec(page.body)?.[1]
  const skipped = await browser.open(`/interaction/${id}/continue`)
  onPage(t, skipped, 'Sign in')
  expectCode(t, await logIn(browser, skipped), { to: REDIRECT_URI, state: 'a-state' })
})

t.test('max_age=0 means sign in now, once', async (t) => {
  const browser = await signedInBrowser(app)
  const page = await browser.open(ask({ max_age: '0' }))
  onPage(t, page, 'Sign in')
  expectCode(t, await logIn(browser, page), { to: CLAIMED_URI, state: 'a-state' })
})

t.test(
  'an app that is not trusted is allowed by its person, who sees the scopes in words; the answer is remembered',
  async (t) => {
    const browser = await signedInBrowser(app)
    await db.deleteFrom('consents').execute()
    const strange = { client_id: 'strange-app', scope: 'orders:read' }
    const page = await browser.open(ask(strange))
    onPage(t, page, 'Allow Strange?')
    t.match(page.body, /See your orders/)
    t.notMatch(page.body, /Place and change orders/)
    expectCode(t, await browser.submit(page, '/consent'), { to: CLAIMED_URI, state: 'a-state' })
    expectCode(t, await browser.open(ask(strange)), { to: CLAIMED_URI, state: 'a-state' })
    const more = await browser.open(ask({ ...strange, scope: 'orders:read orders:write' }))
    onPage(t, more, 'Allow Strange?')
    expectCode(t, await browser.submit(more, '/consent'), { to: CLAIMED_URI, state: 'a-state' })
    expectCode(t, await browser.open(ask({ ...strange, scope: 'orders:write' })), { to: CLAIMED_URI, state: 'a-state' })
    onPage(t, await browser.open(ask({ ...strange, prompt: 'consent' })), 'Allow Strange?')
    const native = await browser.open(ask({ ...strange, redirect_uri: STRANGE_URI }))
    onPage(t, native, 'Continue to Strange?')
    expectCode(t, await browser.submit(native, '/continue'), { to: STRANGE_URI, state: 'a-state' })
    const { consents } = { consents: await db.selectFrom('consents').select(['person_id', 'scopes']).execute() }
    t.strictSame(consents, [{ person_id: personId, scopes: ['orders:read', 'orders:write'] }])
  },
)

t.test('what is allowed in a session that ends at that very moment counts for nothing', async (t) => {
  const browser = await signedInBrowser(app)
  await db.deleteFrom('consents').execute()
  const page = await browser.open(ask({ client_id: 'strange-app', scope: 'orders:read' }))
  onPage(t, page, 'Allow Strange?')
  const started = await db.transaction().execute(async (trx) => {
    await lockAccount(trx, personId)
    await trx.deleteFrom('sessions').where('person_id', '=', personId).execute()
    const answer = browser.submit(page, '/consent')
    await untilBlocked(db)
    return [answer]
  })
  const [answer] = await Promise.all(started)
  t.match(answer?.body, '<h1>Sign in')
  t.strictSame(await db.selectFrom('consents').selectAll().execute(), [])
})

t.test('after consent on this very visit nobody is asked to continue as well', async (t) => {
  const browser = new Browser(app)
  const page = await browser.open(ask({ client_id: 'strange-app', redirect_uri: STRANGE_URI, prompt: 'consent' }))
  const consent = await logIn(browser, page)
  onPage(t, consent, 'Allow Strange?')
  expectCode(t, await browser.submit(consent, '/consent'), { to: STRANGE_URI, state: 'a-state' })
})

t.test('saying no ends the visit: the app hears access_denied and the page works no more', async (t) => {
  const browser = new Browser(app)
  const login = await browser.open(ask({ client_id: 'strange-app', prompt: 'consent' }))
  const denied = { to: CLAIMED_URI, error: 'access_denied', state: 'a-state' }
  const consent = await logIn(browser, login)
  expectRefusal(t, await browser.submit(consent, '/deny'), denied)
  for (const step of ['/consent', '/deny']) t.equal((await browser.submit(consent, step)).statusCode, 409)
  t.equal((await logIn(browser, login)).statusCode, 409)
  expectRefusal(t, await browser.submit(await browser.open(ask({ redirect_uri: REDIRECT_URI })), '/deny'), {
    ...denied,
    to: REDIRECT_URI,
  })
})

t.test('somebody else can sign in instead, and gets their own tokens', async (t) => {
  const browser = await signedInBrowser(app)
  const { verifier, challenge } = pkcePair()
  const login = await browser.submit(await browser.open(authorizeUrl(challenge)), '/switch')
  onPage(t, login, 'Sign in')
  const code = expectCode(t, await logIn(browser, login, GRACE), { to: REDIRECT_URI, state: 'a-state' })
  const tokens = (await redeem(app, code, verifier)).json()
  t.equal(decodeJwt(tokens.access_token).sub, graceId)
  t.match((await browser.open(ask({ redirect_uri: REDIRECT_URI }))).body, /Continue as grace@example\.com/)
})

t.test('a stale tab cannot answer for whoever signed in meanwhile', async (t) => {
  const browser = await signedInBrowser(app)
  const stale = await browser.open(ask({ redirect_uri: REDIRECT_URI }))
  t.match(stale.body, /Continue as ada@example\.com/)
  const staleConsent = await browser.open(ask({ client_id: 'strange-app', prompt: 'consent' }))
  t.match(staleConsent.body, /<strong>ada@example\.com/)
  // Grace signs in, in another tab of the same browser.
  await logIn(browser, await browser.open(ask({ prompt: 'login' })), GRACE)
  const again = await browser.submit(stale, '/continue')
  onPage(t, again, 'Continue to Shop?')
  t.match(again.body, /Continue as grace@example\.com/)
  const consentAgain = await browser.submit(staleConsent, '/consent')
  onPage(t, consentAgain, 'Allow Strange?')
  t.match(consentAgain.body, /<strong>grace@example\.com/)
  t.strictSame(
    await db
      .selectFrom('consents')
      .select('person_id')
      .where('person_id', '=', graceId ?? '')
      .execute(),
    [],
  )
})

t.test('steps taken by one person do not count for another', async (t) => {
  const browser = await signedInBrowser(app)
  const page = await browser.open(ask({ client_id: 'strange-app', prompt: 'consent', redirect_uri: STRANGE_URI }))
  const form = await browser.request('POST', /action="([^"]+\/consent)"/.exec(page.body)?.[1] ?? '', {
    form: Object.fromEntries(
      [...page.body.matchAll(/name="(\w+)" value="([^"]+)"/g)].map(([, name = '', value = '']) => [name, value]),
    ),
  })
  t.equal(form.statusCode, 303)
  // Before the browser gets there, another person's session takes its place.
  const grace = new Browser(app)
  await logIn(grace, await grace.open(ask()), GRACE)
  browser.cookies.set(SESSION_COOKIE, grace.cookies.get(SESSION_COOKIE) ?? '')
  onPage(t, await browser.follow(form), 'Allow Strange?')
})

t.test('a step that is posted before its turn counts for nobody', async (t) => {
  const browser = await signedInBrowser(app)
  await db.deleteFrom('consents').execute()
  const login = await browser.open(ask({ client_id: 'strange-app', prompt: 'login consent' }))
  const id = /interaction\/([\w-]+)\//.exec(login.body)?.[1]
  const { id: session } = await db
    .selectFrom('sessions')
    .where('person_id', '=', personId)
    .orderBy('auth_time', 'desc')
    .select('id')
    .executeTakeFirstOrThrow()
  for (const step of LATER_STEPS) {
    const form = { csrf: formsOf(login.body)[0]?.hidden.csrf ?? '', session }
    const posted = await browser.request('POST', `/interaction/${id}/${step}`, { form })
    // A page that only says something takes no form.
    if (posted.statusCode !== 405) onPage(t, await browser.follow(posted), 'Sign in')
  }
  t.same(await db.selectFrom('consents').selectAll().execute(), [])
  onPage(t, await logIn(browser, login, GRACE), 'Allow Strange?')
})

t.test('a session that ended gives nothing: expired, person suspended, another password', async (t) => {
  const browser = await signedInBrowser(app)
  await turnClock(t, db, 14 * 24 * 3600 + 5)
  onPage(t, await browser.open(ask()), 'Sign in')
  await turnClock(t, db, 0)
  expectCode(t, await browser.open(ask()), { to: CLAIMED_URI, state: 'a-state' })
  await db.updateTable('people').set({ status: 'suspended' }).where('id', '=', personId).execute()
  onPage(t, await browser.open(ask()), 'Sign in')
  await db.updateTable('people').set({ status: 'active' }).where('id', '=', personId).execute()
  browser.cookies.set(SESSION_COOKIE, 'x'.repeat(43))
  onPage(t, await browser.open(ask()), 'Sign in')
})

t.test('a visit is over after an hour', async (t) => {
  const browser = new Browser(app)
  const page = await browser.open(ask())
  await turnClock(t, db, 3601)
  t.equal((await logIn(browser, page)).statusCode, 410)
})

t.test('an app that asks for no scope at all still needs a yes, and prompt=consent works twice', async (t) => {
  await register(
    { clientId: 'scopeless', name: 'Scopeless', redirectUris: [CLAIMED_URI] },
    { trusted: false, scopes: [] },
  )
  const browser = await signedInBrowser(app)
  for (const prompt of [undefined, 'consent', 'consent']) {
    const page = await browser.open(ask({ client_id: 'scopeless', prompt }))
    onPage(t, page, 'Allow Scopeless?')
    expectCode(t, await browser.submit(page, '/consent'), { to: CLAIMED_URI, state: 'a-state' })
  }
})

t.test('a wrong password stays on the page, says one thing, and keeps what was typed but the password', async (t) => {
  const browser = new Browser(app)
  const page = await browser.open(ask())
  for (const user of [
    { email: USER.email, password: 'wrong' },
    { email: 'nobody@example.com', password: USER.password },
    { email: '', password: '' },
  ]) {
    const again = await logIn(browser, page, user)
    t.equal(again.statusCode, 422)
    t.match(again.body, /do not fit together/)
    t.ok(again.body.includes(`value="${user.email}"`))
    if (user.password) t.notOk(again.body.includes(user.password))
    t.notOk(browser.cookies.has(SESSION_COOKIE))
  }
  expectCode(t, await logIn(browser, page), { to: CLAIMED_URI, state: 'a-state' })
})

t.test('the address is found however it is written', async (t) => {
  for (const email of [' ADA@Example.com ', 'ａｄａ@example.com']) {
    const browser = new Browser(app)
    expectCode(t, await logIn(browser, await browser.open(ask()), { ...USER, email }), {
      to: CLAIMED_URI,
      state: 'a-state',
    })
  }
})

t.test('obtaining a code by a fresh login needs no second page', async (t) => {
  t.match((await obtainCode(app)).code, /^[\w-]{43}$/)
})
