// Signing in at the portal: as any application does, once, in the browser that began it; and what ends it.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { definePortalOf } from '../../src/portal/index.ts'
import { lockAccount } from '../../src/store/lock-account.ts'
import { openPortalSession } from '../../src/store/tables/portal-sessions.ts'
import { Browser } from '../support/browser.ts'
import { untilBlocked } from '../support/database.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { followHere, PORTAL_COOKIE, portalServer, signInAtPortal } from '../support/portal.ts'
import { ISSUER, type TestServer } from '../support/server.ts'

t.setTimeout(120_000)

/** A sign-in up to where the browser is sent back to the portal. */
async function begun(t: Test, url = '/portal', shared?: TestServer) {
  const server = shared ?? (await portalServer(t))
  const browser = new Browser(server.app)
  const asked = await browser.request('GET', url)
  const back = await logIn(browser, await browser.follow(asked))
  const { pathname, search } = new URL(back.headers.location ?? '')
  return { ...server, browser, asked, back, callback: pathname + search }
}

t.test('as any application: code, PKCE, state, nonce; then a session of its own until the browser ends', async (t) => {
  const { browser, asked, back, callback, db } = await begun(t)
  const request = new URL(asked.headers.location ?? '', ISSUER)
  t.equal(asked.statusCode, 303)
  t.match(Object.fromEntries(request.searchParams), {
    response_type: 'code',
    client_id: 'portal',
    redirect_uri: `${ISSUER}/portal/callback`,
    scope: 'openid',
    state: /^[\w-]{22}\.[\w-]{43}$/,
    nonce: /^[\w-]{43}$/,
    code_challenge: /^[\w-]{43}$/,
    code_challenge_method: 'S256',
  })
  t.match(answerOf(back), { to: `${ISSUER}/portal/callback`, iss: ISSUER })
  const signedIn = await browser.request('GET', callback)
  t.match(signedIn, { statusCode: 303, headers: { location: '/portal' } })
  const cookie = signedIn.cookies.find(({ name }) => name === PORTAL_COOKIE)
  t.match(cookie, { httpOnly: true, sameSite: 'Lax', path: '/' })
  t.equal(cookie?.maxAge, undefined, 'it ends with the browser')
  const page = await browser.request('GET', '/portal')
  t.equal(page.statusCode, 200)
  t.match(page.body, 'ada@example.com')
  const rows = await db.selectFrom('portal_sessions').selectAll().execute()
  t.equal(rows.length, 1)
  t.notOk(JSON.stringify(rows).includes(cookie?.value ?? ''), 'of the token only a hash is kept')
})

t.test('an answer counts once, in the browser that asked, with its state and from this issuer', async (t) => {
  const { app, browser, callback, db } = await begun(t)
  const other = (parameters: Readonly<Record<string, string>>) => {
    const url = new URL(callback, ISSUER)
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.pathname + url.search
  }
  const [state = ''] = new URL(callback, ISSUER).searchParams.getAll('state')
  const attempts = [
    [new Browser(app), callback, 'another browser'],
    [browser, other({ state: `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}` }), 'another state'],
    [browser, other({ state: '' }), 'no state'],
  ] as const
  for (const [who, url, what] of attempts) {
    const { statusCode, cookies } = await who.request('GET', url)
    t.strictSame({ statusCode, cookies }, { statusCode: 400, cookies: [] }, what)
  }
  t.equal((await browser.request('GET', callback)).statusCode, 303, 'none of that has used it up')
  const { statusCode, cookies } = await browser.request('GET', callback)
  t.strictSame({ statusCode, cookies }, { statusCode: 400, cookies: [] }, 'again')
  t.equal((await browser.request('GET', '/portal')).statusCode, 200, 'who is signed in stays so')
  t.equal((await db.selectFrom('portal_sessions').selectAll().execute()).length, 1)
})

