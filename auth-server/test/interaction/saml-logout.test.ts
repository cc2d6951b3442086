// Single logout of SAML (Profiles §4.4): samlify, unmodified, signs people out and is told who signed out here; what it would never send is written by hand.
import t, { type Test } from 'tap'
import { readProviders } from '../../src/identity/federation/configure.ts'
import { Browser } from '../support/browser.ts'
import { postForm } from '../support/clients.ts'
import { feedReader } from '../support/feed.ts'
import { answerOf, authorizeUrl, pkcePair, redeem, refresh } from '../support/phone.ts'
import { inForm, inSeconds, logoutRequest, PERSISTENT_ID, samlKey, signedQuery, signSaml } from '../support/saml.ts'
import { openSamlify } from '../support/samlify.ts'
import { ISSUER, testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { catalogueOf } from '../support/upstream.ts'
import { Website } from '../support/website.ts'

const PATH = '/federation/corp/logout'
const HERE = `${ISSUER}${PATH}`
const own = await samlKey('localhost')
const corp = await openSamlify()
const LOGOUT = {
  logout: true,
  sign_out_url: corp.signOutUrl,
  signing_key_variable: 'OUR_KEY',
  signing_certificates: [own.certificate],
}
const DONE = /<h1>You are signed out<\/h1>/

async function start(t: Test, settings: Readonly<Record<string, string | boolean | readonly string[]>> = LOGOUT) {
  const catalogue = await catalogueOf(t, { corp: { ...corp.settings, ...settings } })
  const server = await testServer(t, { ...catalogue, OUR_KEY: own.key })
  const { app, db } = server
  const metadata = (await app.inject('/federation/corp/metadata')).body
  corp.know(metadata)
  /** Somebody at an app by the provider, in a browser of their own. */
  const signIn = async (nameId: string, sessionIndex: string) => {
    const browser = new Browser(app)
    const { challenge, verifier } = pkcePair()
    const page = await browser.open(authorizeUrl(challenge, { redirect_uri: CLAIMED_URI, scope: 'orders:read' }))
    const sent = await browser.submit(page, '/provider/corp')
    const form = await corp.answer(new URL(sent.headers.location ?? ''), nameId, sessionIndex)
    const arrived = await postForm(app, '/federation/corp/acs', form)
    const { code = '' } = answerOf(await browser.open(String(arrived.headers.location)))
    const tokens = (await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })).json()
    return { browser, tokens }
  }
  const isSignedIn = async (browser: Browser) =>
    answerOf(await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI, prompt: 'none' })))
      .code !== undefined
  const post = (xml: string) => postForm(app, PATH, { SAMLRequest: inForm(xml) })
  const audited = () => db.selectFrom('audit_events').where('outcome', '=', 'by-provider').select('type').execute()
  const sessions = async () => (await db.selectFrom('sessions').select('id').execute()).length
  return { ...server, metadata, signIn, isSignedIn, post, audited, sessions }
}

function signed(words: Partial<Parameters<typeof logoutRequest>[0]> = {}): string {
  return signSaml(logoutRequest({ destination: HERE, ...words }), corp.key, 'LogoutRequest')
}

t.test('metadata names both bindings of single logout, and only where it is configured', async (t) => {
  const { metadata } = await start(t)
  for (const binding of ['HTTP-Redirect', 'HTTP-POST'])
    t.match(
      metadata,
      `<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${HERE}"/>`,
    )
  t.notMatch((await start(t, {})).metadata, 'SingleLogoutService')
})

for (const by of ['redirect', 'post'] as const)
  t.test(`§4.4.3.1: whoever signs out here is signed out there, which answers by ${by}, and goes on`, async (t) => {
    const server = await start(t)
    const { app, db, signIn, isSignedIn } = server
    const { browser } = await signIn('bob', '_one')
    const kept = await db.selectFrom('sessions').select(['upstream_subject', 'upstream_sid', 'sealed_logout']).execute()
    t.match(kept, [{ upstream_subject: 'bob', upstream_sid: '_one', sealed_logout: /^ey/ }])
    const page = await browser.open('/account')
    t.match(page.headers['content-security-policy'], /form-action 'self' https:/)
    const sent = await browser.submit(page, '/interaction/logout')
    const address = new URL(sent.headers.location ?? '')
    t.equal(address.origin + address.pathname, 'https://idp.corp.example/slo')
    t.equal(address.searchParams.get('tenant'), '7')
    t.notOk(await isSignedIn(browser))

    const { extract, answer } = await corp.takeLogout(address, by)
    t.match(extract, { nameID: 'bob', sessionIndex: '_one', issuer: `${ISSUER}/federation/corp/metadata` })
    const back =
      typeof answer === 'string'
        ? answer.replace(ISSUER, '')
        : String((await postForm(app, PATH, answer)).headers.location)
    t.match(await new Browser(app).open(back), { statusCode: 400 }, 'another browser')
    t.match(await browser.open(back), { statusCode: 200, body: DONE })
    t.equal((await browser.open(back)).statusCode, 400, 'once')
  })

