// The files of other systems, in the forms in which these write them: everybody in them signs in as before.
import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto'
import t, { type Test } from 'tap'
import { NOTHING_COMES_ALONG } from '../../src/identity/import/belongings.ts'
import { type ImportSettings, importPeople } from '../../src/identity/import/import-people.ts'
import { readFirebaseParameters } from '../../src/identity/import/sources/firebase.ts'
import type { SourceName } from '../../src/identity/import/sources.ts'
import { authenticate } from '../../src/identity/local-account.ts'
import { openerFor } from '../../src/identity/migration/open.ts'
import { listPeople } from '../../src/store/queries/listed-people.ts'
import { findProfile } from '../../src/store/tables/people.ts'
import { FOREIGN, FOREIGN_PASSWORD } from '../support/foreign-hashes.ts'
import { testServer } from '../support/server.ts'

async function setUp(t: Test) {
  const { db, deps } = await testServer(t)
  const { config } = deps
  const run = async (source: SourceName, text: string, given: Partial<ImportSettings> = {}) => {
    const told: string[] = []
    async function* chunks() {
      for (let at = 0; at < text.length; at += 11) yield text.slice(at, at + 11)
    }
    const counts = await importPeople(db, chunks(), {
      ...{
        source,
        passwordPepper: config.passwordPepper,
        keyEncryptionKeys: config.keyEncryptionKeys,
        rules: NOTHING_COMES_ALONG,
        trustVerified: true,
        dryRun: false,
        firebase: undefined,
      },
      ...{ opener: openerFor(undefined), tell: (sentence: string) => told.push(sentence) },
      ...given,
    })
    return { counts, told }
  }
  const signsIn = async (email: string, password = FOREIGN_PASSWORD) =>
    (await authenticate(db, config, { email, password }, [])) !== undefined
  const personOf = async (emailKey: string) => {
    const filter = { emailKey, name: undefined, status: undefined, kind: undefined }
    const [person] = await listPeople(db, filter, { after: undefined, limit: 1 })
    const { proof } = await db
      .selectFrom('email_addresses')
      .where('key', '=', emailKey)
      .select('proof')
      .executeTakeFirstOrThrow()
    return { ...(await findProfile(db, person?.id ?? '')), status: person?.status, proof }
  }
  return { run, signsIn, personOf }
}

function hashOf(name: string): string {
  return FOREIGN.find(([known]) => known === name)?.[1] ?? ''
}

/** As Keycloak derives it: 512 bits, whatever the digest. */
function keycloakPbkdf2(algorithm: string, digest: string, length = 64) {
  const salt = createHash('sha256').update(algorithm).digest().subarray(0, 16)
  const value = pbkdf2Sync(FOREIGN_PASSWORD, salt, 1000, length, digest).toString('base64')
  return keycloakPassword(
    { hashIterations: 1000, algorithm, additionalParameters: {} },
    { value, salt: salt.toString('base64'), additionalParameters: {} },
  )
}

function keycloakPassword(credentialData: object, secretData: object) {
  return { type: 'password', credentialData: JSON.stringify(credentialData), secretData: JSON.stringify(secretData) }
}

