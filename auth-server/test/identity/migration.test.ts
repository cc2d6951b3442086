// From one server of ours to another: everybody signs in as before and keeps their id, and on the way nobody else reads anything.
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import t, { type Test } from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { NOTHING_COMES_ALONG } from '../../src/identity/import/belongings.ts'
import { importPeople } from '../../src/identity/import/import-people.ts'
import { authenticate, createAccount } from '../../src/identity/local-account.ts'
import { exportPeople } from '../../src/identity/migration/export-people.ts'
import { openerFor } from '../../src/identity/migration/open.ts'
import { readRecipient, readRecipientsKey } from '../../src/identity/migration/recipient.ts'
import { type Peppers, sealPassword } from '../../src/identity/password.ts'
import { type ImportedPerson, insertImported } from '../../src/store/queries/import-people.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { findProfile } from '../../src/store/tables/people.ts'
import { FOREIGN, FOREIGN_PASSWORD } from '../support/foreign-hashes.ts'
import { storedPassword } from '../support/people.ts'
import { testServer, USER } from '../support/server.ts'

/** Of both servers; nobody here has an authenticator app. */
const KEY_ENCRYPTION_KEY = randomSecret()

type Db = Awaited<ReturnType<typeof testServer>>['db']

async function keyPair(alg: string, options = {}): Promise<Readonly<{ open: JWK; secret: JWK }>> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, ...options })
  return { open: await exportJWK(publicKey), secret: await exportJWK(privateKey) }
}

async function exported(db: Db, peppers: Peppers, key: JWK) {
  const lines: string[] = []
  const recipient = await readRecipient(JSON.stringify(key))
  const counts = await exportPeople(db, {
    peppers,
    keyEncryptionKeys: [KEY_ENCRYPTION_KEY],
    recipient,
    write: async (line) => void lines.push(line),
  })
  return { lines, counts, recipient }
}

async function imported(db: Db, passwordPepper: string, lines: readonly string[], key?: JWK) {
  const told: string[] = []
  async function* chunks() {
    yield lines.join('\n')
  }
  const counts = await importPeople(db, chunks(), {
    ...{
      source: 'plain',
      passwordPepper,
      keyEncryptionKeys: [KEY_ENCRYPTION_KEY],
      rules: NOTHING_COMES_ALONG,
      trustVerified: true,
      dryRun: false,
      firebase: undefined,
    },
    opener: openerFor(key && (await readRecipientsKey(JSON.stringify(key)))),
    tell: (sentence) => told.push(sentence),
  })
  return { counts, told }
}

/** A server with people of all sorts; two peppers, of which one is on its way out. */
async function source(t: Test) {
  const [old, now] = [randomSecret(), randomSecret()]
  const { db } = await testServer(t, { PASSWORD_PEPPER: now, PASSWORD_PEPPER_PREVIOUS: old })
  const peppers: Peppers = { passwordPepper: now, previousPasswordPepper: old }
  await createAccount(db, old, { email: 'old@example.com', password: 'of the old pepper' })
  await createAccount(db, now, { email: 'new@example.com', password: 'ünïcode of the new one', name: 'Grace' })
  const file = FOREIGN.map(([, hash], index) =>
    JSON.stringify({ email: `f${index}@example.com`, password_hash: hash, claims: { birthdate: '1990-01-02' } }),
  )
  await imported(db, now, file)
  return { db, peppers }
}

const CURVES = [
  ['ECDH-ES+A256KW', { crv: 'P-256' }],
  ['ECDH-ES+A256KW', { crv: 'X25519' }],
  ['RSA-OAEP-256', { modulusLength: 2048 }],
] as const

