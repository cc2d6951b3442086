// Passkeys by their ceremonies (WebAuthn Level 3 §7): each is asked for and answered once, by one browser, for one purpose.

import t, { type Test } from 'tap'
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { removeAppIdentity, setAppIdentity } from '../../src/catalogue/set-app-identity.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { checkAssertion } from '../../src/identity/passkeys/authentication.ts'
import { registerPasskey } from '../../src/identity/passkeys/registration.ts'
import { restoreRow, suspendRow } from '../../src/store/queries/suspension.ts'
import { ceremonies, freshSession } from '../support/passkeys.ts'
import { APP, ISSUER, testServer } from '../support/server.ts'
import { type PasskeyAnswer, SoftPasskey } from '../support/soft-passkey.ts'

const server = await testServer(t)
const { db, config, personId, log } = server
const session = await freshSession(server)
const { ask, register, question, signIn } = ceremonies(server)
const OTHER = { email: 'grace@example.com', password: 'another long passphrase' }
const otherId = (await createAccount(db, config.passwordPepper, OTHER)) ?? ''
const otherSession = await freshSession(server, OTHER)

/** A passkey of Ada's that counts, her only one. */
async function adasPasskey(): Promise<SoftPasskey> {
  await db.deleteFrom('authenticators').where('person_id', '=', personId).execute()
  const passkey = new SoftPasskey()
  const { kind } = await register(session, passkey)
  if (kind !== 'stored') throw new Error(`no passkey: ${kind}`)
  return passkey
}

async function count(): Promise<number> {
  return (await db.selectFrom('authenticators').select('id').execute()).length
}

t.test('a passkey that was made here signs its owner in', async (t) => {
  const passkey = new SoftPasskey()
  t.match(await register(session, passkey), { kind: 'stored', id: /^authenticator_/, name: null })
  t.match(await signIn(personId, passkey), { kind: 'proven', personId, counterWentBack: false })
  const row = await db
    .selectFrom('authenticators')
    .where('credential', '=', passkey.id)
    .selectAll()
    .executeTakeFirstOrThrow()
  t.match(row, { person_id: personId, kind: 'passkey', transports: ['internal', 'hybrid'], backed_up: true })
  t.ok(row.confirmed_at && row.used_at)
})

const WRONG: Readonly<Record<string, Partial<PasskeyAnswer>>> = {
  'origin android:apk-key-hash of an unregistered app': {
    origin: 'android:apk-key-hash:7d1043473d55bfa90e8530d35801d4e3',
  },
  'origin is a subdomain': { origin: 'http://login.localhost:4000' },
  'origin with another port': { origin: 'http://localhost:4001' },
  'top origin differs': { crossOrigin: true, topOrigin: 'https://evil.example' },
  'in a frame, and nobody says whose': { crossOrigin: true },
  'another rp': { rpId: 'evil.example' },
  'the person was not verified': { userVerified: false },
  'nobody was there': { userPresent: false, userVerified: false },
  'another challenge': { challenge: Buffer.from('guessed').toString('base64url') },
}

for (const [name, changes] of Object.entries(WRONG))
  t.test(`${name}: refused`, async (t) => {
    const passkey = await adasPasskey()
    await question({ ceremony: 'sign-in', holder: 'a visit', personId: null })
    t.match(await signIn(personId, passkey, changes), { kind: 'malformed' })
    const before = await count()
    await ask(session)
    t.match(await register(session, new SoftPasskey(), changes), { kind: 'malformed' })
    t.equal(await count(), before)
  })

