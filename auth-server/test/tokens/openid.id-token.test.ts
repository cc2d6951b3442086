// ID tokens: what they say at login and at refresh, and which key signs them (OpenID Connect Core §2, §3.1.3.6, §12.2).
import { createHash } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { Browser, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { nameAndVerify } from '../support/people.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { API, ISSUER, testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

const PASSWORD = 'urn:mobile-api-gateway:acr:password'

t.test('Core §2: the ID token says who, for whom, when, how, in which session, and nothing else', async (t) => {
  const server = await testServer(t)
  const site = await Website.open(server)
  const browser = new Browser(server.app)
  const tokens = await site.signIn({ nonce: 'n-0S6_WzA2Mj', scope: 'openid profile email' }, browser)
  const session = await server.db.selectFrom('sessions').selectAll().executeTakeFirstOrThrow()
  const claims = await site.claims(tokens.id_token)
  const { iat = 0, exp = 0, ...rest } = claims
  t.strictSame(rest, {
    iss: ISSUER,
    sub: server.personId,
    aud: site.clientId,
    auth_time: Math.floor(session.auth_time.getTime() / 1000),
    acr: PASSWORD,
    amr: ['pwd'],
    sid: session.id,
    nonce: 'n-0S6_WzA2Mj',
    at_hash: createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url'),
  })
  t.equal(exp - iat, 600)
  t.ok(Math.abs(iat - Date.now() / 1000) < 10)
})

t.test(
  '§2: without openid there is no ID token; without a nonce in the request there is none in the token',
  async (t) => {
    const server = await testServer(t)
    const site = await Website.open(server, { pkceRequired: false })
    t.notOk('id_token' in (await site.signIn({ scope: 'orders:read' })))
    const challenge = createHash('sha256').update('v'.repeat(43)).digest('base64url')
    const browser = new Browser(server.app)
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256', nonce: undefined }
    const { code } = answerOf(await logIn(browser, await site.send(browser, pkce)))
    const tokens = (await site.redeem(code, { code_verifier: 'v'.repeat(43) })).json()
    t.notOk('nonce' in (await site.claims(tokens.id_token)))
  },
)

t.test('a client chooses the algorithm of its ID tokens, and at_hash goes by it', async (t) => {
  const server = await testServer(t)
  const hashes = { ES256: 'sha256', RS256: 'sha256', EdDSA: 'sha512' }
  for (const [idTokenAlg, hash] of Object.entries(hashes)) {
    const site = await Website.open(server, { clientId: `site-${idTokenAlg.toLowerCase()}`, idTokenAlg })
    const { id_token, access_token } = await site.signIn()
    const { at_hash } = await site.claims(id_token)
    const digest = createHash(hash).update(access_token).digest()
    t.equal(at_hash, digest.subarray(0, digest.length / 2).toString('base64url'), idTokenAlg)
    const header = decodeProtectedHeader(id_token)
    t.match(header, { alg: idTokenAlg, typ: 'JWT' })
    const { keys } = (await server.app.inject('/jwks')).json()
    t.match(
      keys.find(({ kid }: { kid: string }) => kid === header.kid),
      { alg: idTokenAlg, use: 'sig' },
    )
    t.equal(decodeProtectedHeader(access_token).alg, 'ES256', 'the access token goes by its own setting')
  }
})

t.test('§12.2: a refresh gives an ID token of the same login, without nonce, however much later', async (t) => {
  const server = await testServer(t)
  const site = await Website.open(server)
  const browser = new Browser(server.app)
  const first = await site.signIn({ scope: 'openid email' }, browser)
  const before = await site.claims(first.id_token)
  await turnClock(t, server.db, 3600)
  const response = await site.refresh(first.refresh_token)
  const { id_token, access_token, refresh_token } = response.json()
  // The clock of the one who verifies is an hour behind.
  const after = JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString())
  const { iss, sub, aud, sid, acr, auth_time } = before
  t.match(after, { iss, sub, aud, sid, acr, auth_time })
  t.notOk('nonce' in after)
  t.not(after.at_hash, before.at_hash)
  t.equal(after.at_hash, createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url'))
  t.equal(after.iat - (before.iat ?? 0) >= 3600, true)

  const narrowed = (await site.refresh(refresh_token, { scope: 'email' })).json()
  t.notOk('id_token' in narrowed, 'a refresh for less than openid gives none')
})

t.test(
  '§5.4: an application may have the claims of profile and email in its ID tokens, the same as at userinfo',
  async (t) => {
    const server = await testServer(t)
    const { db, personId } = server
    await nameAndVerify(db, personId, 'Ada')
    const site = await Website.open(server, { clientId: 'eager-site', claimsInIdToken: true })
    const usual = await Website.open(server)
    const personal = ['name', 'updated_at', 'email', 'email_verified']
    const shown = (claims: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(Object.entries(claims).filter(([name]) => personal.includes(name)))
    const everything = 'openid profile email offline_access orders:read'
    for (const [scope, names] of [
      ['openid', []],
      ['openid profile', ['name', 'updated_at']],
      ['openid email', ['email', 'email_verified']],
      [everything, personal],
    ] as const) {
      const tokens = await site.signIn({ scope })
      const claims = await site.claims(tokens.id_token)
      const told = (await site.userinfo(tokens.access_token)).json()
      t.strictSame(new Set(Object.keys(shown(claims))), new Set(names), scope)
      t.strictSame(shown(claims), shown(told), 'userinfo says the same')
      t.match(
        claims,
        { iss: ISSUER, sub: personId, aud: site.clientId, nonce: /./, at_hash: /./ },
        'beside all the others',
      )
      t.strictSame(
        shown(await usual.claims((await usual.signIn({ scope })).id_token)),
        {},
        'only where it was asked for',
      )
    }
    const { refresh_token } = await site.signIn({ scope: everything })
    await db.updateTable('people').set({ name: null }).where('id', '=', personId).execute()
    const refreshed = (await site.refresh(refresh_token)).json()
    const after = await site.claims(refreshed.id_token)
    t.strictSame(new Set(Object.keys(shown(after))), new Set(personal.slice(1)), 'a refresh tells what is true now')
    const narrowed = (await site.refresh(refreshed.refresh_token, { scope: 'openid email' })).json()
    t.strictSame(new Set(Object.keys(shown(await site.claims(narrowed.id_token)))), new Set(personal.slice(2)))

    const { claims_supported } = (await server.app.inject('/.well-known/openid-configuration')).json()
    for (const name of [...personal, ...Object.keys(after)].filter((name) => name !== 'nonce'))
      t.ok(claims_supported.includes(name), name)
  },
)

t.test('the ID token is for the client alone, the access token for the API alone', async (t) => {
  const server = await testServer(t)
  const site = await Website.open(server)
  const { id_token, access_token } = await site.signIn()
  t.equal((await site.claims(id_token)).aud, site.clientId)
  t.equal(JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()).aud, API.resource)
})

t.test(
  'a new login of the same person keeps sid, with a new auth_time; another person gets another session',
  async (t) => {
    const server = await testServer(t)
    const { app, db } = server
    const site = await Website.open(server)
    const browser = new Browser(app)
    const first = await site.claims((await site.signIn({}, browser)).id_token)
    const cookie = browser.cookies.get(SESSION_COOKIE)
    await turnClock(t, db, 60)
    const second = await site.claims((await site.signIn({ prompt: 'login' }, browser)).id_token)
    t.equal(second.sid, first.sid)
    t.equal(Number(second.auth_time) - Number(first.auth_time) >= 60, true)
    t.not(browser.cookies.get(SESSION_COOKIE), cookie, 'the secret in the cookie is new')
    t.equal((await db.selectFrom('sessions').selectAll().execute()).length, 1)

    const { refresh_token } = await site.signIn({}, browser)
    const bob = { email: 'bob@example.com', password: 'another passphrase' }
    await createAccount(db, server.config.passwordPepper, bob)
    const third = await site.claims((await site.signIn({ prompt: 'login' }, browser, bob)).id_token)
    t.not(third.sub, first.sub)
    t.not(third.sid, first.sid)
    t.equal((await db.selectFrom('sessions').selectAll().execute()).length, 1, 'one browser, one session')
    t.equal((await site.refresh(refresh_token)).statusCode, 200, 'who only made way in the browser keeps their apps')
  },
)
