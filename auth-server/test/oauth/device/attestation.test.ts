// POST /devices with an attestation: refused where it has to count and does not, noted where it counts, told in the token.

import { createServer } from 'node:http'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { setAppIdentity } from '../../../src/catalogue/set-app-identity.ts'
import { OPERATOR } from '../../../src/identity/administration/authority.ts'
import { clientDataHash } from '../../../src/identity/attestation/app-attest.ts'
import { LIMITS } from '../../../src/limits/table.ts'
import type { AttestationMode } from '../../../src/store/tables/app-identities.ts'
import { IDENTITY } from '../../support/app-identity.ts'
import {
  type AndroidClaims,
  appleObject,
  derOf,
  type Issuer,
  keyDescription,
  mint,
  type Validity,
} from '../../support/attestation.ts'
import { admitGuests, Device, type Fields, GUEST_APP } from '../../support/device.ts'
import { ISSUER, testServer } from '../../support/server.ts'
import { listen } from '../../support/site.ts'

/** By the clock of this machine, which is the server's. */
const DATES: Validity = { from: new Date(Date.now() - 1e9), until: new Date(Date.now() + 1e9) }
const appleRoot = await mint(undefined, { name: 'Apple', ...DATES })
const apple = await mint(appleRoot, { name: 'CA 1', ...DATES })
const androidRoot = await mint(undefined, { name: 'Google', ...DATES })
const android = await mint(androidRoot, { name: 'Batch', serial: '0b02', ...DATES })

async function start(t: Test, attestation: AttestationMode, environment: Readonly<Record<string, string>> = {}) {
  const folder = t.testdir({
    'apple.pem': appleRoot.certificate.toString('pem'),
    'android.pem': androidRoot.certificate.toString('pem'),
  })
  const server = await testServer(t, {
    APPLE_ATTESTATION_ROOTS: join(folder, 'apple.pem'),
    ANDROID_ATTESTATION_ROOTS: join(folder, 'android.pem'),
    ...environment,
  })
  await admitGuests(server)
  const identity = { ...IDENTITY, androidDigests: [IDENTITY.androidDigests[0]], attestation }
  await setAppIdentity(server.db, ISSUER, GUEST_APP.clientId, identity, OPERATOR)
  return { ...server, device: await Device.create(server.app) }
}

/** What an Android phone sends: the chain of the device's own key, for the challenge that the proof signs. */
async function byAndroid(
  device: Device,
  claims: Partial<AndroidClaims> = {},
  issuer: Issuer = android,
): Promise<Fields> {
  const challenge = await device.challenge()
  const extensions = [keyDescription({ challenge, ...claims })]
  const leaf = await mint(issuer, {
    name: 'leaf',
    isCa: false,
    publicKey: await device.publicKey(),
    extensions,
    ...DATES,
  })
  return {
    proof: await device.proof({ claims: { challenge } }),
    attestation_type: 'android-key',
    attestation: [leaf, issuer].map((one) => derOf(one).toString('base64')).join(','),
  }
}

/** What an iPhone sends: App Attest's object for challenge and thumbprint. */
async function byApple(device: Device, appId?: string): Promise<Fields> {
  const challenge = await device.challenge()
  const hash = clientDataHash({ challenge, thumbprint: device.jkt })
  const object = await appleObject(apple, { clientDataHash: hash, ...(appId && { appId }) }, DATES)
  return {
    proof: await device.proof({ claims: { challenge } }),
    attestation_type: 'app-attest',
    attestation: object.toString('base64url'),
  }
}

const WAYS: Readonly<Record<string, (device: Device) => Promise<Fields>>> = { android: byAndroid, apple: byApple }

for (const mode of ['optional', 'required'] as const)
  for (const [system, attest] of Object.entries(WAYS))
    t.test(`${mode}, ${system}: an attested key is told so, in the answer, the row and the token`, async (t) => {
      const server = await start(t, mode)
      const { device, db } = server
      const answer = await device.register(await attest(device))
      t.match(answer.json(), { subject_kind: 'guest', attested: true })
      t.equal(answer.statusCode, 201)
      const row = await db.selectFrom('device_keys').selectAll().executeTakeFirstOrThrow()
      t.match(row, { attested_by: system === 'apple' ? 'app-attest' : 'android-key', attested_at: Date })
      const token = (await device.tokens()).json().access_token
      t.match(decodeJwt(token), { subject_kind: 'guest', attested: true, cnf: { jkt: device.jkt } })
    })

