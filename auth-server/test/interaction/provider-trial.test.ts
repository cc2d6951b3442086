// Trying a provider, as an administrator: every claim is shown to them alone, and no way leads from a trial to a sign-in or back.
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { sql } from 'kysely'
import t from 'tap'
import { MFA_ACR } from '../../src/identity/acr.ts'
import { removeObsoleteRows } from '../../src/store/cleanup.ts'
import { PASSWORD } from '../support/administrator.ts'
import { openApple } from '../support/apple.ts'
import { Browser } from '../support/browser.ts'
import { answerOf, authorizeUrl, pkcePair } from '../support/phone.ts'
import {
  atPortalAs,
  type PersonAtPortal,
  PORTAL_COOKIE,
  portalServer,
  post,
  signInAtPortal,
} from '../support/portal.ts'
import { inForm, readAuthnRequest, samlKey, samlResponse, signSaml } from '../support/saml.ts'
import { openSamlify } from '../support/samlify.ts'
import { ISSUER, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { listen } from '../support/site.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'

t.setTimeout(180_000)

const SHOP_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const BOB = { sub: 'bob', email: 'bob@corp.example', email_verified: true, name: 'Bob' }

const corp = await openUpstream(t)
const partner = await openSamlify()
const own = await samlKey()
const apple = await openApple(t)
const check = createServer(async (request, response) => {
  const { name, password } = JSON.parse(await text(request))
  const told = password === `of ${name}` ? { sub: name, teams: ['a', 'b'] } : undefined
  response.writeHead(told ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(told ?? {}))
})
const environment = {
  ...(await apple.environment()),
  ...(await catalogueOf(t, {
    corp: {
      ...corp.settings,
      email_domains: ['corp.example', 'example.com'],
      claims: { realm: 'realm', 'org.unit': 'unit' },
      groups_claim: 'teams',
      groups: { red: 'red-team', blue: 'blue-team' },
    },
    partner: partner.settings,
    byhand: { ...partner.settings, entity_id: 'https://byhand.example', certificates: [own.certificate] },
    apple: { ...apple.settings },
    shop: {
      kind: 'http',
      label: 'Old Shop',
      url: `http://127.0.0.1:${await listen(t, check)}/`,
      secret_variable: 'SHOP_SECRET',
    },
    gone: { ...corp.settings, label: 'Gone', issuer: 'http://localhost:9' },
  })),
  SHOP_SECRET,
}
const server = await portalServer(t, environment)
const { app, db } = server
await sql`insert into groups (name) values ('red-team')`.execute(db)
partner.know((await app.inject('/federation/partner/metadata')).body)
const chief = await atPortalAs(server, 'administrator', { email: 'chief@example.com' })

function pageOf(provider: string): string {
  return `/portal/administration/providers/${provider}/trial`
}

/** All that a sign-in could have made. */
async function traces() {
  const count = async (table: string) => {
    const { rows } = await sql<{ n: string }>`select count(*) n from ${sql.table(table)}`.execute(db)
    return `${table} ${rows[0]?.n}`
  }
  return Promise.all(
    [
      'people',
      'identities',
      'sessions',
      'email_addresses',
      'authorization_codes',
      'refresh_families',
      'group_members',
    ].map(count),
  )
}

/** Presses the button; the address of the provider. */
async function begin(provider: string, who: PersonAtPortal = chief): Promise<string> {
  const sent = await post(who, pageOf(provider))
  t.equal(sent.statusCode, 303)
  return sent.headers.location ?? ''
}
/** There and back at oidc-provider: the address of the callback. */
async function there(whom: Parameters<typeof corp.is>[0], who = chief): Promise<string> {
  corp.is(whom)
  const { pathname, search } = await corp.travel()(await begin('corp', who))
  return `${pathname}${search}`
}
async function shown(provider: string, who = chief): Promise<string> {
  const answer = await who.browser.request('GET', pageOf(provider))
  t.equal(answer.statusCode, 200)
  return answer.body
}
/** An answer that a page of another site posts: without our cookies. */
function postForeign(path: string, form: Readonly<Record<string, string>>) {
  return app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://idp.corp.example' },
    payload: new URLSearchParams(form).toString(),
  })
}
/** A person's visit to the app, which goes to the provider: where that sends them back to. */
async function signInAt(whom: Parameters<typeof corp.is>[0], browser = new Browser(app)) {
  corp.is(whom)
  const page = await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI }))
  const sent = await browser.submit(page, '/provider/corp')
  return { browser, back: await corp.travel()(sent.headers.location ?? '') }
}