t.test('§4.4.3.1: an app’s sign-out ends where the app wanted, whatever the provider answers', async (t) => {
  const server = await start(t)
  const site = await Website.open(server)
  const [bye = ''] = site.definition.postLogoutRedirectUris ?? []
  const { browser } = await server.signIn('bob', '_one')
  const { id_token } = (await site.redeem(answerOf(await site.send(browser)).code)).json()
  const asked = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: bye, state: 's' })
  const sent = new URL((await browser.open(`/logout?${asked}`)).headers.location ?? '')
  const RelayState = sent.searchParams.get('RelayState') ?? ''
  const failed = new URLSearchParams({ SAMLResponse: inForm('<no/>'), RelayState })
  t.equal((await browser.open(`${PATH}?${failed}`)).headers.location, `${bye}?state=s`)
})

// As a browser sends it on: it has a spelling of its own for an apostrophe, which the provider has signed in another.
for (const [by, word] of [
  ['redirect', 'its word (not ours)~!*&='],
  ['post', "its word (it’s not ours)~!*'&="],
] as const)
  t.test(
    `§4.4.3.2: whoever is signed out there, by ${by}, is signed out here, with all that was born there`,
    async (t) => {
      const server = await start(t)
      const { app, db, signIn, isSignedIn, audited } = server
      const feed = await feedReader(server)
      const site = await Website.open(server, { backchannelLogoutUri: 'https://news-site.example.com/ended' })
      const [one, two, eve] = [await signIn('bob', '_one'), await signIn('bob', '_two'), await signIn('eve', '_one')]
      await site.redeem(answerOf(await site.send(one.browser)).code)
      const { cursor } = await feed.read()

      const { id, context } = corp.logOut('bob', '_one', by, word)
      const answered =
        by === 'redirect'
          ? await app.inject(context.replace(ISSUER, ''))
          : await postForm(app, PATH, { SAMLRequest: context, RelayState: word })
      t.equal(answered.statusCode, 303)
      const address = new URL(String(answered.headers.location))
      t.equal(address.searchParams.get('RelayState'), word)
      t.match(await corp.takeAnswer(address), {
        response: { inResponseTo: id, destination: corp.signOutUrl },
        issuer: `${ISSUER}/federation/corp/metadata`,
      })
      t.notOk(await isSignedIn(one.browser), 'the session is over')
      t.equal((await refresh(app, one.tokens.refresh_token)).statusCode, 400)
      t.match((await feed.read({ cursor })).events, [{ type: 'grant' }, { type: 'grant' }], 'gateways hear')
      const notices = await db.selectFrom('outbox').where('kind', '=', 'logout-notice').select('receiver').execute()
      t.strictSame(notices, [{ receiver: 'https://news-site.example.com' }], 'apps hear')
      t.match(await audited(), [{ type: 'sign-out' }])
      t.ok(await isSignedIn(two.browser), 'another sign-in there is not over')
      t.ok(await isSignedIn(eve.browser), 'nor is somebody else’s')
    },
  )

t.test(
  'no SessionIndex ends all that the NameID has opened; several end those; an unknown one ends nothing',
  async (t) => {
    const { signIn, post, sessions, audited } = await start(t)
    const everywhere = async () => {
      for (const index of ['_one', '_two', '_three']) await signIn('bob', index)
    }
    await everywhere()
    await signIn('eve', '_one')
    t.equal((await post(signed({ id: '_a', nameId: 'nobody', sessions: [] }))).statusCode, 303)
    t.equal((await post(signed({ id: '_b', sessions: ['_other'] }))).statusCode, 303)
    t.equal(await sessions(), 4)
    t.strictSame(await audited(), [])
    await post(signed({ id: '_c', sessions: ['_one', '_three', '_other'] }))
    t.equal(await sessions(), 2)
    await post(signed({ id: '_d', sessions: [] }))
    t.equal(await sessions(), 1, 'Eve’s')
  },
)

