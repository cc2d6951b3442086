// The userinfo endpoint: what it tells, to which tokens, and how it refuses (OpenID Connect Core §5.3, RFC 6750).
import t, { type Test } from 'tap'
import { sha256 } from '../../src/crypto/digest.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { mintAccessToken } from '../../src/tokens/access-token.ts'
import { turnClock } from '../support/database.ts'
import { ProvingPhone } from '../support/dpop.ts'
import { nameAndVerify, storedPassword } from '../support/people.ts'
import { obtainCode, redeem } from '../support/phone.ts'
import { API, ISSUER, testServer, USER } from '../support/server.ts'
import { Website } from '../support/website.ts'

async function open(t: Test) {
  const server = await testServer(t)
  return { ...server, site: await Website.open(server) }
}

const REALM = 'Bearer realm="mobile-api-gateway"'
const ALL = 'openid profile email offline_access'
const POST = { method: 'POST', url: '/userinfo' } as const
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

t.test('Core §5.4: each scope opens its claims, and sub always comes', async (t) => {
  const { db, site, personId } = await open(t)
  await nameAndVerify(db, personId, 'Ada')
  const profile = { name: 'Ada', updated_at: Number }
  const email = { email: USER.email, email_verified: true }
  const table = [
    ['openid', {}],
    ['openid profile', profile],
    ['openid email', email],
    ['email openid profile offline_access orders:read', { ...profile, ...email }],
  ] as const
  for (const [scope, claims] of table) {
    const { access_token } = await site.signIn({ scope })
    const response = await site.userinfo(access_token)
    t.equal(response.statusCode, 200, scope)
    t.match(response.json(), claims)
    t.strictSame(new Set(Object.keys(response.json())), new Set(['sub', ...Object.keys(claims)]))
    t.equal(response.json().sub, personId)
    t.match(response.headers, { 'content-type': /^application\/json/, 'cache-control': 'no-store' })
  }
})

t.test('§5.3.2: a claim that the person does not have is left out', async (t) => {
  const { site } = await open(t)
  const { access_token } = await site.signIn({ scope: ALL })
  t.notOk('name' in (await site.userinfo(access_token)).json())
})

t.test('RFC 6750 §2: the token comes in the header of GET or POST, or in the form of a POST', async (t) => {
  const { app, site, personId } = await open(t)
  const { access_token } = await site.signIn()
  const authorization = `Bearer ${access_token}`
  const payload = `access_token=${access_token}`
  const ways = [
    { method: 'GET', url: '/userinfo', headers: { authorization } },
    { method: 'GET', url: '/userinfo', headers: { authorization: `bearer  ${access_token}` } },
    { ...POST, headers: { authorization } },
    { ...POST, headers: { authorization, ...FORM }, payload: '' },
    { ...POST, headers: FORM, payload },
  ] as const
  for (const way of ways) t.strictSame((await app.inject(way)).json(), { sub: personId })

  const never = [
    { method: 'GET', url: `/userinfo?access_token=${access_token}` },
    { ...POST, headers: { authorization, ...FORM }, payload },
    { ...POST, headers: FORM, payload: `${payload}&${payload}` },
    { method: 'GET', url: '/userinfo', headers: { authorization: 'Basic bmV3cy1zaXRlOng=' } },
    { method: 'GET', url: '/userinfo', headers: { authorization: 'Bearer' } },
    { method: 'GET', url: '/userinfo', headers: { authorization: `Bearer ${access_token}, Bearer ${access_token}` } },
  ] as const
  for (const way of never) {
    const response = await app.inject(way)
    t.match(response, { statusCode: 400 })
    t.equal(response.json().error, 'invalid_request')
    t.match(response.headers['www-authenticate'], `${REALM}, error="invalid_request"`)
  }
  t.equal((await app.inject({ method: 'PUT', url: '/userinfo' })).headers.allow, 'GET, POST')
})

t.test('RFC 6750 §3: a request without a token gets a challenge without an error', async (t) => {
  const { app } = await open(t)
  for (const method of ['GET', 'POST'] as const) {
    const response = await app.inject({ method, url: '/userinfo' })
    t.equal(response.statusCode, 401)
    t.match(response.headers['www-authenticate'], /^Bearer realm="mobile-api-gateway", DPoP algs="ES256 [^"]+"$/)
    t.match(response.json(), { error: 'invalid_token', error_description: /^a token is missing/ })
  }
})

const refused = {
  status: 401,
  challenge: `${REALM}, error="invalid_token", error_description="the access token is not valid any more"`,
}
async function answer(site: Website, token: string) {
  const { statusCode, headers } = await site.userinfo(token)
  return { status: statusCode, challenge: headers['www-authenticate'] }
}

