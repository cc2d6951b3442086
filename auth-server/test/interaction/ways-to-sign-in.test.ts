// Which ways to sign in an API and an application offer: shown in order, kept to by the server, hinted at, and led to.
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { registerApplication } from '../../src/catalogue/applications.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import type { SignInOffer } from '../../src/store/tables/apis.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { machine } from '../support/management.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { API, APP, ISSUER, testServer, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'

const corp = await openUpstream(t)
const other = await openUpstream(t, { name: 'other' })
const catalogue = await catalogueOf(t, {
  corp: { ...corp.settings, email_domains: ['corp.example'] },
  other: { ...other.settings, label: 'Other', email_domains: ['other.example'] },
})
const mail = { MAIL_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'x@example.com' }
const server = await testServer(t, { ...catalogue, ...mail })
const { app, db } = server
const BOB = { sub: 'bob', email: 'bob@corp.example', email_verified: true, name: 'Bob' }

/** What API and application offer from now on. */
async function offer(api?: SignInOffer, application: SignInOffer | null = null): Promise<void> {
  await defineApi(db, { ...API, ...(api && { signIn: api }) }, OPERATOR)
  await registerApplication(db, { ...APP, signIn: application }, ISSUER, OPERATOR)
}

async function visit(changes: Record<string, string> = {}, browser = new Browser(app)) {
  const { challenge } = pkcePair()
  return { browser, page: await browser.open(authorizeUrl(challenge, { redirect_uri: CLAIMED_URI, ...changes })) }
}

/** The ways that a login page offers, in its order. */
function waysOn({ body }: LightMyRequestResponse): readonly string[] {
  return formsOf(body).flatMap(({ action }) => {
    const [, way] = /\/(login|login\/passkey|provider\/\w+)$/.exec(action) ?? []
    return way ?? []
  })
}

async function comeBack(browser: Browser, sent: LightMyRequestResponse, upstream = corp) {
  upstream.is(BOB)
  const url = await upstream.travel()(sent.headers.location ?? '')
  return browser.open(`${url.pathname}${url.search}`)
}

async function signInAtCorp(browser = new Browser(app)) {
  const { page } = await visit({}, browser)
  return comeBack(browser, await browser.submit(page, '/provider/corp'))
}

function leadsTo(t: Test, answer: LightMyRequestResponse, upstream: typeof corp, message: string): void {
  t.ok(answer.headers.location?.startsWith(`${upstream.origin}/`), `${message}: ${answer.headers.location}`)
}

const ALL = ['login', 'login/passkey', 'provider/corp', 'provider/other']
for (const [what, api, application, shown] of [
  ['nothing written: all', undefined, null, ALL],
  [
    'in the order of the API',
    { providers: ['other', 'own', 'corp'] },
    null,
    ['login', 'login/passkey', 'provider/other', 'provider/corp'],
  ],
  ['one provider', { providers: ['corp'] }, null, ['provider/corp']],
  ['own accounts alone', { providers: ['own'] }, null, ['login', 'login/passkey']],
  [
    'an application narrows',
    { providers: ['own', 'corp', 'other'] },
    { providers: ['other', 'corp'] },
    ['provider/other', 'provider/corp'],
  ],
  [
    'an application does not widen',
    { providers: ['corp'] },
    { providers: ['own', 'corp', 'other'] },
    ['provider/corp'],
  ],
  ['an application where its API says nothing', undefined, { providers: ['own'] }, ['login', 'login/passkey']],
] as const)
  t.test(`the login page offers ${what}`, async (t) => {
    await offer(api, application)
    t.strictSame(waysOn((await visit()).page), shown)
  })

t.test('where no way is left, nobody comes in by another one', async (t) => {
  await offer({ providers: ['corp', 'gone'] }, { providers: ['own', 'gone'] })
  t.match(answerOf((await visit()).page), { error: 'access_denied', error_description: /no way to sign in/ })
})

t.test('forms from before are refused by the server, and not by the page alone', async (t) => {
  await offer()
  const { browser, page } = await visit()
  await offer({ providers: ['other'] })
  const before = await db.selectFrom('sessions').select('id').execute()
  const password = await logIn(browser, page)
  t.equal(password.statusCode, 403)
  t.match(password.body, /does not let people sign in like that/)
  t.strictSame(waysOn(password), ['provider/other'], 'and it shows what is offered')
  const corpForm = await browser.submit(page, '/provider/corp')
  t.equal(corpForm.statusCode, 403)
  t.match(corpForm.body, /does not let people sign in with Example Corp/)
  const passkey = await browser.submit(page, '/login/passkey', { credential: '{}' })
  t.equal(passkey.statusCode, 403)
  const [, options = ''] = /data-options="([^"]*)"/.exec(page.body) ?? []
  const { hidden = {} } = formsOf(page.body)[0] ?? {}
  t.equal((await browser.request('POST', options, { form: hidden })).statusCode, 403)
  const visitAt = options.replace('/login/passkey/options', '')
  for (const beside of ['sign-up', 'forgotten'])
    for (const answer of [
      await browser.open(`${visitAt}/${beside}`),
      await browser.request('POST', `${visitAt}/${beside}`, { form: { ...hidden, email: 'new@example.com' } }),
    ])
      t.equal(answer.statusCode, 403, beside)
  t.strictSame(await db.selectFrom('sessions').select('id').execute(), before)
})

