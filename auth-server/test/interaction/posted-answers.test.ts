// Answers that a provider's page posts, as its browser sends them: from another site, without our cookies. The provider is samlify, unmodified, which knows us by our metadata.
import { sql } from 'kysely'
import t from 'tap'
import { Browser, formsOf } from '../support/browser.ts'
import { answerOf, authorizeUrl, pkcePair, redeem } from '../support/phone.ts'
import { inForm, readAuthnRequest, samlKey, samlResponse, signSaml } from '../support/saml.ts'
import { openSamlify } from '../support/samlify.ts'
import { ISSUER, testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'

const GOOGLE = 'https://accounts.google.com'
const google = await samlKey()
const ACS = '/federation/corp/acs'

async function start() {
  const corp = await openSamlify()
  const oidc = await openUpstream(t, { name: 'oidc' })
  const server = await testServer(
    t,
    await catalogueOf(t, {
      corp: corp.settings,
      oidc: { ...oidc.settings, label: 'Other' },
      google: { ...corp.settings, label: 'Google', entity_id: GOOGLE, certificates: [google.certificate] },
    }),
  )
  const { app } = server
  corp.know((await app.inject('/federation/corp/metadata')).body)
  /** From the app to the provider and back: the form that its page posts. */
  const answered = async (
    nameId: string,
    browser = new Browser(app),
    changes: Readonly<Record<string, string>> = {},
  ) => {
    const pair = pkcePair()
    const page = await browser.open(authorizeUrl(pair.challenge, { redirect_uri: CLAIMED_URI, ...changes }))
    const sent = await browser.submit(page, '/provider/corp')
    return { browser, ...pair, form: await corp.answer(new URL(sent.headers.location ?? ''), nameId) }
  }
  /** As a browser does it in the name of another site: by a form, with no cookie of ours. */
  const post = (form: Readonly<Record<string, string>>, path = ACS) =>
    app.inject({
      method: 'POST',
      url: path,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://idp.corp.example',
        'sec-fetch-site': 'cross-site',
      },
      payload: new URLSearchParams(form).toString(),
    })
  return { server, answered, post }
}

const { server, answered, post } = await start()

async function subjectOf(code: string, verifier: string) {
  const { access_token } = (await redeem(server.app, code, verifier, { redirect_uri: CLAIMED_URI })).json()
  return JSON.parse(Buffer.from(String(access_token).split('.')[1] ?? '', 'base64url').toString()).sub
}

async function subjects(): Promise<readonly string[]> {
  const rows = await server.db.selectFrom('identities').select('subject').orderBy('subject').execute()
  return rows.map(({ subject }) => subject)
}

t.test('an answer by a form signs the person in whose browser began it, and finds them again', async (t) => {
  const people = []
  for (const _ of ['first', 'again']) {
    const { browser, form, verifier } = await answered('bob')
    const arrived = await post(form)
    t.equal(arrived.statusCode, 303)
    t.equal(arrived.headers.location, `/federation/corp/callback?state=${form.RelayState}`)
    t.strictSame(arrived.headers['set-cookie'], undefined)
    const { code = '' } = answerOf(await browser.open(arrived.headers.location ?? ''))
    people.push(await subjectOf(code, verifier))
  }
  t.match(people[0], /^usr_/)
  t.equal(people[1], people[0])
  t.match(await server.db.selectFrom('identities').select(['issuer', 'subject']).execute(), [
    { issuer: 'saml:https://idp.corp.example/saml', subject: 'bob' },
  ])
  const kept = await server.db.selectFrom('upstream_logins').select('posted').execute()
  t.ok(
    kept.every(({ posted }) => posted === null),
    'nothing of it is kept',
  )
})

t.test('an answer counts once, also when it is posted and fetched ten times at once', async (t) => {
  const { browser, form } = await answered('once')
  const posted = await Promise.all(Array.from({ length: 10 }, () => post(form)))
  t.ok(posted.every(({ statusCode }) => statusCode === 303))
  const next = posted[0]?.headers.location ?? ''
  const fetched = await Promise.all(Array.from({ length: 10 }, () => browser.request('GET', next)))
  t.strictSame(fetched.map(({ statusCode }) => statusCode).sort(), [303, ...Array(9).fill(400)])
  t.equal((await post(form)).statusCode, 400, 'nor ever after')
  t.strictSame(await subjects(), ['bob', 'once'])
})

t.test('the same assertion in another sign-in, of this browser or another, signs nobody in', async (t) => {
  const victim = await answered('victim')
  for (const browser of [victim.browser, new Browser(server.app)]) {
    const later = await answered('mallory', browser)
    const mixed = { SAMLResponse: victim.form.SAMLResponse ?? '', RelayState: later.form.RelayState ?? '' }
    const { headers } = await post(mixed)
    const refused = await browser.request('GET', headers.location ?? '')
    t.equal(refused.statusCode, 400)
    t.match(refused.body, /The answer of Example Corp could not be used/)
  }
  t.strictSame(await subjects(), ['bob', 'once'])
})

t.test(
  'SAML or form_post page values with quotes, `javascript:` action: escaped, and every form stays here',
  async (t) => {
    const odd = '"><script>alert(1)</script><form action="javascript:alert(1)">'
    const { browser, form } = await answered('quotes')
    for (const sent of [
      { SAMLResponse: odd, RelayState: odd },
      { ...form, RelayState: odd },
      { SAMLResponse: odd, RelayState: form.RelayState ?? '' },
      { SAMLResponse: Buffer.from(odd).toString('base64'), RelayState: form.RelayState ?? '', error: odd },
      { code: odd, state: odd, error: odd, error_description: odd, user: odd },
    ]) {
      const arrived = await post(sent)
      const { location } = arrived.headers
      t.ok(location === undefined || location.startsWith('/federation/corp/callback?state='), 'nowhere else')
      const page = location === undefined ? arrived : await browser.request('GET', location)
      t.equal(page.statusCode, 400)
      t.notMatch(page.body, /alert\(1\)|javascript:/)
      t.ok(formsOf(page.body).every(({ action }) => action.startsWith('/')))
      t.notMatch(page.headers['content-security-policy'], /form-action[^;]*(javascript|\*)/)
    }
  },
)

