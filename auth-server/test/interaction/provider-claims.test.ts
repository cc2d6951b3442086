// What a provider tells becomes claims of ours by the table of its configuration: in the tokens of logins begun there, as told then.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { decodeJwt } from 'jose'
import { sql } from 'kysely'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { defineGroup } from '../../src/catalogue/groups.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { setPersonGroups } from '../../src/identity/administration/groups.ts'
import { readProviders } from '../../src/identity/federation/configure.ts'
import { listGroupsOfPerson } from '../../src/store/queries/listed-groups.ts'
import { Browser } from '../support/browser.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, redeem, refresh } from '../support/phone.ts'
import { API, testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { catalogueOf, openUpstream, type UpstreamPerson } from '../support/upstream.ts'

const corp = await openUpstream(t)
const claims = {
  'org.unit.name': 'department',
  teams: 'teams',
  'https://corp.example/tier': 'tier',
  'org.constructor': 'made_by',
  'teams.length': 'how_many',
}
const catalogue = await catalogueOf(t, {
  corp: {
    ...corp.settings,
    claims,
    groups_claim: 'realm.groups',
    groups: { '/staff/eu': 'staff', '/staff/us': 'staff', admins: 'boss', gone: 'not-there' },
  },
})
const server = await testServer(t, catalogue)
const { app, log } = server

async function signIn(person: UpstreamPerson, browser = new Browser(app)) {
  const { challenge, verifier } = pkcePair()
  const changes = { redirect_uri: CLAIMED_URI, scope: 'openid orders:read', prompt: 'login' }
  const page = await browser.open(authorizeUrl(challenge, changes))
  corp.is(person)
  corp.signedIn(Math.floor(Date.now() / 1000))
  const sent = await browser.submit(page, '/provider/corp')
  const url = await corp.travel()(sent.headers.location ?? '')
  const { code = '' } = answerOf(await browser.open(`${url.pathname}${url.search}`))
  return (await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })).json()
}

const BOB = { sub: 'bob', org: { unit: { name: 'Sales' } }, teams: ['eu', 'us'], 'https://corp.example/tier': 'gold' }

t.test('nested values and lists stand in access and ID tokens; what no object has of its own does not', async (t) => {
  const tokens = await signIn(BOB)
  for (const token of [tokens.access_token, tokens.id_token]) {
    const told = decodeJwt(String(token))
    t.match(told, { department: 'Sales', teams: ['eu', 'us'], tier: 'gold' })
    t.notOk('made_by' in told || 'how_many' in told)
  }
})

t.test('a refresh says what was told at the login; the next login says what is told then', async (t) => {
  const browser = new Browser(app)
  const first = await signIn(BOB, browser)
  const next = await signIn({ ...BOB, org: { unit: { name: 'Legal' } }, teams: undefined }, browser)
  const later = decodeJwt(String((await refresh(app, first.refresh_token)).json().access_token))
  t.match(later, { department: 'Sales', teams: ['eu', 'us'] })
  const now = decodeJwt(String(next.access_token))
  t.match(now, { department: 'Legal', tier: 'gold' })
  t.notOk('teams' in now, 'what is told no more')
})