t.test('Keycloak: the export of a realm, with PBKDF2 of each kind and Argon2', async (t) => {
  const { run, signsIn, personOf } = await setUp(t)
  // What Keycloak 26 has stored for the password "secret".
  const argon2 = {
    hashIterations: 5,
    algorithm: 'argon2',
    additionalParameters: { hashLength: ['32'], memory: ['7168'], type: ['id'], version: ['1.3'], parallelism: ['1'] },
  }
  const secret = { value: 'xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80=', salt: 'LRScGShC7shkdoU5B1UgUQ==' }
  const user = (name: string, ...credentials: object[]) => ({
    ...{ username: name, email: `${name}@example.com`, emailVerified: name === 'jane', enabled: name !== 'off' },
    ...{ firstName: 'Jane', lastName: 'Doe', attributes: { locale: ['de'] }, credentials, realmRoles: ['users'] },
  })
  const otp = { type: 'otp', secretData: '{"value":"x"}', credentialData: '{"algorithm":"HmacSHA1"}' }
  const realm = {
    realm: 'shop',
    // A list of that name elsewhere is not the one.
    roles: { realm: [{ name: 'users' }], users: ['x'] },
    note: 'users: ["{[',
    users: [
      user('jane', otp, keycloakPassword(argon2, secret)),
      user('sha1', keycloakPbkdf2('pbkdf2', 'sha1')),
      user('sha256', keycloakPbkdf2('pbkdf2-sha256', 'sha256')),
      user('sha512', keycloakPbkdf2('pbkdf2-sha512', 'sha512')),
      user('short', keycloakPbkdf2('pbkdf2-sha256', 'sha256', 32)),
      user('off', keycloakPbkdf2('pbkdf2-sha256', 'sha256')),
      user('nopassword'),
      user('plain', { type: 'password', value: 'typed by hand' }),
      user('md5', keycloakPassword({ hashIterations: 1, algorithm: 'md5' }, secret)),
      user(
        'greedy',
        keycloakPassword(
          { ...argon2, additionalParameters: { ...argon2.additionalParameters, memory: ['4194304'] } },
          secret,
        ),
      ),
      { username: 'nobody', credentials: [] },
    ],
    clients: [{ clientId: 'shop', users: [1] }],
  }
  for (const text of [JSON.stringify(realm, null, 2), JSON.stringify(realm)]) {
    const { counts, told } = await run('keycloak', text)
    t.match(counts, { wrong: 4 })
    t.match(
      told.filter((one) => !one.includes('stays as it is')),
      [
        /has a password hash that is not in the file: export the realm with its credentials/,
        /has a password hash that is "md5", which is neither/,
        /has a password hash that is Argon2 with 4194304 KiB/,
        /has no e-mail address/,
      ],
    )
  }
  t.ok(await signsIn('jane@example.com', 'secret'))
  t.notOk(await signsIn('jane@example.com', 'Secret'))
  for (const name of ['sha1', 'sha256', 'sha512', 'short']) t.ok(await signsIn(`${name}@example.com`), name)
  t.notOk(await signsIn('off@example.com'), 'who is disabled does not sign in')
  t.notOk(await signsIn('nopassword@example.com', ''))
  t.match(await personOf('jane@example.com'), {
    ...{ name: 'Jane Doe', language: 'de', proof: 'verified', status: 'active' },
    claims: { given_name: 'Jane', family_name: 'Doe' },
  })
  t.match(await personOf('sha1@example.com'), { proof: 'imported' })
  t.match(await personOf('off@example.com'), { status: 'suspended' })
})

t.test('Keycloak: the line of an entry is the one that it begins in; a file that breaks off is said to', async (t) => {
  const { run } = await setUp(t)
  const text = '{\n  "users": [\n    {"email": "one@example.com"},\n\n    {"email": "two"},\n 7, "x,y",\n    {"email":'
  const { counts, told } = await run('keycloak', text)
  t.match(counts, { added: 1, wrong: 4 })
  t.match(told, [
    /^line 5 has an e-mail/,
    /^line 6 has no e-mail/,
    /^line 6 has no e-mail/,
    /^line 7 is the last one: the file ends in the middle\.$/,
  ])
  t.match((await run('keycloak', '{"realm":"x"}')).told, ['the file has no list called users.'])
  t.match((await run('keycloak', '[{"email":"three@example.com"}]')).counts, { added: 1, wrong: 0 })
  t.match((await run('keycloak', '')).counts, { added: 0, wrong: 0 })
})