t.test('a provider that begins by itself is not heard, nor anybody who has no browser of the visit', async (t) => {
  const { browser, form } = await answered('bob')
  const { SAMLResponse = '', RelayState: state = '' } = form
  for (const [what, sent] of [
    ['without RelayState', { SAMLResponse }],
    ['with the RelayState of nobody', { SAMLResponse, RelayState: 'x'.repeat(43) }],
    ['with a link', { SAMLResponse, RelayState: `${ISSUER}/account` }],
  ] as const) {
    const answer = await post(sent)
    t.equal(answer.statusCode, 400, what)
    t.match(answer.body, /began in another browser/, what)
  }
  const next = (await post(form)).headers.location ?? ''
  const stranger = (await answered('eve')).browser
  for (const by of [new Browser(server.app), stranger]) t.equal((await by.request('GET', next)).statusCode, 400)
  t.equal(
    (await browser.request('GET', `${next}&SAMLResponse=x`)).statusCode,
    303,
    'what stands in the address is not read',
  )
  t.equal(
    (await browser.request('GET', `/federation/corp/callback?state=${state}`)).statusCode,
    400,
    'and it was used up',
  )
})

t.test('a SAML provider named “google”: identities are keyed by issuer, provider names are separate', async (t) => {
  const { db, personId } = server
  await db.insertInto('identities').values({ issuer: GOOGLE, subject: '1234567890', person_id: personId }).execute()
  const browser = new Browser(server.app)
  const { challenge, verifier } = pkcePair()
  const page = await browser.open(authorizeUrl(challenge, { redirect_uri: CLAIMED_URI }))
  const address = new URL((await browser.submit(page, '/provider/google')).headers.location ?? '')
  const { id: requestId } = readAuthnRequest(address)
  const ours = `${ISSUER}/federation/google`
  const words = { requestId, acs: `${ours}/acs`, audience: `${ours}/metadata`, issuer: GOOGLE, nameId: '1234567890' }
  const form = {
    SAMLResponse: inForm(signSaml(samlResponse(words), google)),
    RelayState: address.searchParams.get('RelayState') ?? '',
  }
  t.equal((await post(form)).statusCode, 400, 'at the address of another provider')
  const { headers } = await post(form, '/federation/google/acs')
  const { code = '' } = answerOf(await browser.open(headers.location ?? ''))
  t.not(await subjectOf(code, verifier), personId)
  const rows = await db.selectFrom('identities').where('subject', '=', '1234567890').select('issuer').execute()
  t.strictSame(rows.map(({ issuer }) => issuer).sort(), [GOOGLE, `saml:${GOOGLE}`])
})

t.test('idp result page polled or reused: single use, same cookie, 60 s', async (t) => {
  const [{ browser, form }, late] = [await answered('polled'), await answered('late')]
  const next = (await post(form)).headers.location ?? ''
  for (const by of [new Browser(server.app), late.browser])
    for (let times = 0; times < 3; times += 1) t.equal((await by.request('GET', next)).statusCode, 400)
  t.ok(answerOf(await browser.open(next)).code, 'polling by others has used nothing up')
  t.equal((await browser.request('GET', next)).statusCode, 400)
  const then = (await post(late.form)).headers.location ?? ''
  await server.db
    .updateTable('upstream_logins')
    .set({ posted_at: sql<Date>`posted_at - interval '61 seconds'` })
    .where('posted_at', 'is not', null)
    .execute()
  t.equal((await late.browser.request('GET', then)).statusCode, 400, 'a minute later')
})

t.test('no SAMLResponse in the form is a page with 400', async (t) => {
  const { browser, form } = await answered('nobody')
  const { headers } = await post({ RelayState: form.RelayState ?? '' })
  const refused = await browser.request('GET', headers.location ?? '')
  t.match(refused, { statusCode: 400, body: /could not be used/ })
})

t.test('the answer in the address instead of the form is none', async (t) => {
  const { browser, form } = await answered('bob')
  const query = new URLSearchParams({ ...form, state: form.RelayState ?? '' })
  t.equal((await browser.request('GET', `/federation/corp/callback?${query}`.slice(0, 7000))).statusCode, 400)
})

t.test('each address takes what its provider sends there, and nothing else', async (t) => {
  const { form } = await answered('bob')
  const status = async (path: string) => (await post(form, path)).statusCode
  t.equal(await status('/federation/corp/callback'), 405)
  t.equal(await status('/federation/oidc/acs'), 404)
  t.equal(await status('/federation/nobody/acs'), 404)
  t.equal((await server.app.inject('/federation/oidc/metadata')).statusCode, 404)
  t.equal((await server.app.inject('/federation/corp/acs')).statusCode, 405)
  const metadata = await server.app.inject('/federation/corp/metadata')
  t.equal(metadata.headers['content-type'], 'application/samlmetadata+xml')
  t.equal((await post({ ...form, SAMLResponse: 'A'.repeat(140_000) })).statusCode, 413)
  const twice = await server.app.inject({
    method: 'POST',
    url: ACS,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `${new URLSearchParams(form)}&RelayState=x`,
  })
  t.equal(twice.statusCode, 400)
  const json = await server.app.inject({ method: 'POST', url: ACS, payload: {} })
  t.equal(json.statusCode, 415)
})
