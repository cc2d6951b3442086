// A sign-in at a provider is over (OpenID Connect Back-Channel Logout 1.0): npm's oidc-provider says so, unmodified, and others who have no right to.
import { randomUUID } from 'node:crypto'
import { UnsecuredJWT } from 'jose'
import t, { type Test } from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { Browser } from '../support/browser.ts'
import { postForm } from '../support/clients.ts'
import { feedReader } from '../support/feed.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, redeem, refresh } from '../support/phone.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { testSite } from '../support/site.ts'
import { catalogueOf, openUpstream, type Upstream, type UpstreamPerson } from '../support/upstream.ts'
import { Website } from '../support/website.ts'

const BOB = { sub: 'bob' }
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const ADDRESS = '/federation/corp/logout'

async function start(t: Test, { tellsSid = false } = {}) {
  const corp = await openUpstream(t, { tellsSid })
  const server = await testSite(t, await catalogueOf(t, { corp: corp.settings }))
  await corp.serve(server.origin)
  const { app, db, origin } = server
  const browser = () => new Browser(app, origin)

  /** The whole way of one person in one browser to an app's tokens; `there` is what the provider knows the browser by. */
  const signIn = async (person: UpstreamPerson) => {
    const [ours, there] = [browser(), corp.travel()]
    const { challenge, verifier } = pkcePair()
    const page = await ours.open(authorizeUrl(challenge, { redirect_uri: CLAIMED_URI, scope: 'orders:read' }))
    corp.is(person)
    const sent = await ours.submit(page, '/provider/corp')
    const { pathname, search } = await there(sent.headers.location ?? '')
    const { code = '' } = answerOf(await ours.open(`${pathname}${search}`))
    const tokens = (await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })).json()
    return { ours, there, tokens }
  }
  const isSignedIn = async (ours: Browser) =>
    answerOf(await ours.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI, prompt: 'none' })))
      .code !== undefined
  const tell = (token: string, url = ADDRESS) => postForm(app, url, { logout_token: token })
  const audited = () =>
    db.selectFrom('audit_events').where('outcome', '=', 'by-provider').select(['type', 'person']).execute()
  return { ...server, corp, browser, signIn, isSignedIn, tell, audited }
}

/** What a sound token says, but for what is changed; undefined leaves a claim out. */
function claimsOf({ origin }: Upstream, changes: Readonly<Record<string, unknown>> = {}) {
  const iat = Math.floor(Date.now() / 1000)
  const sound = { iss: origin, aud: 'gateway', iat, exp: iat + 120, jti: randomUUID(), events: { [EVENT]: {} } }
  return { ...sound, sub: 'bob', ...changes }
}

t.test('§2.5, §2.7: who signs out at the provider is signed out here, with all that was born there', async (t) => {
  const server = await start(t, { tellsSid: true })
  const { app, db, signIn, isSignedIn, audited } = server
  const feed = await feedReader(server)
  const site = await Website.open(server, { backchannelLogoutUri: 'https://news-site.example.com/ended' })
  const { ours, there, tokens } = await signIn(BOB)
  const elsewhere = await signIn(BOB)
  const { challenge, verifier } = pkcePair()
  const page = await ours.open(authorizeUrl(challenge, { scope: 'orders:read offline_access' }))
  const { code = '' } = answerOf(await ours.submit(page, '/continue'))
  const kept = (await redeem(app, code, verifier)).json()
  await site.redeem(answerOf(await site.send(ours)).code)
  const { cursor } = await feed.read()

  await there.signOut()
  t.notOk(await isSignedIn(ours), 'the session is over')
  t.equal((await refresh(app, tokens.refresh_token)).statusCode, 400)
  t.equal((await refresh(app, kept.refresh_token)).statusCode, 200, 'it is meant to go on without anybody signed in')
  t.match((await feed.read({ cursor })).events, [{ type: 'grant' }, { type: 'grant' }], 'gateways hear')
  const notices = await db.selectFrom('outbox').where('kind', '=', 'logout-notice').select('receiver').execute()
  t.strictSame(notices, [{ receiver: 'https://news-site.example.com' }], 'apps hear')
  t.match(await audited(), [{ type: 'sign-out' }])

  t.ok(await isSignedIn(elsewhere.ours), 'another sign-in there is not over')
  await elsewhere.there.signOut()
  t.notOk(await isSignedIn(elsewhere.ours))
})