for (const [alg, options] of CURVES)
  t.test(`everybody moves, by ${alg} (${Object.values(options).join()}), and signs in there as before`, async (t) => {
    const from = await source(t)
    const to = await testServer(t)
    await to.db.deleteFrom('people').where('id', '=', to.personId).execute()
    const { open, secret } = await keyPair(alg, options)
    const { lines, counts } = await exported(from.db, from.peppers, open)
    t.match(counts, { people: FOREIGN.length + 3, hashes: FOREIGN.length + 3, lost: 0 })
    const text = lines.join('\n')
    for (const hidden of ['example.com', '$2b$', 'argon2', from.peppers.passwordPepper]) t.notOk(text.includes(hidden))
    const moved = await imported(to.db, to.config.passwordPepper, lines, secret)
    t.match(moved, { counts: { added: FOREIGN.length + 3, withPassword: FOREIGN.length + 3, wrong: 0 }, told: [] })
    const people: readonly (readonly [string, string])[] = [
      [USER.email, USER.password],
      ['old@example.com', 'of the old pepper'],
      ['new@example.com', 'ünïcode of the new one'],
      ...FOREIGN.map((_, index) => [`f${index}@example.com`, FOREIGN_PASSWORD] as const),
    ]
    for (const [email, password] of people) {
      const there = await authenticate(to.db, to.config, { email, password }, [])
      const here = await authenticate(from.db, from.peppers, { email, password }, [])
      t.ok(there, email)
      t.equal(there?.personId, here?.personId, `${email} keeps the id`)
      t.equal(await authenticate(to.db, to.config, { email, password: `${password}!` }, []), undefined, email)
      t.match(await storedPassword(to.db, there?.personId ?? ''), { hash: /^\$2b\$/ })
      const profiles = [
        await findProfile(to.db, there?.personId ?? ''),
        await findProfile(from.db, here?.personId ?? ''),
      ]
      t.strictSame(profiles[0], profiles[1])
    }
  })

t.test('what signs nobody in does not move: forced resets, lost peppers, guests, who is being deleted', async (t) => {
  const { db, peppers } = await source(t)
  const { open, secret } = await keyPair('ECDH-ES+A256KW')
  const idOf = async (email: string) =>
    (await db.selectFrom('email_addresses').where('key', '=', email).select('person_id').executeTakeFirstOrThrow())
      .person_id
  await db
    .updateTable('people')
    .set({ password_reset_required_at: new Date() })
    .where('id', '=', await idOf('f0@example.com'))
    .execute()
  await replacePassword(db, await idOf('f1@example.com'), await sealPassword(randomSecret(), 'of a lost pepper'))
  await db
    .updateTable('people')
    .set({ status: 'leaving', erase_after: new Date() })
    .where('id', '=', await idOf('f2@example.com'))
    .execute()
  await db
    .updateTable('people')
    .set({ status: 'suspended' })
    .where('id', '=', await idOf('f3@example.com'))
    .execute()
  await db
    .insertInto('people')
    .values({ id: `usr_${'G'.repeat(22)}`, kind: 'guest', name: null })
    .execute()
  const { lines, counts } = await exported(db, peppers, open)
  t.match(counts, { people: FOREIGN.length + 2, hashes: FOREIGN.length, lost: 1 })
  const to = await testServer(t)
  await to.db.deleteFrom('people').where('id', '=', to.personId).execute()
  await imported(to.db, to.config.passwordPepper, lines, secret)
  const signsIn = async (email: string) =>
    (await authenticate(to.db, to.config, { email, password: FOREIGN_PASSWORD }, [])) !== undefined
  t.strictSame(await Promise.all([0, 1, 2, 3, 4].map((index) => signsIn(`f${index}@example.com`))), [
    ...[false, false, false, false, true],
  ])
})

t.test('the audit log knows for which key, before anything leaves, and how many', async (t) => {
  const { db, peppers } = await source(t)
  const { open } = await keyPair('ECDH-ES+A256KW')
  const events = () =>
    db
      .selectFrom('audit_events')
      .where('type', '=', 'people')
      .where('outcome', 'like', 'hashes%')
      .select(['outcome', 'change', 'by_command', 'person'])
      .orderBy('seq')
      .execute()
  const recipient = await readRecipient(JSON.stringify(open))
  const key = `key ${recipient.thumbprint}`
  const begun = { outcome: 'hashes-export-begun', change: { before: [], after: [key] }, by_command: true, person: null }
  const full = new Error('the disk is full')
  const write = async () => {
    t.strictSame(await events(), [begun])
    throw full
  }
  await t.rejects(exportPeople(db, { peppers, keyEncryptionKeys: [KEY_ENCRYPTION_KEY], recipient, write }), full)
  t.strictSame(await events(), [begun])
  const { counts } = await exported(db, peppers, open)
  const after = [key, `people ${counts.people}`, `hashes ${counts.hashes}`]
  t.strictSame((await events()).slice(1), [
    begun,
    { ...begun, outcome: 'hashes-exported', change: { before: [], after } },
  ])
})