t.test('an Android app signs in by each certificate of its record, for as long as it may', async (t) => {
  const digest = (byte: string) => Array.from({ length: 32 }, () => byte).join(':')
  const origin = (byte: string) => `android:apk-key-hash:${Buffer.from(byte.repeat(32), 'hex').toString('base64url')}`
  const record = { androidPackage: 'com.example.shop', androidDigests: [digest('AB'), digest('01')] }
  const set = (changes = {}) => setAppIdentity(db, ISSUER, APP.clientId, { ...record, ...changes }, OPERATOR)
  const ways = async (passkey: SoftPasskey, byte: string) => {
    const made = await register(session, new SoftPasskey(), { origin: origin(byte) })
    const used = await signIn(personId, passkey, { origin: origin(byte) })
    return [made.kind, used.kind]
  }
  const passkey = await adasPasskey()
  await set()
  t.strictSame(await ways(passkey, 'ab'), ['stored', 'proven'])
  t.strictSame(await ways(passkey, '01'), ['stored', 'proven'], 'the other certificate')
  t.strictSame(await ways(passkey, '02'), ['malformed', 'malformed'], 'a certificate that nobody recorded')
  await set({ androidDigests: [digest('01')] })
  t.strictSame(await ways(passkey, 'ab'), ['malformed', 'malformed'], 'one that is on record no more')
  await set({ passkeys: false })
  t.strictSame(await ways(passkey, '01'), ['malformed', 'malformed'], 'an app for links only')
  await set()
  await db.transaction().execute((trx) => suspendRow(trx, 'applications', server.applicationId))
  t.strictSame(await ways(passkey, '01'), ['malformed', 'malformed'], 'suspended')
  await db.transaction().execute((trx) => restoreRow(trx, 'applications', server.applicationId))
  t.strictSame(await ways(passkey, '01'), ['stored', 'proven'])
  await removeAppIdentity(db, ISSUER, APP.clientId, OPERATOR)
  t.strictSame(await ways(passkey, '01'), ['malformed', 'malformed'], 'the record is gone')
})

t.test('an attestation that nobody asked for is refused before anybody follows its certificates', async (t) => {
  const statement = new Map<string, unknown>([['x5c', [new Uint8Array([48, 0])]]])
  for (const format of ['packed', 'tpm', 'android-key', 'android-safetynet', 'apple', 'fido-u2f'])
    t.match(
      await register(session, new SoftPasskey(), { format, statement }),
      { kind: 'malformed', detail: /attestation/ },
      format,
    )
})

t.test('registration challenge used for login and reverse, other user’s, other session’s: refused', async (t) => {
  const passkey = await adasPasskey()
  const made = await ask(session)
  t.match(await signIn(personId, passkey, { challenge: made }), { kind: 'expired' }, 'nothing was asked for a login')
  await question({ ceremony: 'sign-in', holder: 'a visit', personId: null })
  t.match(await signIn(personId, passkey, { challenge: made }), { kind: 'malformed' }, 'what was asked is another')
  const asked = await question({ ceremony: 'sign-in', holder: session.id, personId: null })
  await ask(session)
  t.match(await register(session, new SoftPasskey(), { challenge: asked }), { kind: 'malformed' }, 'and reverse')
  t.match(
    await register(session, new SoftPasskey(), { type: 'webauthn.get' }),
    { kind: 'malformed' },
    'what was made says what it was made for',
  )

  const challenge = await ask(otherSession)
  t.match(await register(session, new SoftPasskey(), { challenge }), { kind: 'expired' }, 'of another person')
  const elsewhere = await freshSession(server)
  const there = await ask(elsewhere)
  t.match(await register(session, new SoftPasskey(), { challenge: there }), { kind: 'expired' }, 'of another session')
  t.match(
    await registerPasskey(
      db,
      config,
      { ...otherSession, id: elsewhere.id },
      {
        json: new SoftPasskey().create({ challenge: there, origin: ISSUER, rpId: 'localhost' }),
        ceremony: 'registration',
      },
      WITHOUT_REQUEST,
    ),
    { kind: 'expired' },
    'a session of one person, and another person',
  )
  t.match(await register(elsewhere, new SoftPasskey(), { challenge: there }), { kind: 'stored' }, 'and its own can')
})

t.test('a challenge of another visit is of no use in this one', async (t) => {
  const passkey = await adasPasskey()
  const key = { ceremony: 'sign-in', holder: 'another visit', personId: null } as const
  const challenge = await question(key)
  t.match(await signIn(personId, passkey, { challenge }), { kind: 'expired' })
  t.match(await signIn(personId, passkey, { challenge }, key), { kind: 'proven' })
})