t.test('§2.6: a provider that tells no sid ends all that its subject opened, and nothing else', async (t) => {
  const { corp, db, app, browser, signIn, isSignedIn, tell, personId } = await start(t)
  const [first, second, eve] = [await signIn(BOB), await signIn(BOB), await signIn({ sub: 'eve' })]
  const ada = browser()
  await logIn(ada, await ada.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI })))
  await db.updateTable('sessions').set({ upstream_subject: 'bob' }).where('person_id', '=', personId).execute()
  t.equal(
    (await tell(await corp.sign(claimsOf(corp, { sub: 'nobody' })))).statusCode,
    200,
    'there was none: that is as well',
  )
  t.equal((await tell(await corp.sign(claimsOf(corp, { sid: 'told for the first time' })))).statusCode, 200)
  for (const { ours, tokens } of [first, second]) {
    t.notOk(await isSignedIn(ours))
    t.equal((await refresh(app, tokens.refresh_token)).statusCode, 400)
  }
  t.ok(await isSignedIn(eve.ours), 'somebody else')
  t.ok(await isSignedIn(ada), 'a session that no provider opened')
  await eve.there.signOut()
  t.notOk(await isSignedIn(eve.ours))
})

t.test('§2.6: a token that is not sound ends nothing, and is told why', async (t) => {
  const { corp, app, signIn, isSignedIn, tell, audited } = await start(t)
  const { ours } = await signIn(BOB)
  const now = Math.floor(Date.now() / 1000)
  const stranger = await openUpstream(t, { name: 'stranger' })
  const sound = claimsOf(corp)
  const rows: Readonly<Record<string, string | Promise<string>>> = {
    'no JWT': 'x',
    'too long': 'x'.repeat(9000),
    'of alg none': new UnsecuredJWT(sound).setIssuedAt().encode(),
    'of a key of somebody else': stranger.sign(sound),
    'of a key that is not there': corp.sign(sound, { kid: 'another' }),
    'another issuer': corp.sign({ ...sound, iss: 'https://elsewhere.example' }),
    'another audience': corp.sign({ ...sound, aud: 'another-client' }),
    'others in the audience': corp.sign({ ...sound, aud: ['gateway', 'another-client'] }),
    'no audience': corp.sign({ ...sound, aud: undefined }),
    'no iat': corp.sign({ ...sound, iat: undefined }),
    'no exp': corp.sign({ ...sound, exp: undefined }),
    'no jti': corp.sign({ ...sound, jti: undefined }),
    'an empty jti': corp.sign({ ...sound, jti: '' }),
    expired: corp.sign({ ...sound, exp: now - 120 }),
    'of the future': corp.sign({ ...sound, iat: now + 300 }),
    'an hour old': corp.sign({ ...sound, iat: now - 3600, exp: now + 3600 }),
    'a nonce': corp.sign({ ...sound, nonce: 'n' }),
    'no events': corp.sign({ ...sound, events: undefined }),
    'another event': corp.sign({ ...sound, events: { 'https://elsewhere.example/event': {} } }),
    'an event that is no object': corp.sign({ ...sound, events: { [EVENT]: true } }),
    'events as a list': corp.sign({ ...sound, events: [EVENT] }),
    'neither sub nor sid': corp.sign({ ...sound, sub: undefined }),
    'a sid that is no text': corp.sign({ ...sound, sid: 7 }),
    'a sid that cannot be kept': corp.sign({ ...sound, sid: 'a\0b' }),
    'of another type': corp.sign(sound, { typ: 'at+jwt' }),
    'with an extension that nobody knows': corp.sign(sound, { crit: ['more'], more: true }),
  }
  for (const [name, token] of Object.entries(rows)) {
    const { statusCode, headers, body } = await tell(await token)
    t.match({ statusCode, cache: headers['cache-control'] }, { statusCode: 400, cache: 'no-store' }, name)
    t.match(JSON.parse(body), { error: 'invalid_request', error_description: /^logout_token/ }, name)
  }
  t.ok(await isSignedIn(ours))
  t.strictSame(await audited(), [])
  t.equal((await postForm(app, ADDRESS, {})).statusCode, 400, 'nothing at all')
  for (const typ of ['JWT', undefined])
    t.equal((await tell(await corp.sign({ ...sound, jti: randomUUID() }, { typ }))).statusCode, 200, `typ ${typ}`)
  t.notOk(await isSignedIn(ours))
})