t.test('an answer of another issuer, an error, or a code of somebody else is none', async (t) => {
  const server = await portalServer(t)
  for (const change of [
    { iss: 'https://evil.example' },
    { iss: '' },
    { error: 'server_error' },
    { code: '' },
    { code: 'x'.repeat(43) },
  ]) {
    const { browser, callback, db } = await begun(t, '/portal', server)
    const url = new URL(callback, ISSUER)
    for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value)
    const { statusCode, cookies } = await browser.request('GET', url.pathname + url.search)
    t.equal(statusCode, 400, JSON.stringify(change))
    t.notOk(cookies.some(({ name }) => name === PORTAL_COOKIE))
    t.strictSame(await db.selectFrom('portal_sessions').selectAll().execute(), [])
  }
})

t.test('the login that a sign-in replaces ends with its session; what is gone meanwhile is none', async (t) => {
  const { browser, callback, db, ...server } = await begun(t)
  await browser.request('GET', callback)
  const [first] = await db.selectFrom('portal_sessions').selectAll().execute()
  if (!first) throw new Error('not signed in')
  const { person_id: personId, session_id: sessionId, id_token: idToken, family_id: familyId } = first
  const session = { tokenHash: 'new', personId, sessionId, idToken, seconds: 60 }
  t.equal(await openPortalSession(db, { ...session, familyId: 'fam_gone' }, []), false)
  await signInAtPortal(server)
  const [other] = await db.selectFrom('portal_sessions').selectAll().where('family_id', '<>', familyId).execute()
  const next = other?.family_id ?? ''
  t.equal(await openPortalSession(db, { ...session, familyId: next }, [first.token_hash]), true)
  const logins = await db.selectFrom('refresh_families').select(['id', 'revoked_because']).execute()
  t.strictSame(
    new Map(logins.map(({ id, revoked_because }) => [id, revoked_because])),
    new Map([
      [familyId, 'signed out'],
      [next, null],
    ]),
  )
  const hashes = await db.selectFrom('portal_sessions').select('token_hash').execute()
  t.notOk(hashes.some(({ token_hash }) => token_hash === first.token_hash))
})

t.test(
  'a sign-in while the account is changed: it waits for that, and neither for the other in a circle',
  async (t) => {
    const { browser, callback, ...server } = await begun(t)
    const { db } = server
    await browser.request('GET', callback)
    const [first] = await db.selectFrom('portal_sessions').selectAll().execute()
    if (!first) throw new Error('not signed in')
    const { person_id: personId, session_id: sessionId, id_token: idToken, family_id: replaced } = first
    await signInAtPortal(server)
    const [other] = await db.selectFrom('portal_sessions').selectAll().where('family_id', '<>', replaced).execute()
    const session = { tokenHash: 'new', personId, sessionId, idToken, familyId: other?.family_id ?? '', seconds: 60 }
    const opened = await db.transaction().execute(async (trx) => {
      await lockAccount(trx, personId)
      const opening = openPortalSession(db, session, [first.token_hash])
      await untilBlocked(db)
      await trx
        .updateTable('refresh_families')
        .where('person_id', '=', personId)
        .set({ revoked_at: sql`auth_now()`, revoked_because: 'signed out' })
        .execute()
      return { opening }
    })
    t.equal(await opened.opening, true)
  },
)

t.test('two answers at once: one of them signs in, and the login stands', async (t) => {
  const { browser, callback, db } = await begun(t)
  const answers = await Promise.all([browser.request('GET', callback), browser.request('GET', callback)])
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [303, 400])
  t.equal((await browser.request('GET', '/portal')).statusCode, 200)
  t.equal((await db.selectFrom('portal_sessions').selectAll().execute()).length, 1)
})

t.test(
  'a code for another nonce or verifier signs nobody in: who mixes up two sign-ins of one browser gets none',
  async (t) => {
    const server = await portalServer(t)
    const browser = new Browser(server.app)
    const first = await logIn(browser, await browser.open('/portal'))
    const second = await browser.open('/portal')
    const url = new URL(first.headers.location ?? '')
    url.searchParams.set('state', new URL(second.headers.location ?? '').searchParams.get('state') ?? '')
    t.equal((await browser.request('GET', url.pathname + url.search)).statusCode, 400)
  },
)