t.test('every claim is shown, with what the mapping makes of it; nobody is signed in, linked or made', async (t) => {
  const before = await traces()
  const told = { ...BOB, realm: '<b>north</b>', org: { unit: 'sales' }, teams: ['red', 'blue', 'green'] }
  const arrived = await chief.browser.request('GET', await there(told))
  t.match(arrived, { statusCode: 303, headers: { location: pageOf('corp') } })
  t.equal(arrived.headers['set-cookie'], undefined, 'no cookie comes of it')
  const body = await shown('corp')
  t.match(body, /its answer is sound[\s\S]*<code>bob<\/code>[\s\S]*bob@corp\.example: verified, and believed/)
  t.match(
    body,
    /an account would be made, unless[\s\S]*red-team; blue-team: named in the configuration, and not there here/,
  )
  t.match(body, /whoever types an address at corp\.example/)
  t.match(
    body,
    /All that it told[\s\S]*&lt;b>?[\s\S]*What becomes claims of tokens[\s\S]*<code>unit<\/code>[\s\S]*sales/,
  )
  t.notMatch(body, '<b>north')
  t.strictSame(await traces(), before)
  const { rows } = await sql<{ type: string; change: unknown; actor: boolean }>`
    select type, change, actor = (select pseudonym from people where id = ${chief.personId}) as actor
    from audit_events where type = 'provider'`.execute(db)
  t.strictSame(
    rows,
    [{ type: 'provider', change: { before: [], after: ['corp'] }, actor: true }],
    'and no claim in the log',
  )
})

t.test('a long value is cut, with its length; an address that does not count says why', async (t) => {
  const long = 'x'.repeat(5000)
  await chief.browser.request('GET', await there({ ...BOB, email_verified: 'true', realm: long }))
  const body = await shown('corp')
  t.match(body, /does not say that it is verified[\s\S]*in all 5,000 characters/)
  t.notMatch(body, 'x'.repeat(1001))
  await chief.browser.request('GET', await there({ ...BOB, email: 'bob@elsewhere.example' }))
  t.match(await shown('corp'), /no authority for it/)
  await chief.browser.request('GET', await there({ ...BOB, sub: 'ada', email: USER.email }))
  t.match(await shown('corp'), /an account here has the address/)
})

t.test(
  'the answer to a trial counts once, in the browser of its administrator, and signs nobody in anywhere',
  async (t) => {
    const before = await traces()
    const callback = await there(BOB)
    const visit = new Browser(app)
    await visit.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI }))
    for (const browser of [
      new Browser(app),
      visit,
      (await atPortalAs(server, 'administrator', { email: 'second@example.com' })).browser,
    ])
      t.equal((await browser.request('GET', callback)).statusCode, 400)
    t.strictSame((await traces()).slice(1, 2), before.slice(1, 2))
    t.equal((await chief.browser.request('GET', callback)).statusCode, 303)
    t.equal((await chief.browser.request('GET', callback)).statusCode, 400, 'once')
    const twice = await there(BOB)
    const both = await Promise.all([1, 2].map(() => chief.browser.request('GET', twice)))
    t.strictSame(both.map(({ statusCode }) => statusCode).sort(), [303, 400])
  },
)

t.test('what came back in a trial is no answer to a sign-in, by whatever state it is shown', async (t) => {
  const before = await traces()
  const trial = new URL(await there(BOB), ISSUER)
  const { browser, back } = await signInAt(BOB)
  const mixed = new URL(back)
  mixed.searchParams.set('code', trial.searchParams.get('code') ?? '')
  const refused = await browser.request('GET', `${mixed.pathname}${mixed.search}`)
  t.equal(refused.statusCode, 400)
  t.strictSame(await traces(), before)
})