t.test('whoever is at the provider when it is taken off the list is not signed in', async (t) => {
  await offer()
  const { browser, page } = await visit()
  const sent = await browser.submit(page, '/provider/corp')
  await offer({ providers: ['own'] })
  const answer = await comeBack(browser, sent)
  t.equal(answer.statusCode, 403)
  t.match(answer.body, /does not let people sign in with Example Corp/)
  t.equal((await db.selectFrom('identities').select('subject').execute()).length, 0, 'and there is no account')
})

t.test('a session of another way has to sign in again; prompt=none hears login_required', async (t) => {
  await offer()
  const browser = new Browser(app)
  t.ok(answerOf(await signInAtCorp(browser)).code)
  t.ok(answerOf((await visit({}, browser)).page).code, 'the session alone')
  await offer({ providers: ['other', 'own'] })
  t.match(answerOf((await visit({ prompt: 'none' }, browser)).page), { error: 'login_required' })
  t.match((await visit({}, browser)).page.body, /<h1>Sign in<\/h1>/)
  await offer({ providers: ['corp'] })
  t.ok(answerOf((await visit({ prompt: 'none' }, browser)).page).code)
  const own = new Browser(app)
  await offer()
  t.ok(answerOf(await logIn(own, (await visit({}, own)).page)).code)
  await offer({ providers: ['corp'] })
  t.match(answerOf((await visit({ prompt: 'none' }, own)).page), { error: 'login_required' })
  await offer({ providers: ['own'] })
  t.ok(answerOf((await visit({ prompt: 'none' }, own)).page).code)
  // From before sessions said whose word they were opened by.
  await db.updateTable('sessions').set({ issuer: null }).execute()
  t.match(answerOf((await visit({ prompt: 'none' }, browser)).page), { error: 'login_required' })
})

t.test('a default leads straight to the provider, once: whoever comes back can choose', async (t) => {
  await offer({ providers: ['own', 'corp'], default: 'corp' })
  const { browser, page } = await visit()
  leadsTo(t, page, corp, 'at once')
  const login = await browser.open(`/authorize/resume/${[...browser.cookies.keys()].join().split('visit-')[1]}`)
  t.strictSame(waysOn(login), ['login', 'login/passkey', 'provider/corp'])
  t.ok(answerOf(await comeBack(browser, page)).code)
  await offer({ providers: ['own', 'corp'], default: 'corp' }, { providers: ['own', 'corp'], default: 'own' })
  t.strictSame(waysOn((await visit()).page), ['login', 'login/passkey', 'provider/corp'], 'the application has another')
})

t.test('a HEAD leads nowhere and begins nothing', async (t) => {
  await offer({ providers: ['own', 'corp'], default: 'corp' })
  const browser = new Browser(app)
  const begun = await browser.request('GET', authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI }))
  const { cookies } = browser
  const url = begun.headers.location ?? ''
  const head = await app.inject({
    method: 'HEAD',
    url,
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
  })
  t.equal(head.headers.location, undefined)
  leadsTo(t, await browser.open(url), corp, 'the GET after it')
})

t.test('idp leads to the one that the app names, and to no page before', async (t) => {
  await offer({ providers: ['own', 'corp', 'other'], default: 'corp' })
  leadsTo(t, (await visit({ idp: 'other' })).page, other, 'the hint before the default')
  t.match((await visit({ idp: 'own' })).page.body, /<h1>Sign in<\/h1>/)
  const browser = new Browser(app)
  t.ok(answerOf(await comeBack(browser, (await visit({}, browser)).page)).code)
  t.ok(answerOf((await visit({ idp: 'other' }, browser)).page).code, 'whoever is signed in is not sent away')
})

t.test('idp that is unknown or not offered is an error that says what there is, also when pushed', async (t) => {
  await offer({ providers: ['own', 'corp'] })
  for (const idp of ['other', 'nobody', 'Corp', '__proto__']) {
    const expected = { error: 'invalid_request', error_description: /idp .*own, corp/ }
    t.match(answerOf((await visit({ idp })).page), expected, idp)
    const pushed = await app.inject({
      method: 'POST',
      url: '/par',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: authorizeUrl(pkcePair().challenge, { idp }).slice('/authorize?'.length),
    })
    t.equal(pushed.statusCode, 400, idp)
    t.match(pushed.json(), expected)
  }
})