t.test('an expired challenge is refused, and the next one is another', async (t) => {
  const passkey = await adasPasskey()
  const key = { ceremony: 'sign-in', holder: 'a slow visit', personId: null } as const
  const challenge = await question(key)
  t.equal(await question(key), challenge, 'another tab of the visit may use it as well')
  const age = (seconds: number) =>
    db
      .updateTable('passkey_challenges')
      .set({ expires_at: new Date(Date.now() + seconds * 1000) })
      .where('holder', '=', key.holder)
      .execute()
  await age(100)
  const next = await question(key)
  t.not(next, challenge, 'what is about to expire is not handed out')
  t.match(await signIn(personId, passkey, { challenge }, key), { kind: 'malformed' })
  const last = await question(key)
  await age(-1)
  t.match(await signIn(personId, passkey, { challenge: last }, key), { kind: 'expired' })
})

async function oneOf(t: Test, outcomes: readonly Readonly<{ kind: string }>[], won: string): Promise<void> {
  const kinds = outcomes.map(({ kind }) => kind)
  t.equal(kinds.filter((kind) => kind === won).length, 1, kinds.join())
  t.strictSame(
    kinds.filter((kind) => kind !== won).filter((kind) => kind !== 'expired'),
    [],
  )
}

t.test('a challenge used twice in parallel: one UPDATE consumes it', async (t) => {
  const passkey = await adasPasskey()
  const challenge = await question({ ceremony: 'sign-in', holder: 'a visit', personId: null })
  const signIns = Array.from({ length: 8 }, () => signIn(personId, passkey, { challenge }))
  await oneOf(t, await Promise.all(signIns), 'proven')
  const asked = await ask(session)
  const made = Array.from({ length: 8 }, () => register(session, new SoftPasskey(), { challenge: asked }))
  await oneOf(t, await Promise.all(made), 'stored')
})

t.test('an answer tells whose passkey it is, and it is theirs', async (t) => {
  const passkey = await adasPasskey()
  for (const [name, handle] of Object.entries({ 'of nobody': undefined, 'of somebody else': otherId }))
    t.match(await signIn(handle, passkey), { kind: 'unknown' }, name)
  t.match(await signIn(personId, new SoftPasskey()), { kind: 'unknown' }, 'one that nobody knows')
  t.match(await signIn(personId, new SoftPasskey(passkey.id)), { kind: 'malformed' }, 'its id with another key')
  const second = { ceremony: 'second-factor', holder: 'a visit' } as const
  t.match(
    await signIn(undefined, passkey, {}, { ...second, personId }),
    { kind: 'proven', personId },
    'as a second factor its owner is known',
  )
  t.match(await signIn(undefined, passkey, {}, { ...second, personId: otherId }), { kind: 'unknown' })
})

t.test('the id of a passkey is one person’s', async (t) => {
  const passkey = await adasPasskey()
  t.match(await register(otherSession, passkey), { kind: 'known already' })
  t.match(await register(session, passkey), { kind: 'known already' })
})

t.test('1000 credentials: there is a cap, checked when the answer is verified', async (t) => {
  const user = { email: 'many@example.com', password: 'a third long passphrase' }
  await createAccount(db, config.passwordPepper, user)
  const sessions = [await freshSession(server, user), await freshSession(server, user)]
  const [owner = session, elsewhere = session] = sessions
  for (let made = 0; made < 19; made++) t.match(await register(owner, new SoftPasskey()), { kind: 'stored' })
  const both = await Promise.all([register(owner, new SoftPasskey()), register(elsewhere, new SoftPasskey())])
  t.strictSame(both.map(({ kind }) => kind).sort(), ['stored', 'too many'], 'asked for before, verified at once')
  t.match(await register(owner, new SoftPasskey()), { kind: 'too many' })
})

t.test('a counter that goes back is told, and locks nobody out', async (t) => {
  const passkey = new SoftPasskey()
  await register(session, passkey, { counter: 5 })
  t.match(await signIn(personId, passkey, { counter: 7 }), { kind: 'proven', counterWentBack: false })
  t.match(await signIn(personId, passkey, { counter: 7 }), { kind: 'proven', counterWentBack: true })
  t.match(await signIn(personId, passkey, { counter: 3 }), { kind: 'proven', counterWentBack: true })
  t.match(await signIn(personId, passkey, { counter: 8 }), { kind: 'proven', counterWentBack: false })
})