t.test('what came back in a sign-in is no answer to a trial: it fails, and tells nothing of anybody', async (t) => {
  const { back } = await signInAt({ ...BOB, name: 'Somebody else' })
  t.equal((await chief.browser.request('GET', `${back.pathname}${back.search}`)).statusCode, 400)
  const trial = new URL(await there(BOB), ISSUER)
  trial.searchParams.set('code', back.searchParams.get('code') ?? '')
  const arrived = await chief.browser.request('GET', `${trial.pathname}${trial.search}`)
  t.equal(arrived.statusCode, 303)
  const body = await shown('corp')
  t.match(body, /could not be used[\s\S]*invalid_grant/)
  t.notMatch(body, 'Somebody else')
  const own = new URL(await there(BOB), ISSUER)
  const other = await app.inject(
    `${back.pathname}?${new URLSearchParams({ ...Object.fromEntries(back.searchParams), state: own.searchParams.get('state') ?? '' })}`,
  )
  t.equal(other.statusCode, 400, 'without the cookie of the portal')
})

t.test('a sign-in while a trial is under way in the same browser is itself, and the trial stays one', async (t) => {
  const callback = await there({ sub: 'carl', name: 'Carl' })
  const here = new Browser(app)
  here.cookies.set(PORTAL_COOKIE, chief.browser.cookies.get(PORTAL_COOKIE) ?? '')
  const { back } = await signInAt({ sub: 'dora', name: 'Dora' }, here)
  t.ok(answerOf(await here.open(`${back.pathname}${back.search}`)).code)
  const identities = async () =>
    (await db.selectFrom('identities').select('subject').execute()).map(({ subject }) => subject)
  t.strictSame(await identities(), ['dora'])
  t.match(await here.request('GET', callback), { statusCode: 303, headers: { location: pageOf('corp') } })
  t.strictSame(await identities(), ['dora'])
})

t.test('a provider that refuses, was cancelled or cannot be reached says so in its own words', async (t) => {
  await chief.browser.request('GET', await there({ sub: '' }))
  t.match(await shown('corp'), /It was cancelled at Example Corp/)
  const state = new URL(await begin('corp')).searchParams.get('state') ?? ''
  const words = { state, error: 'invalid_scope', error_description: 'no <i>email</i> for you', iss: corp.origin }
  await chief.browser.request('GET', `/federation/corp/callback?${new URLSearchParams(words)}`)
  const refused = await shown('corp')
  t.match(refused, /could not be used[\s\S]*invalid_scope: no &lt;i>?/)
  t.notMatch(refused, '<i>email')
  t.equal(await begin('gone'), pageOf('gone'))
  t.match(await shown('gone'), /Gone could not be reached[\s\S]*ECONNREFUSED/)
})

t.test('SAML: samlify answers by a form, and the browser comes after it', async (t) => {
  const before = await traces()
  const form = await partner.answer(new URL(await begin('partner')), 'bob')
  const arrived = await postForeign('/federation/partner/acs', form)
  t.equal(arrived.statusCode, 303)
  t.equal((await chief.browser.request('GET', arrived.headers.location ?? '')).headers.location, pageOf('partner'))
  t.match(await shown('partner'), /its answer is sound[\s\S]*<code>bob<\/code>/)
  t.equal((await postForeign('/federation/partner/acs', form)).statusCode, 400, 'once')
  t.strictSame(await traces(), before)
})

t.test('SAML: the check that fails is named, such as a wrong Recipient', async (t) => {
  const address = new URL(await begin('byhand'))
  const { id: requestId } = readAuthnRequest(address)
  const acs = `${ISSUER}/federation/byhand/acs`
  const words = { requestId, acs, audience: `${ISSUER}/federation/byhand/metadata`, issuer: 'https://byhand.example' }
  const xml = signSaml(samlResponse({ ...words, recipient: 'https://evil.example/acs' }), own)
  const RelayState = address.searchParams.get('RelayState') ?? ''
  const arrived = await postForeign('/federation/byhand/acs', { SAMLResponse: inForm(xml), RelayState })
  await chief.browser.request('GET', arrived.headers.location ?? '')
  t.match(await shown('byhand'), /could not be used[\s\S]*Recipient/)
})

t.test('Apple: the posted answer is read, and its token is not kept', async (t) => {
  const before = await traces()
  const form = apple.answer(new URL(await begin('apple')), {
    sub: '001.apple',
    claims: { email: 'a@icloud.com', email_verified: 'true' },
  })
  const arrived = await postForeign('/federation/apple/callback', form)
  await chief.browser.request('GET', arrived.headers.location ?? '')
  t.match(await shown('apple'), /001\.apple[\s\S]*a@icloud\.com: verified, and believed/)
  t.strictSame(await traces(), before)
})

