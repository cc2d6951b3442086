// Devices without an account: a key that was proven is a guest of one app, and nothing else makes one.

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import t from 'tap'
import { defineApi } from '../../../src/catalogue/apis.ts'
import { OPERATOR } from '../../../src/identity/administration/authority.ts'
import { turnClock } from '../../support/database.ts'
import { admitGuests, Device, GUEST_API, GUEST_APP, postForm } from '../../support/device.ts'
import { everything } from '../../support/everything.ts'
import { ISSUER, testServer } from '../../support/server.ts'

async function start(t: Parameters<typeof testServer>[0], environment: Record<string, string> = {}) {
  const server = await testServer(t, environment)
  const applicationId = await admitGuests(server)
  const refused = async (answer: ReturnType<Device['register']>, error: string, why: string) => {
    const { statusCode, body } = await answer
    t.match({ statusCode, ...JSON.parse(body) }, { statusCode: 400, error }, why)
  }
  return { ...server, applicationId, device: await Device.create(server.app), refused }
}

t.test(
  'a key that signs a challenge is a guest: a person without an account, told whole and never kept by a cache',
  async (t) => {
    const { app, db, device, applicationId } = await start(t)
    const challenge = await postForm(app, '/devices/challenge', { client_id: GUEST_APP.clientId })
    t.equal(challenge.statusCode, 200)
    t.equal(challenge.headers['cache-control'], 'no-store')
    t.match(challenge.json(), { challenge: /^\d+\.[\w-]{22}\.[\w-]{43}$/, expires_in: 300 })
    const answer = await device.register()
    t.equal(answer.statusCode, 201)
    t.equal(answer.headers['cache-control'], 'no-store')
    const { sub, ...rest } = answer.json()
    t.match(sub, /^usr_[\w-]{22}$/)
    t.strictSame(rest, { subject_kind: 'guest', device_id: device.jkt, device_name: "Ada's phone" })
    t.match(await db.selectFrom('people').selectAll().where('id', '=', sub).executeTakeFirst(), {
      kind: 'guest',
      status: 'active',
      name: null,
    })
    t.strictSame(await db.selectFrom('email_addresses').selectAll().where('person_id', '=', sub).execute(), [])
    t.match(await db.selectFrom('device_keys').selectAll().executeTakeFirst(), {
      jkt: device.jkt,
      person_id: sub,
      application_id: applicationId,
      name: "Ada's phone",
      public_jwk: { kty: 'EC', crv: 'P-256' },
    })
    t.match(await db.selectFrom('audit_events').selectAll().where('type', '=', 'device').execute(), [
      { outcome: 'registered', application_id: applicationId },
    ])
  },
)

t.test(
  'an answer that was lost: the same key of the same app is the same guest, of any number at once one is made',
  async (t) => {
    const { db, device } = await start(t)
    const proofs = await Promise.all(Array.from({ length: 20 }, () => device.proof()))
    const answers = await Promise.all(proofs.map((proof) => device.register({ proof })))
    const statuses = answers.map(({ statusCode }) => statusCode).sort()
    t.strictSame(statuses, [...Array.from({ length: 19 }, () => 200), 201])
    t.equal(new Set(answers.map((answer) => answer.json().sub)).size, 1)
    t.equal((await db.selectFrom('people').selectAll().where('kind', '=', 'guest').execute()).length, 1)
  },
)

t.test("register with own key but another device's id: ignored, only the key counts", async (t) => {
  const { app, device } = await start(t)
  const { sub: victim } = (await device.register()).json()
  const attacker = await Device.create(app)
  const claims = { sub: victim, iss: device.jkt, device_id: device.jkt, jkt: device.jkt }
  const proof = await attacker.proof({ claims })
  const ids = { sub: victim, device_id: device.jkt, person_id: victim, subject: victim }
  const answer = await attacker.register({ ...ids, proof })
  t.equal(answer.statusCode, 201)
  t.not(answer.json().sub, victim)
  t.equal(answer.json().device_id, attacker.jkt)
})