t.test('user deleted, suspended, leaving: credentials gone, login refused', async (t) => {
  const user = { email: 'going@example.com', password: 'a fourth long passphrase' }
  const id = (await createAccount(db, config.passwordPepper, user)) ?? ''
  const owner = await freshSession(server, user)
  const passkey = new SoftPasskey()
  await register(owner, passkey)
  const status = (values: Readonly<{ status: 'active' | 'suspended' | 'leaving'; erase_after: Date | null }>) =>
    db.updateTable('people').set(values).where('id', '=', id).execute()
  const challenge = await ask(owner)
  await status({ status: 'suspended', erase_after: null })
  t.match(await signIn(id, passkey), { kind: 'unknown' })
  t.match(await register(owner, new SoftPasskey(), { challenge }), { kind: 'person changed' })
  await status({ status: 'leaving', erase_after: new Date(Date.now() + 1e6) })
  t.match(await signIn(id, passkey), { kind: 'unknown' })
  await status({ status: 'active', erase_after: null })
  t.match(await signIn(id, passkey), { kind: 'proven' })
  t.match(
    await register(owner, new SoftPasskey(), {}),
    { kind: 'person changed' },
    'the session from before the suspension makes none',
  )
  await db.deleteFrom('people').where('id', '=', id).execute()
  t.match(await signIn(id, passkey), { kind: 'unknown' })
})

t.test('a passkey that is set aside, removed or not confirmed counts for nothing', async (t) => {
  const now = new Date()
  for (const values of [{ suspended_at: now }, { suspended_at: now, removed_at: now }, { confirmed_at: null }]) {
    const passkey = await adasPasskey()
    await db.updateTable('authenticators').set(values).where('credential', '=', passkey.id).execute()
    t.match(await signIn(personId, passkey), { kind: 'unknown' }, Object.keys(values).join())
    await db.deleteFrom('authenticators').where('credential', '=', passkey.id).execute()
  }
})

t.test('a browser that makes one by itself need not ask the person; whoever signs in with it is asked', async (t) => {
  const passkey = new SoftPasskey()
  const unasked = { userPresent: false, userVerified: false }
  const challenge = await ask(session, 'conditional-registration')
  t.match(await register(session, passkey, { ...unasked, challenge }), { kind: 'expired' }, 'another ceremony')
  t.match(await register(session, passkey, unasked, 'conditional-registration'), { kind: 'stored' })
  t.match(await signIn(personId, passkey, { userVerified: false }), { kind: 'malformed' })
  t.match(await signIn(personId, passkey), { kind: 'proven' })
})

t.test('junk is told apart from passkeys, and throws nothing', async (t) => {
  const { id } = await adasPasskey()
  const shape = { id, rawId: id, type: 'public-key' }
  const key = { ceremony: 'sign-in', holder: 'a visit', personId: null } as const
  const said = { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA', attestationObject: 'AA' }
  const response = { ...said, userHandle: Buffer.from(personId).toString('base64url') }
  const rows: readonly (string | undefined)[] = [
    undefined,
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '{"__proto__":{}}',
    '{"id":"a","id":"b"}',
    JSON.stringify({ ...shape }),
    JSON.stringify({ ...shape, response: null }),
    JSON.stringify({ ...shape, response: [] }),
    JSON.stringify({ ...shape, rawId: 'other', response }),
    JSON.stringify({ ...shape, type: 'password', response }),
    JSON.stringify({ ...shape, id: 7, rawId: 7, response }),
    JSON.stringify({ ...shape, response }),
    JSON.stringify({ ...shape, response: { ...response, clientDataJSON: '!!' } }),
    JSON.stringify({ ...shape, response: { ...response, clientDataJSON: 'bnVsbA', userHandle: 5 } }),
    JSON.stringify({ ...shape, response: { ...response, clientDataJSON: 'bnVsbA' } }),
    JSON.stringify({ ...shape, response: { ...response, clientDataJSON: 'A'.repeat(5000) } }),
    `{"a":${'['.repeat(50)}${']'.repeat(50)}}`,
  ]
  for (const json of rows) {
    await question(key)
    t.match(await checkAssertion(db, config, key, json), { kind: 'malformed' }, `login: ${json}`)
    await ask(session)
    const made = await registerPasskey(db, config, session, { json, ceremony: 'registration' }, WITHOUT_REQUEST)
    t.match(made, { kind: 'malformed' }, `registration: ${json}`)
  }
  t.strictSame(
    log.filter((line) => /"level":(50|60)/.test(line)),
    [],
  )
})