t.test('name and password of another system: typed on the page itself, counted as guesses are', async (t) => {
  const before = await traces()
  t.match(await shown('shop'), /Name at Old Shop[\s\S]*Password at Old Shop/)
  t.match(await post(chief, pageOf('shop'), { name: 'bob', password: 'of bob' }), { statusCode: 303 })
  t.match(await shown('shop'), /its answer is sound[\s\S]*<code>teams<\/code>/)
  await post(chief, pageOf('shop'), { name: 'bob', password: 'wrong' })
  t.match(await shown('shop'), /does not know this name with this password/)
  t.strictSame(await traces(), before)
  const all = await Promise.all(
    Array.from({ length: 30 }, () => post(chief, pageOf('shop'), { name: 'bob', password: 'wrong' })),
  )
  t.ok(all.some(({ statusCode }) => statusCode === 429))
})

t.test('only who began it sees it, as long as they are an administrator who has just signed in', async (t) => {
  await chief.browser.request('GET', await there(BOB))
  t.match(await shown('corp'), /its answer is sound/)
  const other = await atPortalAs(server, 'administrator', { email: 'other@example.com' })
  t.notMatch(await shown('corp', other), /its answer is sound/)
  const elsewhere = await signInAtPortal(server, { user: { email: chief.email, password: PASSWORD } })
  await db
    .updateTable('sessions')
    .set({ acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'] })
    .where('person_id', '=', chief.personId)
    .execute()
  t.notMatch(await shown('corp', { ...chief, browser: elsewhere.browser }), /its answer is sound/, 'in another browser')
  const [theirs, mixed] = [await there(BOB, other), new URL(await there({ ...BOB, sub: 'eve' }), ISSUER)]
  mixed.searchParams.set('code', new URL(theirs, ISSUER).searchParams.get('code') ?? '')
  await chief.browser.request('GET', `${mixed.pathname}${mixed.search}`)
  t.match(await shown('corp'), /could not be used[\s\S]*invalid_grant/, 'by the answer to somebody else')
  await chief.browser.request('GET', await there(BOB))
  for (const role of ['developer', 'nobody'] as const) {
    const nobody = await atPortalAs(server, role, { email: `${role}-3@example.com` })
    t.equal((await nobody.browser.request('GET', pageOf('corp'))).statusCode, 404)
    t.equal((await post(nobody, pageOf('corp'))).statusCode, 404)
  }
  const callback = await there(BOB, other)
  await sql`delete from person_roles where person_id = ${other.personId}`.execute(db)
  t.equal((await other.browser.request('GET', callback)).statusCode, 400, 'no administrator any more')
  await sql`update sessions set auth_time = auth_time - interval '1 hour' where person_id = ${chief.personId}`.execute(
    db,
  )
  t.match((await chief.browser.request('GET', pageOf('corp'))).headers.location, /^\/authorize\?/)
  t.match((await post(chief, pageOf('corp'))).headers.location, pageOf('corp'))
  await sql`update sessions set auth_time = auth_time + interval '1 hour' where person_id = ${chief.personId}`.execute(
    db,
  )
  t.match(await shown('corp'), /its answer is sound/)
})

t.test('it can be forgotten, and is after ten minutes, without a trace of it in the database', async (t) => {
  await chief.browser.request('GET', await there(BOB))
  t.notMatch(await db.selectFrom('provider_trials').select('sealed').execute(), { sealed: /bob/ })
  await post(chief, `${pageOf('corp')}/end`)
  t.notMatch(await shown('corp'), /its answer is sound/)
  const late = await there(BOB)
  await chief.browser.request('GET', await there({ ...BOB, sub: 'new one' }))
  t.equal((await chief.browser.request('GET', late)).statusCode, 400, 'of two trials the newer counts')
  await sql`update provider_trials set expires_at = auth_now() - interval '1 second'`.execute(db)
  t.notMatch(await shown('corp'), /its answer is sound/)
  await removeObsoleteRows(db, { which: 'indexed', signal: new AbortController().signal })
  t.strictSame(await db.selectFrom('provider_trials').select('provider').execute(), [])
})
