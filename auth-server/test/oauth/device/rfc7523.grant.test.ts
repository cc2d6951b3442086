// RFC 7523 §2.1: a guest's tokens for an assertion of the device's key, bound to that key.

import { decodeJwt } from 'jose'
import t from 'tap'
import { defineApi } from '../../../src/catalogue/apis.ts'
import { subscribe } from '../../../src/catalogue/subscriptions.ts'
import { OPERATOR } from '../../../src/identity/administration/authority.ts'
import { endEveryLogin, restore, suspend } from '../../../src/store/queries/administration.ts'
import { basic, secretClient } from '../../support/clients.ts'
import { turnClock } from '../../support/database.ts'
import { admitGuests, Device, GUEST_API, GUEST_APP, postForm } from '../../support/device.ts'
import { feedReader } from '../../support/feed.ts'
import { API, ISSUER, testServer } from '../../support/server.ts'

async function start(t: Parameters<typeof testServer>[0]) {
  const server = await testServer(t)
  const applicationId = await admitGuests(server)
  const device = await Device.create(server.app)
  const { sub } = (await device.register()).json()
  const refused = async (answer: ReturnType<Device['tokens']>, error: string, why: string) => {
    const { statusCode, body } = await answer
    t.match({ statusCode, ...JSON.parse(body) }, { statusCode: 400, error }, why)
  }
  const { follow } = await feedReader(server)
  await follow()
  return { ...server, applicationId, device, sub, refused, follow }
}

t.test(
  'the answer, whole: a token of ten minutes with the plan and scopes of guests, and no refresh token',
  async (t) => {
    const { device, sub, applicationId } = await start(t)
    const answer = await device.tokens()
    t.equal(answer.statusCode, 200)
    const { access_token, ...rest } = answer.json()
    t.strictSame(rest, { token_type: 'DPoP', expires_in: 600, scope: 'orders:read' })
    const { iat, exp, jti, auth_time, grant_id, ...claims } = decodeJwt(access_token)
    t.strictSame(claims, {
      iss: ISSUER,
      sub,
      aud: API.resource,
      client_id: GUEST_APP.clientId,
      app_id: applicationId,
      scope: 'orders:read',
      acr: 'urn:mobile-api-gateway:acr:device',
      amr: ['pop'],
      subject_kind: 'guest',
      plan: 'guest',
      cnf: { jkt: device.jkt },
    })
    t.equal(Number(exp) - Number(iat), 600)
    t.match(grant_id, /^grant_/)
  },
)

t.test('all tokens of a device at an API are one login, also of calls at once', async (t) => {
  const { device, db } = await start(t)
  const answers = await Promise.all(Array.from({ length: 20 }, () => device.tokens()))
  t.strictSame([...new Set(answers.map(({ statusCode }) => statusCode))], [200])
  t.equal(new Set(answers.map((answer) => decodeJwt(answer.json().access_token).grant_id)).size, 1)
  t.equal((await db.selectFrom('refresh_families').selectAll().execute()).length, 1)
})

t.test('§3: an assertion counts once, of calls at once and as it is', async (t) => {
  const { app, device, refused } = await start(t)
  const assertion = await device.assertion()
  const answers = await Promise.all(Array.from({ length: 20 }, () => device.tokens({ assertion })))
  t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1)
  await refused(device.tokens({ assertion }), 'invalid_grant', 'once more')
  const now = Math.floor(Date.now() / 1000)
  const rows: Readonly<Record<string, Parameters<Device['assertion']>[0]>> = {
    'another audience': { claims: { aud: `${ISSUER}/token` } },
    'several audiences': { claims: { aud: [ISSUER] } },
    'another typ': { header: { typ: 'JWT' } },
    'no exp': { claims: { exp: undefined } },
    'a text for exp': { claims: { exp: String(now + 60) } },
    expired: { claims: { exp: now - 70 } },
    'for longer than two minutes': { claims: { exp: now + 190 } },
    'from the future': { claims: { iat: now + 70 } },
    'no jti': { claims: { jti: undefined } },
    'a long jti': { claims: { jti: 'x'.repeat(257) } },
    'another sub': { claims: { sub: 'usr_0000000000000000000000' } },
    'another iss': { claims: { iss: 'A'.repeat(43) } },
  }
  for (const [what, signing] of Object.entries(rows))
    await refused(device.tokens({ assertion: await device.assertion(signing) }), 'invalid_grant', what)
  await refused(device.tokens({ assertion: 'x' }), 'invalid_grant', 'no JWT')
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_id: GUEST_APP.clientId }
  await refused(postForm(app, '/token', form), 'invalid_request', 'none')
})