t.test('it leads back to the page that was asked for, of this server and below /portal', async (t) => {
  const server = await portalServer(t)
  for (const [url, leadsTo] of [
    ['/portal?news=x', '/portal?news=x'],
    [`/portal?long=${'x'.repeat(600)}`, '/portal'],
    ['http://evil.example/portal?a=b', '/portal?a=b'],
  ] as const) {
    const { browser, callback } = await begun(t, url, server)
    t.equal((await browser.request('GET', callback)).headers.location, leadsTo, url)
  }
})

t.test('a form without a session leads to its page, and a declined sign-in says so', async (t) => {
  const { app } = await portalServer(t)
  const browser = new Browser(app)
  const { statusCode, headers } = await browser.request('POST', '/portal/sign-out', { form: {} })
  t.match({ statusCode, headers }, { statusCode: 303, headers: { location: '/portal' } })
})

t.test('each language has its own name for the portal, wherever its people read of it', async (t) => {
  const server = await portalServer(t)
  const german = new Browser(server.app, ISSUER, { 'accept-language': 'de' })
  const login = await german.open('/portal')
  t.match(login.body, 'weiter zu <strong>Entwicklerportal</strong>')
  await followHere(german, await logIn(german, login))
  for (const page of ['/account/apps', '/account/activity', '/account/delete/confirm', '/logout?client_id=portal']) {
    const { body } = await german.open(page)
    t.match(body, 'Entwicklerportal', page)
    t.notMatch(body, 'Developer portal', page)
  }
  const english = await signInAtPortal(server)
  t.match((await english.browser.open('/account/apps')).body, 'Developer portal')
})

t.test('whatever ends the login ends the portal at the next request', async (t) => {
  const server = await portalServer(t)
  const { db } = server
  const endings = {
    'the account page “sign out”': async (browser: Browser) => {
      const page = await browser.open('/account')
      await browser.submit(page, '/logout')
    },
    'the account page withdraws what the app may do': async () => {
      await db.updateTable('refresh_families').set({ revoked_at: new Date() }).execute()
    },
    'a new password, or “sign out elsewhere”': async () => {
      await db
        .updateTable('people')
        .set((eb) => ({ auth_epoch: eb('auth_epoch', '+', 1) }))
        .execute()
    },
    suspension: async () => {
      await db.updateTable('people').set({ status: 'suspended' }).execute()
    },
  }
  for (const [what, end] of Object.entries(endings)) {
    await db.updateTable('people').set({ status: 'active' }).execute()
    const { browser } = await signInAtPortal(server)
    t.equal((await browser.request('GET', '/portal')).statusCode, 200)
    await end(browser)
    t.match((await browser.request('GET', '/portal')).headers, { location: /^\/authorize\?/ }, what)
  }
})

t.test('signing out there ends the login and the session that it came from', async (t) => {
  const server = await portalServer(t)
  const { db } = server
  const { browser, page } = await signInAtPortal(server)
  const token = browser.cookies.get(PORTAL_COOKIE)
  const done = await browser.submit(page, '/portal/sign-out')
  t.match(done.body, 'You are signed out')
  t.strictSame(await db.selectFrom('portal_sessions').selectAll().execute(), [])
  t.strictSame(await db.selectFrom('sessions').selectAll().execute(), [])
  const family = await db.selectFrom('refresh_families').select('revoked_because').executeTakeFirst()
  t.equal(family?.revoked_because, 'signed out')
  browser.cookies.set(PORTAL_COOKIE, token ?? '')
  t.match((await browser.request('GET', '/portal')).headers, { location: /^\/authorize\?/ })
})

t.test('made anew at each start, also of several instances at once: it is the same application', async (t) => {
  const { db } = await portalServer(t)
  const read = () =>
    Promise.all([
      db.selectFrom('applications').where('client_id', '=', 'portal').selectAll().execute(),
      db.selectFrom('subscriptions').where('api_id', '=', 'developer-portal').selectAll().execute(),
    ])
  const before = await read()
  await Promise.all(Array.from({ length: 8 }, () => definePortalOf(ISSUER, db)))
  t.strictSame(await read(), before)
  t.equal(before.flat().length, 2)
})