t.test('a request counts once, of ten at once as well, by whichever binding', async (t) => {
  const { app, signIn, post, sessions, audited } = await start(t)
  await signIn('bob', '_session')
  const xml = logoutRequest({ destination: HERE, id: '_once' })
  const query = signedQuery(xml, corp.key)
  const answers = await Promise.all(Array.from({ length: 10 }, () => app.inject(`${PATH}?${query}`)))
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [303, ...Array.from({ length: 9 }, () => 400)])
  t.equal((await audited()).length, 1)
  await signIn('bob', '_session')
  t.equal((await post(signSaml(xml, corp.key, 'LogoutRequest'))).statusCode, 400)
  t.equal(await sessions(), 1)
})

const foreign = await samlKey('evil.example')
const SHA1 = {
  signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  digest: 'http://www.w3.org/2000/09/xmldsig#sha1',
}
function plain(words: Partial<Parameters<typeof logoutRequest>[0]> = {}): string {
  return logoutRequest({ destination: HERE, ...words })
}
function query(words: Partial<Parameters<typeof logoutRequest>[0]> = {}): string {
  return signedQuery(plain(words), corp.key)
}
const OTHER_DOCUMENT = '<LogoutRequest xmlns="urn:other" ID="_other"><Issuer/></LogoutRequest>'
const evilSession = '<samlp:SessionIndex>_evil</samlp:SessionIndex>'

/** By what it is refused, and the document of HTTP-POST or the query of HTTP-Redirect. */
const REFUSED: readonly (readonly [what: string, because: RegExp, sent: { post: string } | { get: string }])[] = [
  ['nothing is signed', /no signature/, { post: plain() }],
  ['somebody else has signed', /no signature/, { post: signSaml(plain(), foreign, 'LogoutRequest') }],
  ['it was changed afterwards', /no signature/, { post: signed().replace('>bob<', '>eve<') }],
  [
    'a session was added afterwards',
    /no signature/,
    { post: signed().replace('</samlp:L', `${evilSession}</samlp:L`) },
  ],
  ['it is signed by SHA-1', /not believed/, { post: signSaml(plain(), corp.key, 'LogoutRequest', SHA1) }],
  [
    'the signed one is wrapped in another',
    /no signature|Referenced/,
    {
      post: plain({ id: '_evil', nameId: 'eve' }).replace(
        '</samlp:L',
        `<samlp:Extensions>${signed()}</samlp:Extensions></samlp:L`,
      ),
    },
  ],
  ['the issuer is somebody else', /^Issuer is/, { post: signed({ issuer: 'https://other.example' }) }],
  [
    'the destination is somebody else',
    /^Destination is/,
    { post: signed({ destination: 'https://other.example/slo' }) },
  ],
  ['the destination is not there', /^Destination is/, { post: signed({ destination: '' }) }],
  ['it has expired', /has expired/, { post: signed({ until: inSeconds(-61) }) }],
  ['its end is no time', /NotOnOrAfter is no time/, { post: signed({ until: 'never' }) }],
  ['it is old', /too long ago/, { post: signed({ issued: inSeconds(-670), until: inSeconds(300) }) }],
  ['it is of the future', /in the future/, { post: signed({ issued: inSeconds(900) }) }],
  ['the version is another', /^Version is/, { post: signed({ version: '1.1' }) }],
  ['the ID is none', /^ID is/, { post: signed({ id: 'a b' }) }],
  ['nobody is named', /no NameID/, { post: signed({ subject: '' }) }],
  [
    'two are named',
    /two NameIDs/,
    {
      post: signed({
        subject: `<saml:NameID ${PERSISTENT_ID}>bob</saml:NameID><saml:NameID ${PERSISTENT_ID}>eve</saml:NameID>`,
      }),
    },
  ],
  [
    'the name is of another format',
    /^Format of the NameID/,
    { post: signed({ nameIdIs: PERSISTENT_ID.replace('persistent', 'transient') }) },
  ],
  [
    'the name is for another service',
    /^SPNameQualifier/,
    { post: signed({ nameIdIs: `${PERSISTENT_ID} SPNameQualifier="x"` }) },
  ],
  ['the name is too long', /could have been kept/, { post: signed({ nameId: 'x'.repeat(300) }) }],
  ['a session is empty', /SessionIndex/, { post: signed({ sessions: [''] }) }],
  [
    'there is a document type',
    /document type/,
    { post: signed().replace('<samlp:L', '<!DOCTYPE a [<!ENTITY b "c">]><samlp:L') },
  ],
  ['it is another document', /^the document is/, { post: signSaml(OTHER_DOCUMENT, corp.key, 'LogoutRequest') }],
  ['it is no XML', /./, { post: 'SAMLRequest' }],
  [
    'it has very many elements',
    /more than 1000/,
    { post: signed({ sessions: Array.from({ length: 1001 }, () => '_s') }) },
  ],
  ['redirect: nothing is signed', /no signature/, { get: query().replace(/&SigAlg.*/, '') }],
  ['redirect: the signature is not there', /Signature is not there/, { get: query().replace(/&Signature.*/, '') }],
  ['redirect: somebody else has signed', /none of the provider/, { get: signedQuery(plain(), foreign) }],
  [
    'redirect: by SHA-1',
    /SHA-256/,
    { get: signedQuery(plain(), corp.key, { algorithm: SHA1.signature, digest: 'sha1' }) },
  ],
  [
    'redirect: another RelayState',
    /none of the provider/,
    { get: signedQuery(plain(), corp.key, { relayState: 'a' }).replace('RelayState=a', 'RelayState=b') },
  ],
  ['redirect: a RelayState was added', /none of the provider/, { get: `RelayState=b&${query()}` }],
  ['redirect: the request stands there twice', /./, { get: `${query()}&${query({ nameId: 'eve' })}` }],
  ['redirect: another name for the parameter', /./, { get: query().replace('SAMLRequest', '%53AMLRequest') }],
  [
    'redirect: a document that grows without end',
    /longer than/,
    { get: signedQuery(`${' '.repeat(200_000)}${plain()}`, corp.key) },
  ],
  ['redirect: not deflated', /not deflated/, { get: signedQuery(plain(), corp.key, { pack: Buffer.from }) }],
  ['redirect: another encoding', /^SAMLEncoding/, { get: `${query()}&SAMLEncoding=x` }],
  ['redirect: a document type', /document type/, { get: signedQuery(`<!DOCTYPE a>${plain()}`, corp.key) }],
  [
    'redirect: the destination is somebody else',
    /^Destination is/,
    { get: query({ destination: 'https://other.example' }) },
  ],
]