t.test('an address leads to the provider of its domain, whether or not there is an account', async (t) => {
  await offer()
  for (const email of ['nobody@corp.example', 'Bob@CORP.example', ' bob@corp.example ']) {
    const { browser, page } = await visit()
    leadsTo(t, await logIn(browser, page, { email, password: '' }), corp, email)
    const wrong = await visit()
    const refused = await logIn(wrong.browser, wrong.page, { email, password: 'not this one' })
    t.match(refused.body, /do not fit together/, 'whoever types a password is told of that')
  }
  const { browser, page } = await visit()
  const plain = await logIn(browser, page, { email: USER.email, password: '' })
  t.match(plain.body, /do not fit together/, 'another domain')
  const sub = await logIn(browser, plain, { email: 'a@sub.corp.example', password: '' })
  t.match(sub.body, /do not fit together/, 'a domain below it')
  await offer({ providers: ['own', 'other'] })
  const narrowed = await visit()
  const refused = await logIn(narrowed.browser, narrowed.page, { email: BOB.email, password: '' })
  t.match(refused.body, /do not fit together/, 'a provider that is not offered')
  leadsTo(t, await logIn(narrowed.browser, refused, { email: 'x@other.example', password: '' }), other, 'one that is')
})

t.test('the page to sign up may lead to the provider of an address, as far as one is offered', async (t) => {
  const policyOf = async () => {
    const { browser, page } = await visit()
    const [, id = ''] = /\/interaction\/([\w-]{22})\//.exec(page.body) ?? []
    return String((await browser.open(`/interaction/${id}/sign-up`)).headers['content-security-policy'])
  }
  await offer()
  t.match(await policyOf(), new RegExp(`form-action [^;]*${corp.origin}`))
  await offer({ providers: ['own', 'other'] })
  t.notMatch(await policyOf(), corp.origin)
  await offer()
})

t.test('a visit for a page of the account offers every way', async (t) => {
  await offer({ providers: ['corp'] })
  t.strictSame(waysOn(await new Browser(app).open('/account')), ALL)
})

t.test(
  'the address is that of an account which nothing here can prove: that is told, and nothing is linked',
  async (t) => {
    await offer({ providers: ['corp'] })
    const { browser, page } = await visit()
    await db.updateTable('email_addresses').set({ key: 'carol@corp.example' }).where('key', '=', USER.email).execute()
    const sent = await browser.submit(page, '/provider/corp')
    corp.is({ sub: 'carol', email: 'carol@corp.example', email_verified: true })
    const url = await corp.travel()(sent.headers.location ?? '')
    const answer = await browser.open(`${url.pathname}${url.search}`)
    t.equal(answer.statusCode, 403)
    t.match(answer.body, /offers no way to prove that it is yours/)
    t.equal((await db.selectFrom('identities').where('subject', '=', 'carol').select('subject').execute()).length, 0)
  },
)

t.test('the management API tells what is offered, and refuses a provider that is not there', async (t) => {
  const { ask } = await machine(server)
  const any = { headers: { 'if-match': '*' } }
  const api = { name: 'Notes', resource: 'https://api.example.com/notes', scopes: [], plans: ['basic'] }
  const offered = { providers: ['corp', 'own'], default: 'corp' }
  const made = await ask('POST', '/apis', { body: { id: 'notes', ...api, sign_in: offered } })
  t.equal(made.statusCode, 201, made.body)
  t.strictSame((await ask('GET', '/apis/notes')).json().sign_in, offered)
  const registration = { fields: [{ name: 'member', type: 'checkbox', label: { en: 'Member' } }] }
  t.match(await ask('PUT', '/apis/notes', { body: { ...api, registration }, ...any }), { statusCode: 200 })
  const renamed = await ask('PUT', '/apis/notes', { body: { ...api, name: 'All notes' }, ...any })
  const kept = { name: 'All notes', sign_in: offered, registration }
  t.match(renamed.json(), kept, 'what a client does not know lets nobody else in')
  const gone = { providers: ['gone', 'own'] }
  await db
    .updateTable('apis')
    .set({ sign_in: JSON.stringify(gone) })
    .where('id', '=', 'notes')
    .execute()
  const still = await ask('PUT', '/apis/notes', { body: { ...api, sign_in: gone }, ...any })
  t.match(still.json(), { sign_in: gone }, 'a provider that has left the configuration is no reason to refuse')
  t.match((await ask('PUT', '/apis/notes', { body: { ...api, registration: null }, ...any })).json().registration, null)
  for (const [sign_in, status] of [
    [{ providers: ['nobody'] }, 400],
    [{ providers: [] }, 400],
    [{ providers: ['own', 'own'] }, 400],
    [{ providers: ['own'], default: 'corp' }, 400],
    [{ providers: ['own'], trusted: true }, 400],
    [null, 200],
  ] as const) {
    const answer = await ask('PUT', '/apis/notes', { body: { ...api, sign_in }, ...any })
    t.equal(answer.statusCode, status, JSON.stringify(sign_in))
  }
  t.equal((await ask('GET', '/apis/notes')).json().sign_in, null)
  const path = `/applications/${APP.clientId}`
  t.match((await ask('PATCH', path, { body: { sign_in: offered }, ...any })).json(), { sign_in: offered })
  t.match((await ask('PATCH', path, { body: { name: 'Shop' }, ...any })).json(), { sign_in: offered })
  t.equal((await ask('PATCH', path, { body: { sign_in: { providers: ['nobody'] } }, ...any })).statusCode, 400)
  t.match((await ask('PATCH', path, { body: { sign_in: null }, ...any })).json(), { sign_in: null })
})