t.test(
  '§2.6: a token counts once, also when it comes ten times at once; later sign-ins are safe from it',
  async (t) => {
    const { corp, signIn, isSignedIn, tell, audited } = await start(t)
    await signIn(BOB)
    const token = await corp.sign(claimsOf(corp))
    const answers = await Promise.all(Array.from({ length: 10 }, () => tell(token)))
    t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [200, ...Array.from({ length: 9 }, () => 400)])
    t.equal((await audited()).length, 1)
    const { ours } = await signIn(BOB)
    const again = await tell(token)
    t.match(again.json(), { error_description: 'logout_token: its jti has been used already' })
    t.ok(await isSignedIn(ours))
  },
)

t.test('§2.8: 400 while the keys cannot be had; who is not there, or tells nothing, has no such address', async (t) => {
  const { corp, app, signIn, isSignedIn, tell, log } = await start(t)
  const { ours } = await signIn(BOB)
  const token = await corp.sign(claimsOf(corp))
  await corp.close()
  t.match((await tell(token)).json(), { error_description: /^logout_token: it cannot be checked now/ })
  t.ok(await isSignedIn(ours))
  t.ok(log.some((line) => line.includes('provider_logout_refused')))
  t.equal((await tell(token, '/federation/nobody/logout')).statusCode, 404)
  t.equal((await app.inject(ADDRESS)).statusCode, 404, 'nobody comes back from a provider that nobody is sent to')
  t.match(await app.inject({ method: 'PUT', url: ADDRESS }), { statusCode: 405, headers: { allow: 'GET, POST' } })
})

t.test('the word of one provider ends nothing of another, whatever they call their people', async (t) => {
  const [corp, other] = [await openUpstream(t), await openUpstream(t, { name: 'other' })]
  const forum = { kind: 'github', client_id: 'x', client_secret_variable: 'CORP_SECRET' }
  const catalogue = await catalogueOf(t, { corp: corp.settings, other: other.settings, forum })
  const { app, db, personId } = await testSite(t, catalogue)
  const session = { person_id: personId, auth_epoch: 1, acr: '1', expires_at: new Date(Date.now() + 60_000) }
  for (const issuer of [corp.origin, other.origin])
    await db
      .insertInto('sessions')
      .values({
        ...session,
        id: issuer,
        token_hash: randomSecret(8),
        issuer,
        upstream_subject: 'bob',
        upstream_sid: 's',
      })
      .execute()
  const left = async () => (await db.selectFrom('sessions').select('id').execute()).map(({ id }) => id)
  const tell = async (name: string, token: string) =>
    (await postForm(app, `/federation/${name}/logout`, { logout_token: token })).statusCode
  t.equal(await tell('other', await corp.sign(claimsOf(corp))), 400, 'posted at the address of another')
  t.equal(await tell('forum', await corp.sign(claimsOf(corp))), 404, 'of a kind that tells nothing')
  t.equal((await left()).length, 2)
  t.equal(await tell('corp', await corp.sign(claimsOf(corp, { sid: 's', sub: undefined }))), 200)
  t.strictSame(await left(), [other.origin])
})