t.test('the same key for two clients: refused, and it stays the first one’s', async (t) => {
  const { app, device, register, refused } = await start(t)
  await register({ ...GUEST_APP, clientId: 'other-app', redirectUris: ['com.example.other:/callback'] })
  const { sub } = (await device.register()).json()
  const challenge = await device.challenge('other-app')
  const proof = await device.proof({ claims: { challenge } })
  await refused(
    postForm(app, '/devices', { client_id: 'other-app', device_name: 'x', proof }),
    'invalid_proof',
    'taken',
  )
  t.equal((await device.register()).json().sub, sub)
})

t.test('a challenge counts once, for its own client, for five minutes', async (t) => {
  const { app, db, device, register, refused } = await start(t)
  await register({ ...GUEST_APP, clientId: 'other-app', redirectUris: ['com.example.other:/callback'] })
  const proof = await device.proof()
  t.equal((await device.register({ proof })).statusCode, 201)
  await refused(device.register({ proof }), 'invalid_proof', 'replayed')
  const stranger = await Device.create(app)
  const { challenge } = JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString())
  const replayed = await stranger.proof({ claims: { challenge } })
  await refused(stranger.register({ proof: replayed }), 'invalid_proof', 'replayed by another key')
  const foreign = await stranger.proof({ claims: { challenge: await stranger.challenge('other-app') } })
  await refused(stranger.register({ proof: foreign }), 'invalid_proof', "another client's")
  const [expiry, random, tag] = (await stranger.challenge()).split('.')
  for (const made of [
    `${Number(expiry) + 1}.${random}.${tag}`,
    `${expiry}.${random}.${'A'.repeat(43)}`,
    'x',
    '',
    7,
    null,
  ])
    await refused(
      stranger.register({ proof: await stranger.proof({ claims: { challenge: made } }) }),
      'invalid_proof',
      `${made}`,
    )
  const late = await stranger.proof()
  await turnClock(t, db, 301)
  await refused(stranger.register({ proof: late }), 'invalid_proof', 'expired')
})

t.test('one challenge, many keys at once: one is registered', async (t) => {
  const { app, db, device } = await start(t)
  const challenge = await device.challenge()
  const devices = await Promise.all(Array.from({ length: 20 }, () => Device.create(app)))
  const answers = await Promise.all(
    devices.map(async (one) => one.register({ proof: await one.proof({ claims: { challenge } }) })),
  )
  t.equal(answers.filter(({ statusCode }) => statusCode === 201).length, 1)
  t.equal(answers.filter(({ statusCode }) => statusCode === 400).length, 19)
  t.equal((await db.selectFrom('people').selectAll().where('kind', '=', 'guest').execute()).length, 1)
})

t.test(
  'alg none, HS256, RSA-512, a private JWK, another typ or audience, no signature: refused, and no row is left',
  async (t) => {
    const { app, db, device, refused } = await start(t)
    const before = await everything(db, ['attempts'])
    const privateJwk = await exportJWK(device.privateKey)
    const { alg, ...jwk } = device.jwk
    const challenge = () => device.challenge()
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const unsigned = `${encode({ alg: 'none', typ: 'device-registration+jwt', jwk })}.${encode({ aud: ISSUER, challenge: await challenge() })}.`
    const shared = new TextEncoder().encode('0123456789abcdef0123456789abcdef')
    const mac = await new SignJWT({ aud: ISSUER, challenge: await challenge() })
      .setProtectedHeader({ alg: 'HS256', typ: 'device-registration+jwt', jwk })
      .sign(shared)
    const rsa = { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(64, 0xc3).toString('base64url') }
    const otherKey = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey)
    const good = await device.proof()
    const proofs: Readonly<Record<string, string>> = {
      'alg none': unsigned,
      'alg none with a signature': await device
        .proof({ header: {} })
        .then((text) => `${unsigned}${text.split('.')[2]}`),
      HS256: mac,
      'RSA-512': `${encode({ alg: 'RS256', typ: 'device-registration+jwt', jwk: rsa })}.${encode({})}.${'A'.repeat(86)}`,
      'a private JWK': await device.proof({ header: { jwk: privateJwk } }),
      "somebody else's key in the header": await device.proof({ header: { jwk: otherKey } }),
      'another typ': await device.proof({ header: { typ: 'dpop+jwt' } }),
      'an assertion': await device.assertion(),
      'another audience': await device.proof({ claims: { aud: 'https://evil.example.com' } }),
      'several audiences': await device.proof({ claims: { aud: [ISSUER, 'https://evil.example.com'] } }),
      'a changed claim': good.replace(/\..*\./, `.${encode({ aud: ISSUER, challenge: 'x' })}.`),
      'no JWT': 'x',
    }
    for (const [what, proof] of Object.entries(proofs)) await refused(device.register({ proof }), 'invalid_proof', what)
    await refused(
      postForm(app, '/devices', { client_id: GUEST_APP.clientId, device_name: 'x' }),
      'invalid_request',
      'none',
    )
    t.equal(await everything(db, ['attempts']), before)
    t.ok(alg)
  },
)