t.test('what is not sound signs nobody out, is a page with 400, and is told to the log', async (t) => {
  const { app, signIn, post, sessions, log, audited } = await start(t)
  await signIn('bob', '_session')
  await signIn('eve', '_session')
  for (const [what, because, sent] of REFUSED) {
    log.length = 0
    const { statusCode, headers, body } = await ('post' in sent ? post(sent.post) : app.inject(`${PATH}?${sent.get}`))
    t.match({ statusCode, type: headers['content-type'] }, { statusCode: 400, type: /^text\/html/ }, what)
    t.notMatch(body, 'SAML:2.0', `${what}: nothing of it is on the page`)
    const line = log.find((each) => each.includes('provider_logout_refused'))
    if (line === undefined) t.match(what, /twice/, `${what} is told to the log`)
    else t.match(JSON.parse(line).because, because, what)
  }
  t.equal(await sessions(), 2)
  t.strictSame(await audited(), [])
  t.equal((await post(signed())).statusCode, 303, 'what is sound does')
  t.equal(await sessions(), 1)
})

t.test('200 KB are not read', async (t) => {
  const { post } = await start(t)
  t.equal((await post(signed({ nameId: 'x'.repeat(200_000) }))).statusCode, 413)
})
t.test('unless it is configured, nothing is kept of the session there, and nobody is signed out by it', async (t) => {
  const { db, app, signIn, post, sessions } = await start(t, {})
  const { browser } = await signIn('bob', '_session')
  t.strictSame(await db.selectFrom('sessions').select(['upstream_sid', 'sealed_logout']).execute(), [
    { upstream_sid: null, sealed_logout: null },
  ])
  t.equal((await post(signed())).statusCode, 404)
  t.equal((await app.inject(`${PATH}?${query()}`)).statusCode, 404)
  t.equal(await sessions(), 1)
  t.match(await browser.submit(await browser.open('/account'), '/interaction/logout'), { statusCode: 200, body: DONE })
})

for (const [what, settings, problem] of [
  ['no address there', { ...LOGOUT, sign_out_url: undefined }, /corp\.logout needs sign_out_url/],
  ['no key of ours', { logout: true, sign_out_url: corp.signOutUrl }, /corp\.logout needs signing_key_variable/],
  ['an address that nobody uses', { sign_out_url: corp.signOutUrl }, /corp\.sign_out_url is of no use without logout/],
] as const)
  t.test(`the configuration is refused: ${what}`, async (t) => {
    const all = JSON.parse(JSON.stringify({ ...corp.settings, ...settings }))
    const environment = { ...(await catalogueOf(t, { corp: all })), OUR_KEY: own.key } as Record<string, string>
    const reading = readProviders({ catalogueFile: environment.CATALOGUE_FILE, issuer: ISSUER }, environment)
    await t.rejects(reading, { name: 'ConfigError', message: problem })
  })