t.test('off: an attestation is passed over, and nothing says that there was one', async (t) => {
  const { device, db } = await start(t, 'off')
  const answer = await device.register(await byAndroid(device))
  t.equal(answer.statusCode, 201)
  t.notOk('attested' in answer.json())
  t.notOk('attested' in decodeJwt((await device.tokens()).json().access_token))
  t.match(await db.selectFrom('device_keys').selectAll().execute(), [{ attested_by: null, attested_at: null }])
})

const other = await mint(undefined, { name: 'Google', ...DATES })
const WRONG: Readonly<Record<string, readonly [(device: Device) => Promise<Fields>, RegExp]>> = {
  'attestation of another bundle': [(device) => byApple(device, 'ABCDE12345.com.example.other'), /another app/],
  'attestation of another package': [
    (device) => byAndroid(device, { packageName: 'com.example.other' }),
    /another app/,
  ],
  'debug build, by its certificate': [(device) => byAndroid(device, { digest: 'de'.repeat(32) }), /another app/],
  'software-level key': [(device) => byAndroid(device, { attestationLevel: 0, keymasterLevel: 0 }), /not in hardware/],
  'challenge of another client': [(device) => byAndroid(device, { challenge: 'of another' }), /another challenge/],
  'unlocked device': [(device) => byAndroid(device, { isLocked: false }), /system that is not verified/],
  'a root that nobody knows': [(device) => byAndroid(device, {}, other), /no root that is believed/],
  junk: [
    async (device) => ({ proof: await device.proof(), attestation_type: 'app-attest', attestation: 'junk' }),
    /cannot be read/,
  ],
  'a kind that nobody knows': [
    async () => ({ attestation_type: 'play-integrity', attestation: 'junk' }),
    /cannot be read/,
  ],
  nothing: [async () => ({}), /registers devices with attestation_type \(app-attest, android-key\) and attestation/],
}

t.test('what does not count is refused when required, and marked when optional', async (t) => {
  const required = await start(t, 'required')
  const optional = await start(t, 'optional')
  for (const [what, [attest, says]] of Object.entries(WRONG)) {
    const refused = await required.device.register(await attest(required.device))
    t.match(
      [refused.statusCode, refused.json()],
      [400, { error: 'invalid_attestation', error_description: says }],
      what,
    )
    const device = await Device.create(optional.app)
    const marked = await device.register(await attest(device))
    t.equal(marked.statusCode, 201, what)
    t.notOk('attested' in marked.json(), what)
  }
  t.strictSame(await required.db.selectFrom('device_keys').selectAll().execute(), [])
  const rows = await optional.db.selectFrom('device_keys').select('attested_by').execute()
  t.ok(rows.length === Object.keys(WRONG).length && rows.every(({ attested_by }) => attested_by === null))
})

t.test('those that do not count are counted by address; those that do cost nothing', async (t) => {
  const { app } = await start(t, 'required', { TRUSTED_PROXIES: '127.0.0.1' })
  const from = async (address: string, attest: (device: Device) => Promise<Fields>) => {
    const device = await Device.create(app)
    return device.register(await attest(device), { 'x-forwarded-for': address })
  }
  const junk = async () => ({ attestation_type: 'android-key', attestation: 'junk' })
  t.equal((await from('192.0.2.1', byAndroid)).statusCode, 201)
  for (let n = 0; n < LIMITS.attestationsByAddress.allowed; n++)
    t.equal((await from('192.0.2.1', junk)).statusCode, 400, `${n}`)
  const refused = await from('192.0.2.1', junk)
  t.match([refused.statusCode, refused.json().error], [429, 'too_many_requests'])
  t.match(refused.headers['retry-after'], /^\d+$/)
  t.equal((await from('192.0.2.2', byAndroid)).statusCode, 201, 'elsewhere')
})

