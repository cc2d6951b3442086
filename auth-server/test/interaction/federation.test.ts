// Signing in by another provider: npm's oidc-provider, unmodified, is the provider; every answer counts once, in its own browser.
import type { LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { defineApi } from '../../src/catalogue/apis.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { forcePasswordReset } from '../../src/identity/administration/people.ts'
import { issuersOf } from '../../src/identity/federation/providers.ts'
import { invite } from '../../src/identity/invitations.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { sealPassword, setPassword } from '../../src/identity/password.ts'
import { MAX_NAME_LENGTH } from '../../src/identity/person-name.ts'
import { unlinkIdentity } from '../../src/store/queries/federation.ts'
import { unlessOnlyWay } from '../../src/store/queries/ways-in.ts'
import { addAddress, addEve } from '../support/account.ts'
import { Browser, formsOf, visitCookie } from '../support/browser.ts'
import { untilBlocked } from '../support/database.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, redeem } from '../support/phone.ts'
import { addAuthenticatorApp } from '../support/second-factor.ts'
import { API, type TestServer, testServer, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { catalogueOf, openUpstream, type Upstream, type UpstreamPerson } from '../support/upstream.ts'

const BOB = { sub: 'bob', email: 'bob@corp.example', email_verified: true, name: 'Bob' }

async function start(
  t: Test,
  {
    settings = {},
    environment = {},
  }: { settings?: Record<string, string | string[]>; environment?: Record<string, string> } = {},
) {
  const corp = await openUpstream(t)
  const catalogue = await catalogueOf(t, { corp: { ...corp.settings, email_domains: ['corp.example'], ...settings } })
  const server = await testServer(t, { ...catalogue, ...environment })
  return { corp, server, ...visitsOf(server, corp) }
}

function visitsOf({ app }: TestServer, corp: Upstream) {
  /** The app opens a visit: its login page. */
  const visit = async (browser = new Browser(app), changes: Record<string, string> = {}) => {
    const pair = pkcePair()
    const page = await browser.open(authorizeUrl(pair.challenge, { redirect_uri: CLAIMED_URI, ...changes }))
    return { browser, page, ...pair }
  }
  /** Presses the provider's button and comes back: the address of the callback. */
  const upstream = async (
    browser: Browser,
    page: LightMyRequestResponse,
    person: UpstreamPerson,
    travel = corp.travel(),
  ) => {
    corp.is(person)
    const sent = await browser.submit(page, '/provider/corp')
    return callbackOf(await travel(sent.headers.location ?? ''))
  }
  /** The whole way of one person in one browser, up to where the app or a page is. */
  const signIn = async (person: UpstreamPerson, browser = new Browser(app), changes: Record<string, string> = {}) => {
    const begun = await visit(browser, changes)
    const callback = await upstream(browser, begun.page, person)
    return { ...begun, callback, answer: await browser.open(callback) }
  }
  return { visit, upstream, signIn }
}

function callbackOf(url: URL): string {
  return `${url.pathname}${url.search}`
}

/** What the app learns of who signed in. */
async function claimsOf(
  server: TestServer,
  { answer, verifier }: { answer: LightMyRequestResponse; verifier: string },
) {
  const redeemed = await redeem(server.app, answerOf(answer).code ?? '', verifier, { redirect_uri: CLAIMED_URI })
  const { access_token } = redeemed.json()
  const [, claims = ''] = String(access_token).split('.')
  return JSON.parse(Buffer.from(claims, 'base64url').toString())
}

function addressesOf({ db }: TestServer, personId: string) {
  return db
    .selectFrom('email_addresses')
    .where('person_id', '=', personId)
    .select(['address', 'proof', 'is_primary'])
    .execute()
}

async function countPeople({ db }: TestServer): Promise<number> {
  return (await db.selectFrom('people').select('id').execute()).length
}

t.test('the first sign-in makes a person, each later one finds the same by issuer and subject', async (t) => {
  const { server, signIn } = await start(t)
  const first = await claimsOf(server, await signIn(BOB))
  t.match(first, { sub: /^usr_/, amr: ['fed'], acr: 'urn:mobile-api-gateway:acr:password' })
  t.strictSame(await addressesOf(server, first.sub), [{ address: BOB.email, proof: 'verified', is_primary: true }])
  const again = await claimsOf(server, await signIn({ ...BOB, email: 'other@corp.example', name: 'Robert' }))
  t.equal(again.sub, first.sub, 'whatever else the provider says of them')
  const events = await server.db.selectFrom('audit_events').orderBy('seq').select(['type', 'outcome']).execute()
  t.strictSame(
    events.map(({ type, outcome }) => `${type} ${outcome}`).filter((name) => /^sign/.test(name)),
    ['sign-up succeeded', 'sign-in succeeded', 'sign-in succeeded'],
  )
})

for (const [what, email_verified] of [
  ['"true"', 'true'],
  ['"false"', 'false'],
  ['1', 1],
  ['nothing', undefined],
  ['false', false],
] as const)
  t.test(
    `provider says email_verified: ${what}: unverified, so the address is not kept, and leads to nobody`,
    async (t) => {
      const { server, signIn } = await start(t, { settings: { email_domains: ['*'] } })
      const { sub } = await claimsOf(server, await signIn({ sub: 'eve', email: USER.email, email_verified }))
      t.not(sub, server.personId)
      t.strictSame(await addressesOf(server, sub), [])
    },
  )

t.test('an address counts only where the provider is the authority for its domain', async (t) => {
  const { server, signIn } = await start(t)
  const { sub } = await claimsOf(server, await signIn({ sub: 'eve', email: USER.email, email_verified: true }))
  t.not(sub, server.personId, 'example.com is not the domain of this provider')
  t.strictSame(await addressesOf(server, sub), [])
  const tricky = await claimsOf(
    server,
    await signIn({ sub: 'mallory', email: 'x@evil.example@corp.example', email_verified: true }),
  )
  t.strictSame(await addressesOf(server, tricky.sub), [])
})

t.test(
  'what a stranger has done with an address that they never proved is of no use once its owner comes',
  async (t) => {
    const { server, signIn, visit } = await start(t)
    // Written down at an account whose password the stranger knows.
    await addAddress(server, BOB.email, false)
    const { sub } = await claimsOf(server, await signIn(BOB))
    t.not(sub, server.personId, 'the owner has an account of their own')
    t.strictSame(await addressesOf(server, sub), [{ address: BOB.email, proof: 'verified', is_primary: true }])
    for (const table of ['passwords', 'authenticators'] as const)
      t.strictSame(await server.db.selectFrom(table).where('person_id', '=', sub).selectAll().execute(), [], table)
    const { browser, page } = await visit()
    const tried = await logIn(browser, page, { ...USER, email: BOB.email })
    t.equal(tried.statusCode, 422, 'and the password of the stranger opens nothing by the address')
  },
)

t.test('with the address of an account, nothing happens before its person has signed in to it', async (t) => {
  const { server, signIn, visit, upstream } = await start(t, { settings: { email_domains: ['example.com'] } })
  const ada = { sub: 'ada at corp', email: USER.email, email_verified: true }
  const before = await countPeople(server)
  const { browser, answer: page, verifier } = await signIn(ada)
  t.match(page.body, /There is an account with <strong>ada@example.com<\/strong> already/)
  t.equal(await countPeople(server), before)
  t.strictSame(await server.db.selectFrom('identities').selectAll().execute(), [])

  const asks = await logIn(browser, page)
  t.match(asks.body, /Link Example Corp\?/)
  t.strictSame(await server.db.selectFrom('identities').selectAll().execute(), [], 'not before they say so')
  const done = await browser.submit(asks, '/link-provider')
  t.equal((await claimsOf(server, { answer: done, verifier })).sub, server.personId)
  t.match(await server.db.selectFrom('identities').selectAll().execute(), [
    { subject: ada.sub, person_id: server.personId },
  ])
  t.match(await mailsTo(server), [{ change: 'identity-added' }])

  const next = await visit()
  const through = await next.browser.open(await upstream(next.browser, next.page, ada))
  t.equal((await claimsOf(server, { answer: through, verifier: next.verifier })).sub, server.personId)
})

t.test('not now links nothing, and is not asked again in the visit', async (t) => {
  const { server, signIn } = await start(t, { settings: { email_domains: ['example.com'] } })
  const { browser, answer: page } = await signIn({ sub: 'ada at corp', email: USER.email, email_verified: true })
  const done = await browser.submit(await logIn(browser, page), '/link-provider/later')
  t.ok(answerOf(done).code)
  t.strictSame(await server.db.selectFrom('identities').selectAll().execute(), [])
  t.strictSame(await server.db.selectFrom('upstream_logins').selectAll().execute(), [])
})

t.test('whoever signs in to another account is not asked to link the address of somebody else', async (t) => {
  const { server, signIn } = await start(t, { settings: { email_domains: ['example.com'] } })
  const eve = { email: 'eve@elsewhere.example', password: 'another long passphrase' }
  await createAccount(server.db, server.config.passwordPepper, eve)
  const { browser, answer: page } = await signIn({ sub: 'ada at corp', email: USER.email, email_verified: true })
  const done = await logIn(browser, page, eve)
  t.ok(answerOf(done).code, 'straight to the app')
  t.strictSame(await server.db.selectFrom('identities').selectAll().execute(), [])
})

t.test(
  'the link is of the subject that came back: a second account of the provider in the same visit takes its place',
  async (t) => {
    const { server, signIn, upstream } = await start(t, { settings: { email_domains: ['example.com'] } })
    const ada = { email: USER.email, email_verified: true }
    const { browser, answer: page } = await signIn({ sub: 'first', ...ada })
    const second = await browser.open(await upstream(browser, page, { sub: 'second', ...ada }))
    const asks = await logIn(browser, second)
    await browser.submit(asks, '/link-provider')
    t.match(await server.db.selectFrom('identities').select('subject').execute(), [{ subject: 'second' }])
  },
)

t.test('proof of a link is used once, however often and parallel its form arrives', async (t) => {
  const { server, signIn } = await start(t, { settings: { email_domains: ['example.com'] } })
  const { browser, answer: page } = await signIn({ sub: 'ada at corp', email: USER.email, email_verified: true })
  const asks = await logIn(browser, page)
  await Promise.all(Array.from({ length: 5 }, () => browser.submit(asks, '/link-provider')))
  t.equal((await mailsTo(server)).length, 1, 'one link, one mail')
  // Taken away again, the same form links nothing.
  await server.db.updateTable('identities').set({ removed_at: new Date() }).execute()
  await browser.submit(asks, '/link-provider')
  t.match(await server.db.selectFrom('identities').select('removed_at').execute(), [{ removed_at: Date }])
})

t.test('an answer counts once, also when it comes ten times at once', async (t) => {
  const { corp, server, visit, upstream } = await start(t)
  const { browser, page } = await visit()
  const callback = await upstream(browser, page, BOB)
  const answers = await Promise.all(Array.from({ length: 10 }, () => browser.request('GET', callback)))
  t.strictSame(
    answers.map(({ statusCode }) => statusCode).sort(),
    [303, ...Array.from({ length: 9 }, () => 400)].sort(),
  )
  t.equal((await browser.request('GET', callback)).statusCode, 400, 'nor ever after')
  t.equal(await countPeople(server), 2)
  t.equal(corp.asked.filter(({ pathname }) => pathname === '/token').length, 1, 'the provider is asked once')
})

t.test(
  'callback without state, state of another browser, state twice, provider A’s at B’s callback: refused, and not used up',
  async (t) => {
    const corp = await openUpstream(t)
    const other = await openUpstream(t, { name: 'other' })
    const catalogue = await catalogueOf(t, { corp: corp.settings, other: { ...other.settings, label: 'Other' } })
    const server = await testServer(t, catalogue)
    const { visit, upstream } = visitsOf(server, corp)
    const { browser, page } = await visit()
    const callback = await upstream(browser, page, BOB)
    const changed = (change: (parameters: URLSearchParams) => void) => {
      const url = new URL(callback, 'http://localhost')
      change(url.searchParams)
      return callbackOf(url)
    }
    const refused = async (address: string, what: string, by = browser) => {
      const answer = await by.request('GET', address)
      t.equal(answer.statusCode, 400, what)
      t.match(answer.headers['content-type'], /^text\/html/, what)
    }
    await refused(
      changed((sent) => sent.delete('state')),
      'without state',
    )
    await refused(
      changed((sent) => sent.set('state', 'x'.repeat(43))),
      'with another state',
    )
    await refused(`${callback}&state=x`, 'with two states')
    await refused(callback, 'in another browser', new Browser(server.app))
    const stranger = (await visit()).browser
    await refused(callback, 'in another browser that has a visit, too', stranger)
    const [, id = ''] = /interaction\/([\w-]{22})\//.exec(page.body) ?? []
    stranger.cookies.set(visitCookie(id), `${Math.floor(Date.now() / 1000)}.${randomSecret()}`)
    await refused(callback, 'in one that only knows which visit it is of', stranger)
    await refused(callback.replace('/corp/', '/other/'), 'at the callback of another provider')
    t.equal(await countPeople(server), 1, 'nobody was made')
    t.ok(answerOf(await browser.open(callback)).code, 'none of this has used it up')
    t.equal((await browser.request('GET', '/federation/nobody/callback?state=x')).statusCode, 404)
  },
)

t.test('an answer that names another issuer, or a code of another sign-in, signs nobody in', async (t) => {
  const { server, visit, upstream } = await start(t)
  const refused = async (change: (url: URL, foreign: URL) => void, what: string) => {
    const { browser, page } = await visit()
    const own = new URL(await upstream(browser, page, BOB), 'http://localhost')
    const theirs = await visit()
    const foreign = new URL(await upstream(theirs.browser, theirs.page, BOB), 'http://localhost')
    change(own, foreign)
    const answer = await browser.request('GET', callbackOf(own))
    t.equal(answer.statusCode, 400, what)
    t.match(answer.body, /The answer of Example Corp could not be used/, what)
  }
  await refused(({ searchParams }) => searchParams.set('iss', 'https://evil.example'), 'iss of another')
  await refused(({ searchParams }) => searchParams.delete('iss'), 'iss left out, where the provider promises one')
  await refused(({ searchParams }, foreign) => searchParams.set('code', foreign.searchParams.get('code') ?? ''), 'code')
  await refused(({ searchParams }) => searchParams.set('code', 'made up'), 'code made up')
  t.equal(await countPeople(server), 1)
})

t.test('caller adds redirect_uri, scope, prompt=none: upstream parameters come from configuration only', async (t) => {
  const { corp, visit } = await start(t)
  const { browser, page } = await visit(undefined, { login_hint: 'a&prompt=none&redirect_uri=https://evil.example' })
  const form = await browser.submit(page, '/provider/corp', {
    redirect_uri: 'https://evil.example',
    scope: 'openid admin',
    prompt: 'none',
    login_hint: 'x',
  })
  const sent = new URL(form.headers.location ?? '')
  t.equal(sent.origin, corp.origin)
  t.strictSame([...sent.searchParams.keys()].sort(), [
    'client_id',
    'code_challenge',
    'code_challenge_method',
    'nonce',
    'redirect_uri',
    'response_type',
    'scope',
    'state',
  ])
  t.equal(sent.searchParams.get('redirect_uri'), 'http://localhost:4000/federation/corp/callback')
  t.equal(sent.searchParams.get('scope'), 'openid email profile')
})

t.test('whoever has to sign in anew is asked anew at the provider, too', async (t) => {
  const { visit } = await start(t)
  const { browser, page } = await visit(undefined, { prompt: 'login' })
  const sent = await browser.submit(page, '/provider/corp')
  t.equal(new URL(sent.headers.location ?? '').searchParams.get('prompt'), 'login')
  t.equal(new URL(sent.headers.location ?? '').searchParams.get('max_age'), '0')
})

t.test('who signed in at the provider before is not taken for signed in anew', async (t) => {
  const { corp, signIn } = await start(t)
  const now = Math.floor(Date.now() / 1000)
  corp.signedIn(now - 600)
  t.ok(answerOf((await signIn(BOB)).answer).code, 'where it need not be fresh')
  for (const changes of [{ prompt: 'login' }, { max_age: '5' }]) {
    const { answer } = await signIn(BOB, undefined, changes)
    t.equal(answer.statusCode, 400)
    t.match(answer.body, /could not be used/)
  }
  corp.signedIn(now)
  t.ok(answerOf((await signIn(BOB, undefined, { prompt: 'login' })).answer).code)
})

t.test('cancelled at the provider, the page says so and leads back', async (t) => {
  const { visit, upstream } = await start(t)
  const { browser, page } = await visit()
  const answer = await browser.open(await upstream(browser, page, { sub: '' }))
  t.equal(answer.statusCode, 403)
  t.match(answer.body, /That was cancelled at Example Corp/)
  t.match(answer.body, /\/login"/)
})

t.test('whoever has an authenticator app shows its code after the provider, and amr says both', async (t) => {
  const { server, signIn } = await start(t)
  const { sub } = await claimsOf(server, await signIn(BOB))
  const authenticator = await addAuthenticatorApp(server, sub)
  const { browser, answer: page, verifier } = await signIn(BOB)
  t.match(page.body, /\/second-factor"/)
  const done = await browser.submit(page, '/second-factor', { code: await authenticator.code() })
  t.match(await claimsOf(server, { answer: done, verifier }), {
    amr: ['fed', 'otp', 'mfa'],
    acr: 'urn:mobile-api-gateway:acr:mfa',
  })
})

t.test('nobody is signed in whose account is suspended or being deleted', async (t) => {
  const { server, signIn } = await start(t)
  const { sub } = await claimsOf(server, await signIn(BOB))
  const set = (status: 'suspended' | 'leaving') =>
    server.db
      .updateTable('people')
      .set({ status, erase_after: status === 'leaving' ? new Date(Date.now() + 1e6) : null })
      .where('id', '=', sub)
      .execute()
  await set('suspended')
  const suspended = await signIn(BOB)
  t.equal(suspended.answer.statusCode, 403)
  t.match(suspended.answer.body, /cannot be used at the moment/)
  await set('leaving')
  const leaving = await signIn(BOB)
  t.equal(leaving.answer.statusCode, 403)
  t.match(leaving.answer.body, /is being deleted/)
  t.equal(await countPeople(server), 2, 'and no second account is made')
})

t.test('where nobody makes accounts, a provider makes none either', async (t) => {
  const { server, signIn } = await start(t, { environment: { SIGN_UP: 'closed' } })
  const { answer } = await signIn(BOB)
  t.equal(answer.statusCode, 403)
  t.match(answer.body, /people do not make accounts here themselves/)
  t.equal(await countPeople(server), 1)
})

t.test('who is invited comes by a provider that vouches for the address, also there', async (t) => {
  const { server, signIn } = await start(t, { environment: { SIGN_UP: 'closed' } })
  const to = { address: BOB.email, key: BOB.email }
  const wanted = { to, name: undefined, language: 'en', groups: [] } as const
  const invited = await server.db.transaction().execute((trx) => invite(trx, wanted, BY_COMMAND))
  t.ok(answerOf((await signIn({ ...BOB, email_verified: false })).answer).code === undefined, 'not by an unproven one')
  t.ok(answerOf((await signIn(BOB)).answer).code)
  const [made] = await server.db.selectFrom('people').where('id', '<>', server.personId).select('id').execute()
  t.match(invited, { id: made?.id })
})

t.test('first sign-ins of one person in many browsers at once make one account, and each goes on', async (t) => {
  const { server, visit, upstream } = await start(t)
  const ways = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const { browser, page } = await visit()
      return { browser, callback: await upstream(browser, page, BOB) }
    }),
  )
  const answers = await Promise.all(ways.map(({ browser, callback }) => browser.open(callback)))
  for (const answer of answers) t.ok(answerOf(answer).code, `${answer.statusCode}`)
  t.equal(await countPeople(server), 2)
})

t.test('a provider that is down says so on its button, and keeps nobody from the others', async (t) => {
  const corp = await openUpstream(t)
  const other = await openUpstream(t, { name: 'other' })
  const catalogue = await catalogueOf(t, { corp: corp.settings, other: { ...other.settings, label: 'Other' } })
  const server = await testServer(t, catalogue)
  const { visit } = visitsOf(server, corp)
  await corp.close()
  const { browser, page } = await visit()
  const failed = await browser.submit(page, '/provider/corp')
  t.equal(failed.statusCode, 503)
  t.match(failed.body, /Example Corp cannot be reached right now/)
  const again = await visit()
  t.match(again.page.body, /Example Corp: cannot be reached right now/)
  t.match(again.page.body, /Continue with Other/)
  other.is(BOB)
  const sent = await again.browser.submit(again.page, '/provider/other')
  const done = await again.browser.open(callbackOf(await other.travel()(sent.headers.location ?? '')))
  t.ok(answerOf(done).code)
  t.ok(answerOf(await logIn(browser, (await visit(browser)).page)).code, 'nor from the password')
  await defineApi(server.db, { ...API, signIn: { providers: ['own', 'corp', 'other'], default: 'corp' } }, OPERATOR)
  for (const changes of [{}, { idp: 'corp' }]) {
    const { page: choice } = await visit(new Browser(server.app), changes)
    t.match(choice, { statusCode: 200, body: /Example Corp: cannot be reached right now/ }, 'nor is anybody led there')
  }
})

async function mailsTo({ db }: TestServer) {
  const rows = await db.selectFrom('account_changes').select('kind').execute()
  return rows.map(({ kind }) => ({ change: kind }))
}

t.test('while a new password is due, a provider signs nobody in, and the page says what to do', async (t) => {
  const { server, signIn } = await start(t)
  const { sub } = await claimsOf(server, await signIn(BOB))
  t.equal(await forcePasswordReset(server.db, OPERATOR, sub), 'done')
  const refused = await signIn(BOB)
  t.equal(refused.answer.statusCode, 403)
  t.match(refused.answer.body, /needs a new password first/)
  t.match(refused.answer.body, /href="\/interaction\/[^"]*\/login"/)
  await setPassword(server.db, {
    personId: sub,
    sealed: await sealPassword(server.config.passwordPepper, 'of the owner again'),
  })
  t.match(await claimsOf(server, await signIn(BOB)), { sub })
})

t.test('somebody without an address is not made to choose a password by mail', async (t) => {
  const { server, signIn } = await start(t)
  const stranger = { sub: 'without an address' }
  const { sub } = await claimsOf(server, await signIn(stranger))
  t.strictSame(await addressesOf(server, sub), [])
  t.equal(await forcePasswordReset(server.db, OPERATOR, sub), 'no address')
  t.match(await claimsOf(server, await signIn(stranger)), { sub })
  t.equal(await forcePasswordReset(server.db, OPERATOR, 'usr_nobody'), 'unchanged')
})

t.test('a name from a provider is kept as a person may type it: one line, not too long', async (t) => {
  const { server, signIn } = await start(t)
  const name = `Bob\n\u202e${'x'.repeat(MAX_NAME_LENGTH)}`
  const { sub } = await claimsOf(server, await signIn({ ...BOB, name }))
  const kept = server.db.selectFrom('people').where('id', '=', sub).select('name')
  t.strictSame(await kept.execute(), [{ name: `Bob ${'x'.repeat(MAX_NAME_LENGTH - 4)}` }])
})

t.test('a link-only provider used for login, or IdP-initiated, is refused; linked, it is no way in', async (t) => {
  const { corp, server, visit } = await start(t, { settings: { use: 'link-only' } })
  const { app, db } = server
  const { browser, page } = await visit()
  t.notMatch(page.body, /Example Corp/, 'it is on no sign-in page')
  const login = formsOf(page.body).find(({ action }) => action.endsWith('/login'))
  const forged = await browser.request('POST', login?.action.replace(/login$/, 'provider/corp') ?? '', {
    form: login?.hidden ?? {},
  })
  t.equal(forged.statusCode, 403)
  for (const unasked of ['code=x', `code=x&state=${randomSecret()}`, `code=x&iss=${corp.origin}`])
    t.equal((await new Browser(app).request('GET', `/federation/corp/callback?${unasked}`)).statusCode, 400, unasked)
  t.match(answerOf((await visit(undefined, { idp: 'corp' })).page), { error: 'invalid_request' }, 'nor by a hint')

  const owner = new Browser(app)
  await logIn(owner, (await visit(owner)).page)
  corp.is({ sub: 'ada at corp' })
  const linking = await owner.submit(await owner.open('/account/security/linked'), '/add/corp')
  await owner.open(callbackOf(await corp.travel()(linking.headers.location ?? '')))
  t.match(await db.selectFrom('identities').select('subject').execute(), [{ subject: 'ada at corp' }])
  t.strictSame(issuersOf(server.deps.providers), [], 'nothing that would sign her in')
  const next = await visit()
  t.notMatch(next.page.body, /Example Corp/)
  const { action = '', hidden = {} } = formsOf(next.page.body).find((form) => form.action.endsWith('/login')) ?? {}
  const path = action.replace(/login$/, 'provider/corp')
  t.equal((await next.browser.request('POST', path, { form: hidden })).statusCode, 403)
  await defineApi(db, { ...API, signIn: { providers: ['corp'], default: 'corp' } }, OPERATOR)
  t.match(answerOf((await visit()).page), { error: 'access_denied' }, 'nor by the choice of an API')
})

t.test('a failure of our own database is not told as one of the provider', async (t) => {
  const { server, visit } = await start(t)
  const { browser, page } = await visit()
  await sql`alter table upstream_logins rename to elsewhere`.execute(server.db)
  const answer = await browser.submit(page, '/provider/corp')
  t.equal(answer.statusCode, 500)
  t.notMatch(answer.body, /Example Corp/)
})

t.test('an address that is proven elsewhere in the same moment leaves no account without it', async (t) => {
  const { server, visit, upstream } = await start(t)
  const { db } = server
  const { browser, page } = await visit()
  const callback = await upstream(browser, page, BOB)
  const before = await countPeople(server)
  const answer = await db.transaction().execute(async (trx) => {
    await sql`insert into people (id) values ('usr_faster')`.execute(trx)
    await sql`
      insert into email_addresses (person_id, key, address, proof, proven_at)
      values ('usr_faster', ${BOB.email}, ${BOB.email}, 'verified', auth_now())`.execute(trx)
    const opened = browser.open(callback)
    await untilBlocked(db)
    return { opened }
  })
  t.match((await answer.opened).body, /There is an account with <strong>bob@corp.example<\/strong> already/)
  t.equal(await countPeople(server), before + 1, 'that of whoever was faster')
  t.strictSame(await db.selectFrom('identities').selectAll().execute(), [])
})

t.test('an account elsewhere that is unlinked while its sign-in completes signs nobody in', async (t) => {
  const { server, visit, upstream, signIn } = await start(t)
  const { db, config, deps } = server
  const { sub: personId } = await claimsOf(server, await signIn(BOB))
  await setPassword(db, { personId, sealed: await sealPassword(config.passwordPepper, 'seven green lanterns') })
  await db.deleteFrom('sessions').execute()
  const identity = await db.selectFrom('identities').select(['issuer', 'subject']).executeTakeFirstOrThrow()
  const { browser, page } = await visit()
  const callback = await upstream(browser, page, BOB)
  const meanwhile = await unlessOnlyWay(db, async (trx) => {
    await sql`select from people where id = ${personId} for update`.execute(trx)
    const opened = browser.open(callback)
    await untilBlocked(db)
    await unlinkIdentity(trx, identity, { personId, issuers: issuersOf(deps.providers) })
    return { opened }
  })
  if (meanwhile === 'only way') throw new Error('they have a password')
  const answer = await meanwhile.opened
  t.match(answer, { statusCode: 400, body: /<h1>/ })
  t.strictSame(await db.selectFrom('sessions').selectAll().execute(), [])
})

t.test('what was linked to somebody else meanwhile is said, and the sign-in goes on', async (t) => {
  const { server, signIn } = await start(t, { settings: { email_domains: ['example.com'] } })
  const { browser, answer: page } = await signIn({ sub: 'ada at corp', email: USER.email, email_verified: true })
  const asks = await logIn(browser, page)
  const { issuer, subject } = await server.db
    .selectFrom('upstream_logins')
    .select(['issuer', 'subject'])
    .executeTakeFirstOrThrow()
  const eve = await addEve(server)
  await sql`insert into identities (issuer, subject, person_id) values (${issuer}, ${subject}, ${eve})`.execute(
    server.db,
  )
  const told = await browser.submit(asks, '/link-provider')
  t.equal(told.statusCode, 409)
  t.match(told.body, /is linked already/)
  const [, onward = ''] = /href="([^"]*\/resume\/[^"]*)"/.exec(told.body) ?? []
  t.ok(answerOf(await browser.open(onward)).code)
})
