// Whoever signs out here signs out at the provider as well (OpenID Connect RP-Initiated Logout 1.0): npm's oidc-provider, unmodified, takes what we send.
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { readProviders } from '../../src/identity/federation/configure.ts'
import { Browser, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { testSite } from '../support/site.ts'
import { catalogueOf, openUpstream, type travelAt } from '../support/upstream.ts'
import { Website } from '../support/website.ts'

const DONE = /<h1>You are signed out<\/h1>/
const OVER = /<h1>Nothing to go on with<\/h1>/

async function start(t: Test, { logout = true, ends = true } = {}) {
  const [corp, other] = [await openUpstream(t, { ends }), await openUpstream(t, { name: 'other' })]
  const catalogue = await catalogueOf(t, {
    corp: { ...corp.settings, logout },
    other: { ...other.settings, logout, label: 'Other' },
  })
  const server = await testSite(t, catalogue)
  await corp.serve(server.origin)
  const { app, db, origin } = server
  const site = await Website.open(server)
  const [bye = ''] = site.definition.postLogoutRedirectUris ?? []

  /** Bob, signed in by the provider in a browser of his own; `hint` is what the website was told of him. */
  const signIn = async () => {
    const [ours, there] = [new Browser(app, origin), corp.travel()]
    corp.is({ sub: 'bob' })
    const sent = await ours.submit(await site.send(ours), '/provider/corp')
    const { pathname, search } = await there(sent.headers.location ?? '')
    const { code } = answerOf(await ours.open(`${pathname}${search}`))
    const hint: string = (await site.redeem(code)).json().id_token
    const signOut = (more: Readonly<Record<string, string>> = {}) =>
      ours.open(`/logout?${new URLSearchParams({ id_token_hint: hint, ...more })}`)
    return { ours, there, signOut }
  }
  const isSignedIn = async (ours: Browser) =>
    answerOf(await ours.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI, prompt: 'none' })))
      .code !== undefined
  const kept = async () =>
    (await db.selectFrom('sessions').select('sealed_logout').execute()).map(({ sealed_logout }) => sealed_logout)
  return { ...server, corp, site, bye, signIn, isSignedIn, kept }
}

/** Signs out at the address of the provider, and tells the way back from there. */
async function backFrom(there: ReturnType<typeof travelAt>, address: string | undefined): Promise<string> {
  const { pathname, search } = new URL(await there.signOut(address))
  return `${pathname}${search}`
}

t.test('§2: an app’s sign-out ends ours, then the provider’s, and ends where the app wanted', async (t) => {
  const { corp, db, origin, bye, signIn, isSignedIn, kept } = await start(t)
  const { ours, there, signOut } = await signIn()
  t.notMatch(JSON.stringify(await kept()), /eyJhbGciOiJSUzI1NiI/, 'what is kept is sealed')

  const sent = await signOut({ post_logout_redirect_uri: bye, state: 'the app’s' })
  const address = new URL(sent.headers.location ?? '')
  t.equal(address.origin + address.pathname, `${corp.origin}/session/end`)
  const { id_token_hint: told = '', state = '', ...asked } = Object.fromEntries(address.searchParams)
  t.match(decodeJwt(told), { iss: corp.origin, sub: 'bob', aud: 'gateway' })
  t.strictSame(asked, { client_id: 'gateway', post_logout_redirect_uri: `${origin}/federation/corp/logout` })
  t.match(state, /^[\w-]{43}$/)
  t.notOk(ours.cookies.has(SESSION_COOKIE))
  t.notOk(await isSignedIn(ours), 'ours is over before anybody has been at the provider')
  const rows = await db.selectFrom('upstream_logouts').selectAll().execute()
  t.notMatch(JSON.stringify(rows), state, 'of the state a hash is kept')

  const back = await backFrom(there, address.href)
  t.equal(back, `/federation/corp/logout?state=${state}`)
  corp.is({ sub: '' })
  const again = await there(
    `${corp.origin}/auth?client_id=gateway&prompt=none&response_type=code&scope=openid&redirect_uri=${origin}/federation/corp/callback&code_challenge=${pkcePair().challenge}&code_challenge_method=S256`,
  )
  t.equal(again.searchParams.get('error'), 'login_required', 'nobody is signed in there any more')
  const { location } = (await ours.open(back)).headers
  t.equal(location, `${bye}?state=the%20app%E2%80%99s`)
  t.strictSame(await db.selectFrom('upstream_logouts').selectAll().execute(), [])
})

t.test('the sign-out of the account leads there, too: its page lets the form, and ours is the last word', async (t) => {
  const { corp, signIn } = await start(t)
  const { ours, there } = await signIn()
  const page = await ours.open('/account')
  t.match(page.headers['content-security-policy'], `form-action 'self' ${corp.origin}`)
  const sent = await ours.submit(page, '/interaction/logout')
  t.match(sent.headers.location, `${corp.origin}/session/end?`)
  t.match(await ours.open(await backFrom(there, sent.headers.location)), { statusCode: 200, body: DONE })
})