t.test(
  'an attestation is good for the registration that it was made for: not twice, not for another key',
  async (t) => {
    const { device, app } = await start(t, 'required')
    const form = await byAndroid(device)
    t.equal((await device.register(form)).statusCode, 201)
    t.match((await device.register(form)).json(), { error: 'invalid_proof' }, 'once')
    const thief = await Device.create(app)
    const stolen = await byApple(device)
    const answer = await thief.register({ ...stolen, proof: await thief.proof() })
    t.match(answer.json(), { error: 'invalid_attestation' })
  },
)

t.test('a key that is registered already is attested later', async (t) => {
  const { device, db } = await start(t, 'optional')
  t.equal((await device.register()).statusCode, 201)
  const answer = await device.register(await byAndroid(device))
  t.match([answer.statusCode, answer.json()], [200, { attested: true }])
  t.equal((await device.register(await byAndroid(device))).statusCode, 200)
  const events = await db.selectFrom('audit_events').select('outcome').where('type', '=', 'device').execute()
  t.strictSame(events, [{ outcome: 'registered' }, { outcome: 'attested' }], 'told once, when it changes something')
  t.match(decodeJwt((await device.tokens()).json().access_token), { attested: true })
})

t.test('attested registrations have a budget of their own: those of strangers use up none of it', async (t) => {
  const { app } = await start(t, 'optional', { DEVICES_PER_HOUR: '1', ATTESTED_DEVICES_PER_HOUR: '2' })
  const register = async (attest?: (device: Device) => Promise<Fields>) => {
    const device = await Device.create(app)
    return (await device.register(attest && (await attest(device)))).statusCode
  }
  t.strictSame([await register(), await register()], [201, 429])
  t.strictSame([await register(byAndroid), await register(byApple), await register(byAndroid)], [201, 201, 429])
})

t.test('an app without a record, or with one of another system, can vouch for nothing', async (t) => {
  const { device, db } = await start(t, 'required')
  const { appleTeam, appleBundle } = IDENTITY
  await setAppIdentity(db, ISSUER, GUEST_APP.clientId, { appleTeam, appleBundle }, OPERATOR)
  t.match((await device.register(await byAndroid(device))).json(), { error: 'invalid_attestation' }, 'required still')
  t.equal((await device.register(await byApple(device))).statusCode, 201)
})

/** A server with the list of revoked certificates; `answers` is what it does next. */
async function revocationList(t: Test) {
  const list = { asked: 0, body: '', status: 200 }
  const port = await listen(
    t,
    createServer((_request, response) => {
      list.asked += 1
      response.writeHead(list.status, { 'content-type': 'application/json' }).end(list.body)
    }),
  )
  return { list, url: `http://localhost:${port}/status` }
}

t.test('revoked certificate: refused, by a list that is fetched once', async (t) => {
  const { list, url } = await revocationList(t)
  list.body = JSON.stringify({ entries: { b02: { status: 'REVOKED', reason: 'KEY_COMPROMISE' } } })
  const { device } = await start(t, 'required', { ANDROID_REVOCATION_LIST: url })
  const refused = await device.register(await byAndroid(device))
  t.match(refused.json(), { error: 'invalid_attestation', error_description: /is revoked/ })
  t.equal((await device.register(await byApple(device))).statusCode, 201)
  t.equal(list.asked, 1)
})

t.test('a list that cannot be had: nothing counts where it is required, all goes on where it is not', async (t) => {
  const { list, url } = await revocationList(t)
  for (const [status, body] of [
    [500, '{}'],
    [200, 'no JSON'],
    [200, '{}'],
  ] as const) {
    Object.assign(list, { status, body })
    const environment = { ANDROID_REVOCATION_LIST: url }
    const closed = await start(t, 'required', environment)
    const answer = await closed.device.register(await byAndroid(closed.device))
    t.match(
      [answer.statusCode, answer.headers['retry-after'], answer.json().error],
      [503, '60', 'temporarily_unavailable'],
    )
    const optional = await start(t, 'optional', environment)
    const marked = await optional.device.register(await byAndroid(optional.device))
    t.match([marked.statusCode, marked.json().attested], [201, undefined])
    const open = await start(t, 'required', { ...environment, ANDROID_REVOCATION_REQUIRED: 'false' })
    t.equal((await open.device.register(await byAndroid(open.device))).statusCode, 201)
  }
})