t.test('Auth0: bcrypt, and each form of custom_password_hash', async (t) => {
  const { run, signsIn, personOf } = await setUp(t)
  const salt = Buffer.from('some salt of Auth0')
  const derived = pbkdf2Sync(FOREIGN_PASSWORD, salt, 1000, 64, 'sha512')
  const scrypted = scryptSync(FOREIGN_PASSWORD, salt, 32, { N: 1024, r: 8, p: 1 })
  const custom: Readonly<Record<string, object>> = {
    argon2: { algorithm: 'argon2', hash: { value: hashOf('Argon2id'), encoding: 'utf8' } },
    bcrypt: { algorithm: 'bcrypt', hash: { value: hashOf('bcrypt $2a$') } },
    phc: { algorithm: 'pbkdf2', hash: { value: hashOf('PBKDF2 in the PHC string format'), encoding: 'utf8' } },
    hex: {
      ...{
        algorithm: 'pbkdf2',
        iterations: 1000,
        hash: { value: derived.toString('hex'), encoding: 'hex', digest: 'sha512' },
      },
      salt: { value: salt.toString('hex'), encoding: 'hex' },
    },
    base64: {
      ...{ algorithm: 'scrypt', cost: 1024, blockSize: 8, parallelization: 1, keylen: 32 },
      ...{ hash: { value: scrypted.toString('base64'), encoding: 'base64' }, salt: { value: 'some salt of Auth0' } },
    },
  }
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ algorithm: 'md5', hash: { value: 'abcd', encoding: 'hex' } }, /is "md5" in a form that is not taken/],
    [{ algorithm: 'sha256', hash: { value: 'abcd', encoding: 'hex' } }, /"sha256" in a form/],
    [{ algorithm: 'scrypt', hash: { value: 'zz', encoding: 'hex' } }, /a hash whose encoding is none of/],
    [{ algorithm: 'scrypt', hash: { value: 'zz', encoding: 'rot13' } }, /a hash whose encoding is none of/],
    [{ ...custom.argon2, password: { encoding: 'utf16le' } }, /another encoding than UTF-8/],
    [{ ...custom.base64, cost: 2 ** 30 }, /N=1073741824/],
    [{ ...custom.hex, iterations: 1e9 }, /PBKDF2 of 1000000000 rounds/],
    [{}, /is "" in a form that is not taken/],
  ]
  const users = [
    {
      email: 'plain@example.com',
      email_verified: true,
      password_hash: hashOf('bcrypt $2b$'),
      name: 'plain@example.com',
    },
    ...Object.entries(custom).map(([name, hash]) => ({
      email: `${name}@example.com`,
      name,
      custom_password_hash: hash,
    })),
    ...wrong.map(([hash], index) => ({ email: `w${index}@example.com`, custom_password_hash: hash })),
    { email: 'blocked@example.com', blocked: true, password_hash: hashOf('bcrypt $2b$') },
  ]
  const { counts, told } = await run('auth0', JSON.stringify(users, null, 1))
  t.match(counts, { added: 7, withPassword: 7, wrong: wrong.length })
  t.match(
    told,
    wrong.map(([, why]) => why),
  )
  for (const name of ['plain', ...Object.keys(custom)]) t.ok(await signsIn(`${name}@example.com`), name)
  t.notOk(await signsIn('blocked@example.com'))
  t.match(await personOf('plain@example.com'), { name: null, proof: 'verified' }, 'an address is no name')
  // An export is a line for each.
  const lines = users
    .slice(0, 2)
    .map((user) => JSON.stringify(user))
    .join('\n')
  t.match((await run('auth0', lines)).counts, { there: 2, wrong: 0 })
})

t.test('Firebase: its export, with the parameters that its console shows', async (t) => {
  const { run, signsIn, personOf } = await setUp(t)
  const parameters = `hash_config {
  algorithm: SCRYPT,
  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}`
  const firebase = readFirebaseParameters(parameters)
  t.ok(firebase)
  t.equal(readFirebaseParameters('rounds: 8'), undefined)
  const user = {
    ...{ localId: '1', email: 'user@example.com', emailVerified: true, displayName: 'U', disabled: false },
    ...{ salt: '42xEC+ixf3L2lw==', providerUserInfo: [] },
    passwordHash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  }
  const users = [user, { localId: '2', phoneNumber: '+12025550142' }, { email: 'google@example.com' }]
  const text = JSON.stringify({ users }, null, 2)
  t.match((await run('firebase', text)).told, [/needs the hash parameters of its project/, /has no e-mail address/])
  t.match((await run('firebase', text, { firebase })).counts, { added: 1, there: 1, wrong: 1 })
  t.ok(await signsIn('user@example.com', 'user1password'))
  t.ok(await signsIn('user@example.com', 'user1password'), 'and by our own hash')
  t.notOk(await signsIn('user@example.com', 'user2password'))
  t.match(await personOf('user@example.com'), { name: 'U', proof: 'verified' })
  const greedy = await run('firebase', JSON.stringify({ users: [{ ...user, email: 'b@example.com' }] }), {
    firebase: firebase && { ...firebase, memCost: 30 },
  })
  t.match(greedy.told, [/N=1073741824/])
})