t.test('the page that asks first lets its form lead to the provider and to the app', async (t) => {
  const { corp, site, bye, signIn } = await start(t)
  const { ours } = await signIn()
  const page = await ours.open(
    `/logout?${new URLSearchParams({ client_id: site.clientId, post_logout_redirect_uri: bye })}`,
  )
  const policy = String(page.headers['content-security-policy'])
  for (const target of [corp.origin, ' https:']) t.match(policy, target)
  t.match((await ours.submit(page, '/interaction/logout')).headers.location, `${corp.origin}/session/end?`)
})

t.test('a provider that is down holds nobody up: we say so, and go on', async (t) => {
  const { corp, bye, signIn, isSignedIn, log } = await start(t)
  const [one, two] = [await signIn(), await signIn()]
  await corp.close()
  const done = await one.signOut()
  t.match(done, { statusCode: 200, body: DONE })
  t.match(done.body, '<strong>Example Corp</strong> could not be reached, so you may still be signed in there.')
  t.notOk(await isSignedIn(one.ours))
  t.match((await two.signOut({ post_logout_redirect_uri: bye })).headers.location, bye)
  t.notOk(await isSignedIn(two.ours))
  t.equal(log.filter((line) => line.includes('provider_sign_out_failed')).length, 2)
})

t.test('one that has no end_session_endpoint holds nobody up, either', async (t) => {
  const { signIn, log } = await start(t, { ends: false })
  const { signOut } = await signIn()
  t.match(await signOut(), { statusCode: 200, body: DONE })
  t.ok(log.some((line) => line.includes('names no end_session_endpoint')))
})

t.test('a way back counts once, of ten at once as well', async (t) => {
  const { bye, signIn } = await start(t)
  const { ours, there, signOut } = await signIn()
  const sent = await signOut({ post_logout_redirect_uri: bye })
  const back = await backFrom(there, sent.headers.location)
  const answers = await Promise.all(Array.from({ length: 10 }, () => ours.open(back)))
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [303, ...Array.from({ length: 9 }, () => 400)])
  t.match(await ours.open(back), { statusCode: 400, body: OVER })
})

t.test('a way back is of its browser, its provider and ten minutes; without one nobody is led anywhere', async (t) => {
  const { app, db, origin, bye, signIn } = await start(t)
  const { ours, signOut } = await signIn()
  const sent = await signOut({ post_logout_redirect_uri: bye })
  const state = new URL(sent.headers.location ?? '').searchParams.get('state') ?? ''
  const back = `/federation/corp/logout?state=${state}`
  const elsewhere = new Browser(app, origin)
  for (const [what, browser, url] of [
    ['another browser', elsewhere, back],
    ['another provider', ours, back.replace('corp', 'other')],
    ['no state', ours, '/federation/corp/logout'],
    ['an address of its own', ours, `/federation/corp/logout?post_logout_redirect_uri=${bye}&state=x`],
  ] as const) {
    const { statusCode, headers, body } = await browser.open(url)
    t.match(
      { statusCode, location: headers.location, body },
      { statusCode: 400, location: undefined, body: OVER },
      what,
    )
  }
  t.equal((await ours.open('/federation/nobody/logout?state=x')).statusCode, 404)
  await turnClock(t, db, 601)
  t.equal((await ours.open(back)).statusCode, 400, 'too late')
})

t.test('an address that the app has no more is not gone to', async (t) => {
  const { db, bye, site, signIn } = await start(t)
  const { ours, there, signOut } = await signIn()
  const back = await backFrom(there, (await signOut({ post_logout_redirect_uri: bye })).headers.location)
  await db
    .updateTable('applications')
    .set({ post_logout_redirect_uris: [] })
    .where('id', '=', site.applicationId)
    .execute()
  t.match(await ours.open(back), { statusCode: 200, body: DONE })
})

t.test('unless it is configured, nothing is kept and nobody is led there', async (t) => {
  const { corp, app, signIn, kept } = await start(t, { logout: false })
  const { ours, signOut } = await signIn()
  t.strictSame(await kept(), [null])
  t.notMatch((await ours.open('/account')).headers['content-security-policy'], corp.origin)
  t.match(await signOut(), { statusCode: 200, body: DONE })
  t.equal((await app.inject('/federation/corp/logout?state=x')).statusCode, 404)
})

t.test('whoever signed in by password is not led there, also after the provider in the same browser', async (t) => {
  const { corp, db, app, origin, personId, site, signIn, kept } = await start(t)
  const ada = new Browser(app, origin)
  await logIn(ada, await site.send(ada))
  t.strictSame(await kept(), [null])
  await db.deleteFrom('sessions').execute()
  await db.insertInto('identities').values({ issuer: corp.origin, subject: 'bob', person_id: personId }).execute()
  const { ours } = await signIn()
  t.match(await kept(), [/^ey/])
  await logIn(ours, await site.send(ours, { prompt: 'login' }))
  t.strictSame(await kept(), [null])
  const page = await ours.open('/account')
  t.match(await ours.submit(page, '/interaction/logout'), { statusCode: 200, body: DONE })
})

t.test('a kind that knows no such thing does not take the setting', async (t) => {
  const forum = { kind: 'github', client_id: 'x', client_secret_variable: 'CORP_SECRET', logout: true }
  const environment = await catalogueOf(t, { forum })
  await t.rejects(
    readProviders({ catalogueFile: environment.CATALOGUE_FILE, issuer: 'https://id.example' }, environment),
    {
      message: /forum\.logout is unknown/,
    },
  )
})