t.test(
  'in portions: one that is missing, changed, doubled, or for another key is noticed, and the others come',
  async (t) => {
    const from = await testServer(t)
    const count = 1100
    const rows = Array.from(
      { length: count },
      (_, index): ImportedPerson => ({
        ...{
          id: `usr_${String(index).padStart(22, '0')}`,
          email: `p${index}@example.com`,
          emailKey: `p${index}@example.com`,
        },
        ...{ proof: 'verified', name: null, language: null, claims: {}, status: 'active', hash: null, pepperId: null },
      }),
    )
    await from.db.transaction().execute((trx) => insertImported(trx, rows))
    const { open, secret } = await keyPair('ECDH-ES+A256KW')
    const other = await keyPair('ECDH-ES+A256KW')
    const { lines } = await exported(from.db, from.config, open)
    t.equal(lines.length, 3)
    const [one = '', two = '', three = ''] = lines
    // One letter of the ciphertext is another.
    const [head, key, iv, text = '', tag] = two.split('.')
    const changed = [head, key, iv, `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`, tag].join('.')
    const cases: readonly (readonly [readonly string[], readonly RegExp[], number, JWK?])[] = [
      [[one, two], [/^the file is not whole: portions of the export are missing\.$/], 1000],
      [[one, three], [/not whole/], 601],
      [[two, three], [/not whole/], 601],
      [[one, changed, three], [/^line 2 is encrypted for another key, or was changed\.$/, /not whole/], 601],
      [[one, one, two, three], [/^line 2 is a portion that was there before, or of another export\.$/], 1101],
      [lines, [/another key/, /another key/, /another key/], 0, other.secret],
    ]
    for (const [given, says, added, withKey = secret] of cases) {
      const to = await testServer(t)
      await to.db.deleteFrom('people').where('id', '=', to.personId).execute()
      const { counts, told } = await imported(to.db, to.config.passwordPepper, given, withKey)
      t.match(told, says)
      t.equal(told.length, says.length)
      t.match(counts, { added, wrong: says.length })
    }
    const empty = await testServer(t)
    await empty.db.deleteFrom('people').execute()
    const nobody = await exported(empty.db, empty.config, open)
    t.match(await imported(empty.db, empty.config.passwordPepper, nobody.lines, secret), {
      counts: { added: 0, wrong: 0 },
    })
  },
)

t.test('a key that is private, weak, symmetric, not for encryption or none is refused', async (t) => {
  const ec = await keyPair('ECDH-ES+A256KW')
  const rsa = await keyPair('RSA-OAEP-256', { modulusLength: 2048 })
  const signing = await keyPair('EdDSA', { crv: 'Ed25519' })
  const weak = { ...rsa.open, n: 'w'.repeat(171) }
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [ec.secret, /^is a private key/],
    [rsa.secret, /^is a private key/],
    [{ ...rsa.open, p: 'AA' }, /^is a private key/],
    [{ kty: 'oct', k: randomSecret() }, /^is a symmetric key/],
    [weak, /^is an RSA key of 1024 bits; 2048 are the least$/],
    [signing.open, /^is a key of a kind that is not taken/],
    [{ ...ec.open, crv: 'secp256k1' }, /^is a key of a kind that is not taken/],
    [{ ...ec.open, use: 'sig' }, /^is a key for "sig" and not for encryption$/],
    [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, /^is no sound key$/],
    [{ keys: [ec.open] }, /^is no key/],
    [[ec.open], /^is no key/],
    ['text', /^is no key/],
  ]
  for (const [key, why] of rows)
    await t.rejects(
      readRecipient(JSON.stringify(key)),
      { name: 'UnfitKey', message: why },
      JSON.stringify(key).slice(0, 60),
    )
  await t.rejects(readRecipient('-----BEGIN PUBLIC KEY-----'), { message: /^is no key/ })
  await t.rejects(readRecipientsKey(JSON.stringify(ec.open)), { message: 'is no private key' })
  await t.resolves(readRecipientsKey(JSON.stringify(ec.secret)))
})