t.test('a name is one line that shows something; the error says so', async (t) => {
  const { device, refused } = await start(t)
  for (const device_name of ['', ' ', 'a\nb', 'a\u202eb', 'x'.repeat(61), '\u200b'])
    await refused(device.register({ device_name }), 'invalid_request', JSON.stringify(device_name))
})

t.test('only apps that are registered for it have guests, and only where an API admits them', async (t) => {
  const server = await testServer(t)
  const { app, db, register } = server
  await register({ ...GUEST_APP })
  const ask = async (clientId: string) => {
    const answer = await postForm(app, '/devices/challenge', { client_id: clientId })
    return { statusCode: answer.statusCode, error: answer.json().error }
  }
  const refused = { statusCode: 400, error: 'unauthorized_client' }
  t.strictSame(await ask(GUEST_APP.clientId), refused, 'no API admits guests unless it says so')
  await defineApi(db, GUEST_API, OPERATOR)
  t.equal((await ask(GUEST_APP.clientId)).statusCode, 200)
  t.strictSame(await ask('shop-app'), refused, 'not registered for the grant')
  t.strictSame(await ask('nobody'), { statusCode: 401, error: 'invalid_client' })
  const device = await Device.create(app, { clientId: 'shop-app' })
  const proof = await device.proof({ claims: { challenge: await device.challenge(GUEST_APP.clientId) } })
  t.match((await device.register({ proof })).json(), { error: 'unauthorized_client' })
})

t.test(
  '10 000 registrations: a budget for one address and one /64, a ceiling for one app; what is there goes on',
  async (t) => {
    const { app, db, device } = await start(t, { DEVICES_PER_HOUR: '70', TRUSTED_PROXIES: '127.0.0.1' })
    t.equal((await device.register({}, { 'x-forwarded-for': '203.0.113.1' })).statusCode, 201)
    const from = async (address: string) => {
      const one = await Device.create(app)
      return one.register({}, { 'x-forwarded-for': address })
    }
    const many = async (count: number, address: (index: number) => string) =>
      (await Promise.all(Array.from({ length: count }, (_, index) => from(address(index))))).map(
        ({ statusCode }) => statusCode,
      )
    const oneNetwork = await many(65, (index) => `2001:db8:0:1::${index.toString(16)}`)
    t.equal(oneNetwork.filter((status) => status === 201).length, 60, 'one /64 is one subscriber')
    t.equal(oneNetwork.filter((status) => status === 429).length, 5)
    const refused = await from('2001:db8:0:1::1')
    t.match(refused.json(), { error: 'too_many_requests' })
    t.ok(Number(refused.headers['retry-after']) > 0)
    const everywhere = await many(15, (index) => `198.51.100.${index}`)
    t.equal(everywhere.filter((status) => status === 201).length, 9, 'the ceiling of the app')
    t.equal((await db.selectFrom('people').selectAll().where('kind', '=', 'guest').execute()).length, 70)
    t.equal((await device.tokens()).statusCode, 200, 'a guest that is there')
    await turnClock(t, db, 3601)
    t.equal((await from('2001:db8:0:1::1')).statusCode, 201)
  },
)