t.test('its groups become ours at each sign-in: come, go, and leave alone what others gave', async (t) => {
  const { db } = server
  await db.transaction().execute(async (trx) => {
    for (const name of ['staff', 'boss', 'other']) await defineGroup(trx, { name, description: name }, OPERATOR)
  })
  const gus = { sub: 'gus', realm: { groups: ['/staff/eu', '/staff/us', 'admins', 'gone', '/staff', 7] } }
  const { sub = '' } = decodeJwt(String((await signIn(gus)).access_token))
  const groups = async () => {
    const rows = await db
      .selectFrom('group_members')
      .where('person_id', '=', sub)
      .selectAll()
      .orderBy('group_name')
      .execute()
    return rows.map(({ group_name, source }) => `${group_name} by ${source === corp.origin ? 'corp' : source}`)
  }
  t.strictSame(await groups(), ['boss by corp', 'staff by corp'])
  t.ok(log.some((line) => line.includes('provider_groups_missing') && line.includes('not-there')))
  const counted = async () => (await listGroupsOfPerson(db, sub)).map(({ name }) => name)
  t.strictSame(await counted(), ['boss', 'staff'])
  const identity = db.updateTable('identities').where('person_id', '=', sub)
  await identity.set({ used_at: sql`auth_now() - interval '31 days'` }).execute()
  t.strictSame(await counted(), [], 'nothing has been heard from the provider for a month')
  await identity.set({ used_at: sql`auth_now()`, removed_at: sql`auth_now()` }).execute()
  t.strictSame(await counted(), [], 'it is linked no more')
  await identity.set({ removed_at: null }).execute()
  t.strictSame(await counted(), ['boss', 'staff'])
  await setPersonGroups(db, OPERATOR, sub, ['other', 'boss'])
  await signIn({ ...gus, realm: { groups: '/staff/us' } })
  t.strictSame((await groups()).sort(), ['boss by operator', 'other by operator', 'staff by corp'])
  await signIn({ sub: 'gus' })
  t.strictSame((await groups()).sort(), ['boss by operator', 'other by operator'], 'told no more')
})

t.test('a sign-in by password has none of them', async (t) => {
  const { challenge, verifier } = pkcePair()
  const browser = new Browser(app)
  const { code = '' } = answerOf(await logIn(browser, await browser.open(authorizeUrl(challenge))))
  t.notOk('department' in decodeJwt(String((await redeem(app, code, verifier)).json().access_token)))
})

t.test('an answer to a form never stands under the name of what a provider tells', async (t) => {
  const { db, personId } = server
  const fields: RegistrationForm['fields'] = ['department', 'team'].map((name) => ({
    name,
    type: 'choice',
    label: { en: name },
    options: [{ value: 'Board', label: { en: 'Board' } }],
    in_access_token: true,
  }))
  await defineApi(db, { ...API, registration: { fields } }, OPERATOR)
  const answers = JSON.stringify({ department: 'Board', team: 'Board' })
  await db.insertInto('registrations').values({ person_id: personId, api_id: API.id, answers }).execute()
  const { challenge, verifier } = pkcePair()
  const browser = new Browser(app)
  const { code = '' } = answerOf(await logIn(browser, await browser.open(authorizeUrl(challenge))))
  const told = decodeJwt(String((await redeem(app, code, verifier)).json().access_token))
  t.match(told, { team: 'Board' })
  t.notOk('department' in told)
  await defineApi(db, API, OPERATOR)
})

t.test('what is too much for a token is left out and logged; the others stand, and the person is in', async (t) => {
  const tokens = await signIn({ ...BOB, sub: 'big', teams: Array.from({ length: 500 }, (_, n) => `team-${n}`) })
  const told = decodeJwt(String(tokens.access_token))
  t.match(told, { department: 'Sales', tier: 'gold' })
  t.notOk('teams' in told)
  t.ok(log.some((line) => line.includes('provider_claim_left_out')))
})

for (const [what, wrong] of [
  ["the server's own", { org: 'groups' }],
  ['of the protocol', { org: 'Sub' }],
  ['of the profile', { org: 'email' }],
  ['no name', { org: '__proto__' }],
  ['made of two things', { org: 'x', teams: 'x' }],
  ['made of nothing', { 'org..unit': 'x' }],
] as const)
  t.test(`a claim that is ${what} is a mistake in the configuration, told at start`, async (t) => {
    const environment = { ...catalogue, ...(await catalogueOf(t, { corp: { ...corp.settings, claims: wrong } })) }
    const config = { catalogueFile: environment.CATALOGUE_FILE, issuer: server.config.issuer }
    await t.rejects(readProviders(config, environment), { message: /corp\.claims (?:makes|has)/ })
  })