t.test('only an access token of ours is an access token', async (t) => {
  const { site, keys, personId } = await open(t)
  const { access_token, id_token, refresh_token } = await site.signIn()
  const [header = '', payload = '', signature = ''] = access_token.split('.')
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  const grant = {
    subject: personId,
    clientId: site.clientId,
    applicationId: site.applicationId,
    resource: API.resource,
    plan: 'basic',
    scopes: ['openid'],
    dpopJkt: null,
    alg: 'ES256',
    now: Math.floor(Date.now() / 1000),
  }
  const login = {
    id: 'grant_0000000000000000000000',
    subjectKind: 'account',
    isAttested: false,
    mergedFrom: null,
    acr: 'x',
    amr: ['pwd'],
    authTime: 0,
    groups: [],
    addedClaims: null,
  } as const
  const tokens = {
    'an ID token': id_token,
    'a refresh token': refresh_token,
    'alg none': `${none}.${payload}.`,
    'a changed claim': `${header}.${Buffer.from('{"scope":"openid"}').toString('base64url')}.${signature}`,
    'no signature': `${header}.${payload}.`,
    'another issuer': await mintAccessToken('https://evil.example.com', keys, { ...grant, login }),
    'a family that never was': await mintAccessToken(ISSUER, keys, { ...grant, login }),
    text: 'x'.repeat(9000),
  }
  for (const [name, token] of Object.entries(tokens)) t.strictSame(await answer(site, token), refused, name)
  const machine = await site.userinfo(await mintAccessToken(ISSUER, keys, grant))
  t.equal(machine.statusCode, 401)
  t.equal(machine.json().error_description, 'the access token speaks for no person')
})

t.test('RFC 6750 §3.1: a token without openid is insufficient_scope, and hears what would do', async (t) => {
  const { app, site } = await open(t)
  const { code, verifier } = await obtainCode(app)
  const response = await site.userinfo((await redeem(app, code, verifier)).json().access_token)
  t.equal(response.statusCode, 403)
  t.equal(
    response.headers['www-authenticate'],
    `${REALM}, error="insufficient_scope", error_description="the scope openid is missing", scope="openid"`,
  )
  t.strictSame(response.json(), { error: 'insufficient_scope', error_description: 'the scope openid is missing' })

  const { refresh_token } = await site.signIn({ scope: 'openid email orders:read' })
  const narrowed = (await site.refresh(refresh_token, { scope: 'orders:read' })).json()
  t.equal((await site.userinfo(narrowed.access_token)).statusCode, 403, 'also one that was narrowed by a refresh')
})

t.test('a token stops working at once with its time, its family, its person or its person’s password', async (t) => {
  const { db, site, personId } = await open(t)
  const endings = {
    'ten minutes later': () => turnClock(t, db, 601),
    'the family revoked': () =>
      db.updateTable('refresh_families').set({ revoked_at: new Date(), revoked_because: 'test' }).execute(),
    'the person suspended': () => db.updateTable('people').set({ status: 'suspended' }).execute(),
    'another password': () => replacePassword(db, personId, { hash: 'x', pepperId: null }),
  }
  const password = await storedPassword(db, personId)
  for (const [name, end] of Object.entries(endings)) {
    await turnClock(t, db, 0)
    await db.updateTable('people').set({ status: 'active' }).execute()
    await replacePassword(db, personId, password)
    const { access_token } = await site.signIn()
    t.equal((await site.userinfo(access_token)).statusCode, 200)
    await end()
    t.strictSame(await answer(site, access_token), refused, name)
  }
})

t.test('RFC 9449 §7: a bound token opens userinfo with a proof of its key, and not without', async (t) => {
  const { app, personId } = await open(t)
  const phone = await ProvingPhone.create(app)
  const { code, verifier } = await obtainCode(app, { scope: 'openid' })
  const token: string = (await phone.redeem(code, verifier)).json().access_token
  const ath = sha256(token)
  const get = async (headers: Record<string, string>) => app.inject({ url: '/userinfo', headers })
  const proof = (claims: Record<string, unknown> = {}) =>
    phone.proof('/userinfo', { claims: { htm: 'GET', ath, ...claims } })

  const bearer = await get({ authorization: `Bearer ${token}` })
  t.match(bearer, { statusCode: 401 })
  t.match(bearer.headers['www-authenticate'], /^DPoP error="invalid_token"/)
  const bare = await get({ authorization: `DPoP ${token}` })
  t.match(bare.headers['www-authenticate'], /^DPoP error="invalid_dpop_proof"/)
  const wrong = await get({ authorization: `DPoP ${token}`, dpop: await proof({ ath: 'x' }) })
  t.match(wrong, { statusCode: 401 })
  const right = await get({ authorization: `DPoP ${token}`, dpop: await proof() })
  t.equal(right.statusCode, 200, right.body)
  t.strictSame(right.json(), { sub: personId })
})