t.test('Supabase: rows of auth.users', async (t) => {
  const { run, signsIn, personOf } = await setUp(t)
  const row = {
    encrypted_password: hashOf('bcrypt $2a$'),
    email_confirmed_at: '2024-01-01T00:00:00Z',
    deleted_at: null,
  }
  const rows = [
    {
      ...row,
      email: 'a@example.com',
      phone: '12025550142',
      raw_user_meta_data: { full_name: 'Ada', avatar_url: 'https://x.example/a.png' },
    },
    { ...row, email: 'b@example.com', email_confirmed_at: null, encrypted_password: '' },
    { ...row, email: 'c@example.com', banned_until: '2999-01-01T00:00:00Z' },
    { ...row, email: 'd@example.com', banned_until: '2001-01-01T00:00:00Z' },
  ]
  t.match((await run('supabase', rows.map((one) => JSON.stringify(one)).join('\n'))).counts, {
    added: 4,
    withPassword: 3,
  })
  t.ok(await signsIn('a@example.com'))
  t.notOk(await signsIn('b@example.com', ''))
  t.notOk(await signsIn('c@example.com'))
  t.ok(await signsIn('d@example.com'))
  t.match(await personOf('a@example.com'), { name: 'Ada', proof: 'verified', claims: { phone_number: '+12025550142' } })
  t.match(await personOf('b@example.com'), { proof: 'imported' })
})

t.test('Django: dumpdata, as an array and as lines', async (t) => {
  const { run, signsIn, personOf } = await setUp(t)
  const user = (name: string, password: string, more = {}) => ({
    model: 'auth.user',
    pk: 1,
    fields: {
      username: name,
      email: `${name}@example.com`,
      first_name: 'A',
      last_name: 'B',
      is_active: true,
      password,
      ...more,
    },
  })
  const users = [
    ...FOREIGN.flatMap(([name, hash], index) => (name.startsWith('Django') ? [user(`d${index}`, hash)] : [])),
    user('unusable', '!0123456789'),
    user('inactive', hashOf("Django's bcrypt"), { is_active: false }),
    user('md5', 'md5$salt$0123456789abcdef0123456789abcdef'),
  ]
  const { counts, told } = await run('django', JSON.stringify(users))
  t.match(counts, { added: users.length - 1, withPassword: users.length - 2, wrong: 1 })
  t.match(told, [/so quick/])
  for (const [index, [name]] of FOREIGN.entries())
    if (name.startsWith('Django')) t.ok(await signsIn(`d${index}@example.com`), name)
  t.notOk(await signsIn('inactive@example.com'))
  t.match(await personOf('unusable@example.com'), { name: 'A B', proof: 'imported' })
  t.match((await run('django', users.map((one) => JSON.stringify(one)).join('\n'))).counts, { added: 0, wrong: 1 })
})

t.test('Kratos: identities with their credentials', async (t) => {
  const { run, signsIn, personOf } = await setUp(t)
  const identity = (name: string, hash: string, more = {}) => ({
    ...{
      id: 'x',
      schema_id: 'default',
      state: 'active',
      traits: { email: `${name}@example.com`, name: { first: 'A', last: 'B' } },
    },
    verifiable_addresses: [{ value: `${name}@example.com`, verified: name === 'argon', via: 'email' }],
    credentials: { password: { type: 'password', config: { hashed_password: hash } } },
    ...more,
  })
  const identities = [
    identity('argon', hashOf('Argon2id')),
    identity('scrypt', hashOf('scrypt as Kratos writes it')),
    identity('bcrypt', hashOf('bcrypt $2a$')),
    identity('off', hashOf('bcrypt $2a$'), { state: 'inactive' }),
    identity('md5', '$md5$CY9rzUYh03PK3k6DJie09g=='),
  ]
  const { counts, told } = await run('kratos', JSON.stringify(identities))
  t.match(counts, { added: 4, wrong: 1 })
  t.match(told, [/so quick/])
  for (const name of ['argon', 'scrypt', 'bcrypt']) t.ok(await signsIn(`${name}@example.com`), name)
  t.notOk(await signsIn('off@example.com'))
  t.match(await personOf('argon@example.com'), { name: 'A B', proof: 'verified' })
  t.match(await personOf('scrypt@example.com'), { proof: 'imported' })
})