t.test('a phone whose clock is a minute off is a guest all the same', async (t) => {
  const { device } = await start(t)
  const now = Math.floor(Date.now() / 1000)
  for (const off of [-55, 55]) {
    const assertion = await device.assertion({ claims: { iat: now + off, exp: now + off + 120 } })
    t.equal((await device.tokens({ assertion })).statusCode, 200, String(off))
  }
})

t.test('an assertion without the key is worth nothing: the DPoP proof has to be by the same one', async (t) => {
  const { app, device, refused } = await start(t)
  const thief = await Device.create(app)
  await refused(device.tokens({}, { dpop: '' }), 'invalid_dpop_proof', 'no proof')
  await refused(device.tokens({}, { dpop: await thief.dpop('/token') }), 'invalid_grant', "the thief's proof")
  await refused(device.tokens({}, { dpop: await device.dpop('/par') }), 'invalid_dpop_proof', 'for another address')
  const claims = { iss: device.jkt, sub: device.jkt }
  await refused(thief.tokens({ assertion: await thief.assertion({ claims }) }), 'invalid_grant', "another device's id")
  await refused(thief.tokens(), 'invalid_grant', 'a key that nobody registered')
  const { access_token } = (await device.tokens()).json()
  t.equal(decodeJwt(access_token).sub, (await device.register()).json().sub)
})

t.test('strangers leave no rows', async (t) => {
  const { app, db } = await start(t)
  const jtis = async () => (await db.selectFrom('used_jtis').selectAll().execute()).length
  const before = await jtis()
  const stranger = await Device.create(app)
  t.equal((await stranger.tokens()).statusCode, 400)
  t.equal(await jtis(), before)
})

t.test("a key is one app's: another gets nothing by it", async (t) => {
  const { device, register, refused } = await start(t)
  await register({ ...GUEST_APP, clientId: 'other-app', redirectUris: ['com.example.other:/callback'] })
  await refused(device.tokens({ client_id: 'other-app' }), 'invalid_grant', 'another app')
  await refused(device.tokens({ client_id: 'shop-app' }), 'unauthorized_client', 'not registered for the grant')
})

t.test('scopes are those of guests: others are left out, and nothing but others is invalid_scope', async (t) => {
  const { device, refused } = await start(t)
  const answer = await device.tokens({ scope: 'orders:read orders:write openid' })
  t.equal(answer.json().scope, 'orders:read')
  t.equal(answer.json().id_token, undefined)
  for (const scope of ['orders:write', 'openid', 'openid email', 'nonsense'])
    await refused(device.tokens({ scope }), 'invalid_scope', scope)
})

t.test(
  'an API that admits no guests, or no more, gives no tokens; the gateway hears of those that there are',
  async (t) => {
    const { db, device, applicationId, refused, follow } = await start(t)
    const other = { ...API, id: 'other-api', resource: 'https://api.example.com/other' }
    await defineApi(db, other, OPERATOR)
    await subscribe(
      db,
      { applicationId, apiId: other.id, plan: 'basic', scopes: ['orders:read'], trusted: true },
      OPERATOR,
    )
    await refused(device.tokens({ resource: other.resource }), 'invalid_target', 'it admits none')
    const { access_token } = (await device.tokens()).json()
    const { grant_id } = decodeJwt(access_token)
    await defineApi(db, { ...GUEST_API, guests: { plan: 'guest', scopes: ['orders:write'] } }, OPERATOR)
    t.match(await follow(), [{ type: 'grant', grant_id, issued_until: Number }])
    await refused(device.tokens({ scope: 'orders:read' }), 'invalid_scope', 'kept from guests')
    await defineApi(db, API, OPERATOR)
    await refused(device.tokens(), 'unauthorized_client', 'no API admits guests any more')
    t.match(await follow(), [{ grant_id, issued_until: Number }])
  },
)

