// Trying a provider of each kind: every claim that came is shown, with what the mapping makes of it, or the check that failed by its name; and nothing comes of it. Outside of a trial each signs people in.
import { decodeJwt } from 'jose'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openApple } from '../support/apple.ts'
import { Browser } from '../support/browser.ts'
import { answerOf, authorizeUrl, pkcePair, redeem } from '../support/phone.ts'
import { atPortalAs, portalServer, post } from '../support/portal.ts'
import { attribute, inForm, readAuthnRequest, samlKey, samlResponse, signSaml } from '../support/saml.ts'
import { ISSUER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { entraShape, GOOGLE_SHAPE, openDocuments, openShaped } from '../support/shaped.ts'
import { BASE_DN, SERVICE, startSlapd, withoutSlapd } from '../support/slapd.ts'
import { catalogueOf } from '../support/upstream.ts'
import { wordsOf } from '../support/words.ts'

t.setTimeout(120_000)

const TENANT = '0123abcd-0123-0123-0123-0123456789ab'
const secret = { client_id: 'gateway', client_secret_variable: 'CORP_SECRET' }
const ENTRY = `dn: uid=ada,${BASE_DN}
objectClass: inetOrgPerson
uid: ada
sn: Day
cn: Ada
mail: ada@corp.example
departmentNumber: 7
departmentNumber: 9
employeeType: boss
userPassword: of ada
`

function directory(url: string) {
  const account = { bind_dn: SERVICE.dn, bind_password_variable: 'LDAP_SECRET' }
  return { kind: 'ldap', url, base_dn: BASE_DN, ...account }
}

const google = await openShaped(t, GOOGLE_SHAPE)
const entra = await openShaped(t, entraShape(TENANT))
const apple = await openApple(t)
const theirs = await samlKey()
const slapd = withoutSlapd ? undefined : await startSlapd(t, ENTRY)
let documents: Readonly<Record<string, unknown>> = {}
const forum = await openDocuments(t, '/token', () => documents)
const github = await openDocuments(t, '/login/oauth/access_token', () => documents)

const environment = await catalogueOf(t, {
  google: { kind: 'google', ...secret, url: google.origin, claims: { hd: 'workspace', locale: 'spoken' } },
  github: {
    kind: 'github',
    ...secret,
    url: github,
    api_url: `${github}/api`,
    claims: { login: 'handle', 'plan.name': 'tariff' },
  },
  forum: {
    ...{
      kind: 'oauth2',
      ...secret,
      scopes: 'me',
      authorization_url: `${forum}/authorize`,
      token_url: `${forum}/token`,
    },
    ...{ userinfo_url: `${forum}/me`, subject: 'id', email: 'mail', claims: { 'org.unit': 'unit', badge: 'badge' } },
    ...{ groups_claim: 'org.teams', groups: { '/staff/eu': 'staff' }, email_domains: ['forum.example'] },
  },
  work: {
    kind: 'entra',
    ...secret,
    tenant: TENANT,
    url: entra.origin,
    claims: { oid: 'object' },
    email_domains: ['*'],
  },
  apple: { ...apple.settings, claims: { is_private_email: 'hides' } },
  partner: {
    ...{ kind: 'saml', entity_id: 'https://idp.corp.example/saml', sign_in_url: 'https://idp.corp.example/sso' },
    ...{ certificates: [theirs.certificate], claims: { department: 'department' } },
  },
  ...(slapd && {
    staff: { ...directory(slapd.url), claims: { departmentNumber: 'departments', EMPLOYEETYPE: 'position' } },
    broken: { ...directory(slapd.url), base_dn: `ou=x,${BASE_DN}`, bind_dn: 'cn=nobody' },
  }),
})
const server = await portalServer(t, { ...(await apple.environment()), ...environment, LDAP_SECRET: SERVICE.password })
const { app, db } = server
await sql`insert into groups (name) values ('staff')`.execute(db)
const chief = await atPortalAs(server, 'administrator')

function pageOf(provider: string): string {
  return `/portal/administration/providers/${provider}/trial`
}
async function traces() {
  const count = async (table: string) =>
    (await sql<{ n: string }>`select count(*) n from ${sql.table(table)}`.execute(db)).rows[0]?.n
  const tables = ['people', 'identities', 'sessions', 'email_addresses', 'group_members', 'refresh_families', 'outbox']
  return Promise.all(tables.map(count))
}
async function tried() {
  const { rows } = await sql<{ change: unknown; own: boolean }>`
    select change, actor = (select pseudonym from people where id = ${chief.personId}) as own
    from audit_events where type = 'provider' and outcome = 'tried' order by seq`.execute(db)
  return rows
}

/** Presses the button, brings back what `answer` makes of the address, and reads the page. */
async function trial(
  t: Test,
  provider: string,
  answer: (sent: URL) => URLSearchParams,
  posted?: 'acs' | 'callback',
): Promise<string> {
  const [before, audited] = [await traces(), await tried()]
  const sent = await post(chief, pageOf(provider))
  const back = answer(new URL(sent.headers.location ?? ''))
  const path = `/federation/${provider}/${posted ?? 'callback'}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://idp.corp.example' }
  const kept = posted && (await app.inject({ method: 'POST', url: path, headers, payload: back.toString() }))
  const arrived = await chief.browser.request('GET', kept ? String(kept.headers.location) : `${path}?${back}`)
  t.match(arrived, { statusCode: 303, headers: { location: pageOf(provider), 'set-cookie': undefined } })
  return looked(t, provider, { before, audited })
}
/** The page, after which nothing else is as it was before but the audit log. */
async function looked(
  t: Test,
  provider: string,
  { before, audited }: { before: unknown; audited: readonly unknown[] },
): Promise<string> {
  t.strictSame(await traces(), before, 'nobody is signed in, made or linked')
  t.strictSame(await tried(), [...audited, { change: { before: [], after: [provider] }, own: true }])
  return wordsOf(await chief.browser.request('GET', pageOf(provider))).replaceAll('&quot;', '"')
}

/** All of these stand on the page, in this order. */
function shows(t: Test, page: string, ...parts: readonly string[]): void {
  let from = 0
  for (const part of parts) {
    const at = page.indexOf(part, from)
    t.ok(at >= 0, `${part} in: ${page.slice(from, from + 3000)}`)
    if (at >= 0) from = at + part.length
  }
}

t.test('Google', async (t) => {
  const claims = {
    ...{
      sub: '110169484474386276334',
      azp: 'gateway',
      email: 'ada@corp.example',
      email_verified: true,
      hd: 'corp.example',
    },
    ...{ name: 'Ada Day', given_name: 'Ada', family_name: 'Day', picture: 'https://lh3.example/a', locale: 'en-GB' },
  }
  const page = await trial(t, 'google', (sent) => google.answer(sent, claims))
  shows(t, page, 'its answer is sound', google.issuer, claims.sub, 'ada@corp.example: verified, and believed')
  shows(
    t,
    page,
    'All that it told',
    ...['azp', 'email_verified true', 'hd corp.example', 'given_name Ada', 'picture https://lh3'],
  )
  shows(t, page, 'What becomes claims of tokens', 'workspace corp.example', 'spoken en-GB')
  const other = await trial(t, 'google', (sent) => google.answer(sent, { ...claims, hd: undefined }))
  shows(t, other, 'no authority for it')
  const failed = await trial(t, 'google', (sent) => google.answer(sent, { ...claims, aud: 'another' }))
  shows(t, failed, 'could not be used', '"aud"')
})

t.test('GitHub', async (t) => {
  const user = { login: 'octocat', id: 583231, name: 'Mona', email: 'shown@example.com', plan: { name: 'pro' } }
  const emails = [{ email: 'mona@example.com', verified: true, primary: true }]
  documents = { '/api/user': user, '/api/user/emails': emails }
  const brought = (code: string) => (sent: URL) =>
    new URLSearchParams({ code, state: sent.searchParams.get('state') ?? '' })
  const page = await trial(t, 'github', brought('right'))
  shows(t, page, 'its answer is sound', '583231', 'mona@example.com', 'no authority for it')
  shows(t, page, 'All that it told', 'login octocat', 'email shown@example.com', 'emails', '"email":"mona@example.com"')
  shows(t, page, 'What becomes claims of tokens', 'handle octocat', 'tariff pro')
  shows(t, await trial(t, 'github', brought('wrong')), 'could not be used', 'bad_verification_code')
  documents = { '/api/user': { ...user, id: '583231' }, '/api/user/emails': emails }
  shows(t, await trial(t, 'github', brought('right')), 'could not be used', 'the account has no number')
})

t.test('OAuth 2', async (t) => {
  const me = {
    id: 7,
    mail: 'bob@forum.example',
    email_verified: true,
    org: { unit: 'Sales', teams: ['/staff/eu'] },
    badge: { n: 1 },
  }
  documents = { '/me': me }
  const brought = (more: Readonly<Record<string, string>>) => (sent: URL) =>
    new URLSearchParams({ code: 'right', state: sent.searchParams.get('state') ?? '', ...more })
  const page = await trial(t, 'forum', brought({}))
  shows(t, page, 'its answer is sound', `${forum}/me`, 'bob@forum.example: verified, and believed', 'staff')
  shows(t, page, 'All that it told', 'id 7', 'mail bob@forum.example', 'org {"unit":"Sales"', 'badge {"n":1}')
  shows(t, page, 'What becomes claims of tokens', 'unit Sales', 'badge {"n":1}')
  shows(t, await trial(t, 'forum', brought({ iss: 'https://evil.example' })), 'could not be used', 'iss')
  documents = { '/me': { ...me, id: {} } }
  shows(t, await trial(t, 'forum', brought({})), 'could not be used', 'there is no subject')
})

t.test('Microsoft Entra', async (t) => {
  const claims = { sub: 'pairwise', oid: 'object-1', tid: TENANT, ver: '2.0', name: 'Ada', email: 'ada@corp.example' }
  const page = await trial(t, 'work', (sent) => entra.answer(sent, { ...claims, xms_edov: true }))
  shows(t, page, 'its answer is sound', entra.issuer, 'pairwise', 'ada@corp.example: verified, and believed')
  shows(
    t,
    page,
    'All that it told',
    `tid ${TENANT}`,
    'xms_edov true',
    'What becomes claims of tokens',
    'object object-1',
  )
  const typed = await trial(t, 'work', (sent) => entra.answer(sent, { ...claims, email_verified: true }))
  shows(t, typed, 'does not say that it is verified')
  const other = await trial(t, 'work', (sent) => entra.answer(sent, { ...claims, tid: TENANT.replace('0', 'f') }))
  shows(t, other, 'could not be used', 'the token is of another tenant')
})

t.test('Apple', async (t) => {
  const account = {
    sub: '001.apple',
    claims: { email: 'x@privaterelay.appleid.com', email_verified: 'true', is_private_email: 'true' },
  }
  const answer = (claims: Readonly<Record<string, unknown>>) => (sent: URL) =>
    new URLSearchParams(apple.answer(sent, { ...account, claims: { ...account.claims, ...claims } }))
  const page = await trial(t, 'apple', answer({}), 'callback')
  shows(t, page, 'its answer is sound', '001.apple', 'x@privaterelay.appleid.com: verified, and believed')
  shows(t, page, 'All that it told', 'is_private_email true', 'What becomes claims of tokens', 'hides true')
  shows(t, await trial(t, 'apple', answer({ nonce: 'another' }), 'callback'), 'could not be used', '"nonce"')
})

t.test('SAML', async (t) => {
  const ours = { acs: `${ISSUER}/federation/partner/acs`, audience: `${ISSUER}/federation/partner/metadata` }
  const attributes =
    attribute('department', 'Sales', 'Law') + attribute('shoe size', '38') + attribute('email', 'a@b.example')
  const answer = (words: Readonly<Record<string, string>>) => (sent: URL) => {
    const { id: requestId } = readAuthnRequest(sent)
    const xml = signSaml(samlResponse({ requestId, ...ours, attributes, ...words }), theirs)
    return new URLSearchParams({ SAMLResponse: inForm(xml), RelayState: sent.searchParams.get('RelayState') ?? '' })
  }
  const page = await trial(t, 'partner', answer({}), 'acs')
  shows(t, page, 'its answer is sound', 'saml:https://idp.corp.example/saml', 'bob', 'does not say that it is verified')
  shows(t, page, 'All that it told', 'department ["Sales","Law"]', 'shoe size ["38"]', 'department ["Sales","Law"]')
  for (const [words, check] of [
    [{ recipient: 'https://evil.example' }, 'Recipient'],
    [{ destination: 'https://evil.example' }, 'Destination'],
    [{ issuer: 'https://evil.example' }, 'Issuer'],
    [{ inResponseTo: '_other' }, 'InResponseTo'],
    [{ confirmation: '' }, 'SubjectConfirmation'],
    [{ audience: 'https://evil.example' }, 'audience'],
  ] as const)
    shows(t, await trial(t, 'partner', answer(words), 'acs'), 'could not be used', check)
})

t.test('LDAP', { skip: withoutSlapd }, async (t) => {
  const typed = async (password: string, provider = 'staff') => {
    const state = { before: await traces(), audited: await tried() }
    t.equal((await post(chief, pageOf(provider), { name: 'ada', password })).statusCode, 303)
    return looked(t, provider, state)
  }
  const page = await typed('of ada')
  shows(t, page, 'its answer is sound', `ldap:${BASE_DN}?entryuuid`, 'ada@corp.example')
  shows(
    t,
    page,
    'All that it told',
    'departmentNumber ["7","9"]',
    'EMPLOYEETYPE boss',
    'cn Ada',
    'departments ["7","9"]',
    'position boss',
  )
  t.notMatch(page, 'of ada')
  shows(t, await typed('wrong'), 'does not know this name with this password')
  shows(t, await typed('of ada', 'broken'), 'could not be reached', 'the directory refuses the service account')
})

t.test('outside of a trial each of them signs somebody in, up to the app, and finds them again', async (t) => {
  const user = { login: 'octocat', id: 583232, name: 'Mona' }
  const emails = [{ email: 'mona@example.com', verified: true, primary: true }]
  const me = { id: 8, mail: 'bob@forum.example', email_verified: true, org: { teams: ['/staff/eu'] } }
  const byDocument = (sent: URL) => new URLSearchParams({ code: 'right', state: sent.searchParams.get('state') ?? '' })
  const person = { sub: '110169484474386276335', email_verified: true, name: 'Ada' }
  const atWork = { tid: TENANT, ver: '2.0', xms_edov: true }
  const signIn = async (provider: string, answer: (sent: URL) => URLSearchParams) => {
    const browser = new Browser(app)
    const { challenge, verifier } = pkcePair()
    const page = await browser.open(authorizeUrl(challenge, { redirect_uri: CLAIMED_URI }))
    const sent = await browser.submit(page, `/provider/${provider}`)
    const back = await browser.open(`/federation/${provider}/callback?${answer(new URL(sent.headers.location ?? ''))}`)
    const redeemed = await redeem(app, answerOf(back).code ?? '', verifier, { redirect_uri: CLAIMED_URI })
    const told = decodeJwt(redeemed.json().access_token)
    return { sub: told.sub ?? '', told }
  }
  const addressesOf = async (personId: string) =>
    (await db.selectFrom('email_addresses').where('person_id', '=', personId).select(['key', 'proof']).execute()).map(
      ({ key, proof }) => `${key} ${proof}`,
    )
  documents = { '/api/user/emails': emails, '/me': me }
  const google1 = (sent: URL) => google.answer(sent, { ...person, email: 'ada.day@gmail.com', locale: 'en' })
  const google2 = (sent: URL) => google.answer(sent, { ...person, email: 'victim@example.com' })
  const entra1 = (sent: URL) => entra.answer(sent, { ...person, ...atWork, email: 'ada@work.example', oid: 'o' })
  const entra2 = (sent: URL) => entra.answer(sent, { ...person, ...atWork, email: 'other@work.example', oid: 'p' })
  for (const [provider, first, second, kept, claims] of [
    ['google', google1, google2, ['ada.day@gmail.com verified'], { spoken: 'en', amr: ['fed'] }],
    ['github', byDocument, byDocument, [], { handle: 'octocat', amr: ['fed'] }],
    ['forum', byDocument, byDocument, ['bob@forum.example verified'], { amr: ['fed'] }],
    ['work', entra1, entra2, ['ada@work.example verified'], { object: 'o', amr: ['fed'] }],
  ] as const) {
    documents = { ...documents, '/api/user': user }
    const one = await signIn(provider, first)
    t.match(one.told, claims, provider)
    t.strictSame(await addressesOf(one.sub), kept, provider)
    documents = { ...documents, '/api/user': { ...user, login: 'renamed' } }
    t.equal((await signIn(provider, second)).sub, one.sub, `${provider}: the same person`)
    t.strictSame(await addressesOf(one.sub), kept, `${provider}: what it tells later is no address of theirs`)
  }
  const people = await db.selectFrom('group_members').where('group_name', '=', 'staff').selectAll().execute()
  t.equal(people.length, 1, 'whose groups the forum told')
})