t.test('whatever ends the logins of a person ends a guest: for good, and the gateway hears of it', async (t) => {
  const { app, db, device, sub, refused, follow } = await start(t)
  const { grant_id } = decodeJwt((await device.tokens()).json().access_token)
  await db.transaction().execute((trx) => suspend(trx, sub))
  await refused(device.tokens(), 'invalid_grant', 'suspended')
  t.match(await follow(), [{ type: 'grant', grant_id }])
  await db.transaction().execute((trx) => restore(trx, sub))
  await refused(device.tokens(), 'invalid_grant', 'what a suspension ended stays ended')
  t.match((await device.register()).json(), { error: 'invalid_proof', error_description: /make a new key pair/ })
  const another = await Device.create(app)
  const { sub: second } = (await another.register()).json()
  const family = decodeJwt((await another.tokens()).json().access_token).grant_id
  await db.transaction().execute((trx) => endEveryLogin(trx, second, { needsNewPassword: false }))
  await refused(another.tokens(), 'invalid_grant', 'every login ended')
  t.match(await follow(), [{ grant_id: family }])
})

t.test('the app ends a login of a guest by its token, and may begin another: the guest is the same', async (t) => {
  const { app, device, sub } = await start(t)
  const { access_token } = (await device.tokens()).json()
  t.equal((await postForm(app, '/revoke', { client_id: GUEST_APP.clientId, token: access_token })).statusCode, 200)
  const next = decodeJwt((await device.tokens()).json().access_token)
  t.equal(next.sub, sub)
  t.not(next.grant_id, decodeJwt(access_token).grant_id)
})

t.test('introspection says who it is, and userinfo tells nothing', async (t) => {
  const site = await start(t)
  const { access_token } = (await site.device.tokens()).json()
  await defineApi(
    site.db,
    { ...GUEST_API, scopes: { ...GUEST_API.scopes, 'token:introspect': 'Ask about tokens' } },
    OPERATOR,
  )
  const { clientId, clientSecret } = await secretClient(
    site,
    { clientId: 'api-backend' },
    { scopes: ['orders:read', 'token:introspect'] },
  )
  const told = await postForm(site.app, '/introspect', { token: access_token }, basic(clientId, clientSecret))
  t.match(told.json(), { active: true, sub: site.sub, subject_kind: 'guest', cnf: { jkt: site.device.jkt } })
  const userinfo = await site.app.inject({ url: '/userinfo', headers: { authorization: `DPoP ${access_token}` } })
  t.equal(userinfo.statusCode, 403)
})

t.test('a guest who is not seen for 90 days has ended', async (t) => {
  const { db, device, refused } = await start(t)
  t.equal((await device.tokens()).statusCode, 200)
  await turnClock(t, db, 89 * 24 * 3600)
  const assertion = async () => {
    const now = Math.floor(Date.now() / 1000) + 89 * 24 * 3600
    return device.assertion({ claims: { iat: now, exp: now + 60 } })
  }
  const iat = Math.floor(Date.now() / 1000) + 89 * 24 * 3600
  const dpop = await device.dpop('/token', { claims: { iat } })
  t.equal((await device.tokens({ assertion: await assertion() }, { dpop })).statusCode, 200)
  await turnClock(t, db, 180 * 24 * 3600)
  const later = Math.floor(Date.now() / 1000) + 180 * 24 * 3600
  const late = await device.assertion({ claims: { iat: later, exp: later + 60 } })
  await refused(
    device.tokens({ assertion: late }, { dpop: await device.dpop('/token', { claims: { iat: later } }) }),
    'invalid_grant',
    'gone',
  )
})
