// What comes along with people who move: addresses, groups, linked identities, authenticator apps, answers; and by whose leave.
import { exportJWK, generateKeyPair } from 'jose'
import t, { type Test } from 'tap'
import { toBase32 } from '../../src/crypto/base32.ts'
import { type BelongingRules, NOTHING_COMES_ALONG } from '../../src/identity/import/belongings.ts'
import { importPeople } from '../../src/identity/import/import-people.ts'
import type { SourceName } from '../../src/identity/import/sources.ts'
import { exportPeople } from '../../src/identity/migration/export-people.ts'
import { lineOf } from '../../src/identity/migration/line.ts'
import { openerFor } from '../../src/identity/migration/open.ts'
import { type Recipient, readRecipient, readRecipientsKey } from '../../src/identity/migration/recipient.ts'
import { openTotpSecret } from '../../src/identity/second-factors/totp.ts'
import { listForMove } from '../../src/store/queries/export-people.ts'
import { findPersonByIdentity } from '../../src/store/tables/identities.ts'
import { listForms } from '../../src/store/tables/registrations.ts'
import { API, testServer } from '../support/server.ts'

const GOOGLE = 'https://accounts.google.example'
const FORM = {
  fields: [
    { name: 'club', type: 'choice', label: { en: 'Club' }, options: [{ value: 'go', label: { en: 'Go' } }] },
    { name: 'adult', type: 'age-at-least', age: 18, label: { en: 'Born' } },
  ],
}
const SECRET = Buffer.from('twelve bytes')

async function setUp(t: Test) {
  const server = await testServer(t)
  const { db, config } = server
  await db.deleteFrom('people').execute()
  await db.deleteFrom('retired_subjects').execute()
  await db.insertInto('groups').values({ name: 'staff' }).execute()
  await db
    .updateTable('apis')
    .set({ registration: JSON.stringify(FORM) })
    .where('id', '=', API.id)
    .execute()
  const rules: BelongingRules = { ...NOTHING_COMES_ALONG, takesGroups: true, issuers: new Set([GOOGLE]) }
  const run = async (
    file: string | readonly object[],
    given: Readonly<{ rules?: Partial<BelongingRules>; source?: SourceName; trust?: boolean; key?: Recipient }> = {},
  ) => {
    const told: string[] = []
    async function* chunks() {
      yield typeof file === 'string' ? file : file.map((one) => JSON.stringify(one)).join('\n')
    }
    const counts = await importPeople(db, chunks(), {
      ...{ source: given.source ?? 'plain', trustVerified: given.trust ?? true, dryRun: false, firebase: undefined },
      ...{ passwordPepper: config.passwordPepper, keyEncryptionKeys: config.keyEncryptionKeys },
      rules: { ...rules, forms: await listForms(db), ...given.rules },
      opener: openerFor(given.key),
      tell: (sentence) => told.push(sentence),
    })
    return { counts, told }
  }
  const everybody = async () => (await listForMove(db, { after: '', limit: 100 })).map(lineOf)
  const secretOf = async (email: string) => {
    const row = await db
      .selectFrom('authenticators as factor')
      .innerJoin('email_addresses as email', 'email.person_id', 'factor.person_id')
      .where('email.key', '=', email)
      .where('factor.confirmed_at', 'is not', null)
      .select(['factor.id', 'factor.key'])
      .executeTakeFirst()
    return row?.key && Buffer.from(await openTotpSecret(row.key, config.keyEncryptionKeys, row.id)).toString()
  }
  return { ...server, run, everybody, secretOf }
}

const ADA = {
  ...{ id: `usr_${'A'.repeat(22)}`, email: 'ada@example.com', email_verified: true, name: 'Ada', language: 'en' },
  ...{ claims: { given_name: 'Ada' }, suspended: false },
  other_emails: [
    { email: 'Countess@example.org', email_verified: true },
    { email: 'old@example.org', email_verified: false },
  ],
  groups: ['staff'],
  identities: [{ issuer: GOOGLE, subject: 'Ünïque 1' }],
  registrations: [{ api_id: API.id, answers: { club: 'go', adult: '18' } }],
}
const BOB = {
  ...{ id: `usr_${'B'.repeat(22)}`, email: 'bob@example.com', email_verified: false, name: null, language: null },
  ...{ claims: {}, suspended: true, other_emails: [], groups: [], identities: [], registrations: [] },
}

t.test('an export brought into an empty server gives the same people, with what is theirs', async (t) => {
  const from = await setUp(t)
  const there = await from.run([{ ...ADA, totp_secret: toBase32(SECRET) }, BOB])
  t.match(there, { counts: { added: 2, wrong: 0, left: {} }, told: [] })
  const lines = await from.everybody()
  t.strictSame(lines, [ADA, BOB])
  t.equal(await from.secretOf('ada@example.com'), SECRET.toString())

  const to = await setUp(t)
  t.match((await to.run(lines)).counts, { added: 2, left: {} })
  t.strictSame(await to.everybody(), lines)
  t.equal(await to.secretOf('ada@example.com'), undefined, 'secrets go with hashes alone')

  const sealed = await setUp(t)
  const pair = await generateKeyPair('ECDH-ES+A256KW', { extractable: true })
  const recipient = await readRecipient(JSON.stringify(await exportJWK(pair.publicKey)))
  const portions: string[] = []
  const { keyEncryptionKeys } = from.config
  const write = async (line: string) => void portions.push(line)
  await exportPeople(from.db, { peppers: from.config, keyEncryptionKeys, recipient, write })
  const key = await readRecipientsKey(JSON.stringify(await exportJWK(pair.privateKey)))
  t.match((await sealed.run(portions.join('\n'), { key })).counts, { added: 2, left: {} })
  t.strictSame(await sealed.everybody(), lines)
  t.equal(await sealed.secretOf('ada@example.com'), SECRET.toString())
})

t.test('nothing is taken from anybody who is there, and what stays is counted', async (t) => {
  const { db, run, everybody } = await setUp(t)
  await run([ADA])
  const before = await everybody()
  const eve = {
    email: 'eve@example.com',
    other_emails: [
      { email: 'ADA@example.com', email_verified: true },
      { email: 'countess@EXAMPLE.org', email_verified: true },
      { email: 'eve@EXAMPLE.com', email_verified: true },
      { email: 'eve@example.org', email_verified: true },
    ],
    groups: ['staff', 'admins', 'Not A Name', '\u0000'],
    identities: [
      { issuer: GOOGLE, subject: 'Ünïque 1' },
      { issuer: 'https://elsewhere.example', subject: '2' },
      { issuer: GOOGLE, subject: '2\u0000' },
      { issuer: GOOGLE, subject: '\ud800' },
      { issuer: GOOGLE, subject: 'x'.repeat(256) },
    ],
    totp_secret: 'AAAA',
    registrations: [
      { api_id: API.id, answers: { club: 'chess', adult: '18' } },
      { api_id: 'no-api', answers: {} },
      { api_id: API.id, answers: JSON.parse('{"__proto__": {"club": "go"}, "constructor": "go"}') },
    ],
  }
  const { counts, told } = await run([eve])
  t.match(counts, { added: 1, wrong: 0 })
  t.strictSame(counts.left, { addresses: 2, groups: 3, identities: 5, authenticators: 1, registrations: 3 })
  t.strictSame(told, [])
  // By id, and Eve's is made up.
  const { ada, other } = Object.groupBy(await everybody(), ({ id }) => (id === ADA.id ? 'ada' : 'other'))
  t.strictSame(ada, before)
  t.match(other?.[0], {
    other_emails: [{ email: 'eve@example.org' }],
    groups: ['staff'],
    identities: [],
    registrations: [],
  })
  t.match(await findPersonByIdentity(db, { issuer: GOOGLE, subject: 'Ünïque 1' }), { personId: ADA.id })
  // Two in one file: the main address of one is not the further address of another, and an identity is one person's.
  const shared = {
    other_emails: [{ email: 'mia@example.com', email_verified: true }],
    identities: [{ issuer: GOOGLE, subject: '7' }],
  }
  const twice = await run([
    { email: 'zoe@example.com', ...shared },
    { email: 'mia@example.com', ...shared, other_emails: [] },
  ])
  t.match(twice.counts, { added: 2, there: 0, left: { addresses: 1, identities: 1 } })
})

t.test(
  'groups come by leave alone, identities of providers that are named, addresses as they are believed',
  async (t) => {
    const { run, everybody, db } = await setUp(t)
    const none = { takesGroups: false, issuers: new Set<string>() }
    t.match((await run([ADA], { rules: none, trust: false })).counts, { left: { groups: 1, identities: 1 } })
    t.match(await everybody(), [
      { email_verified: false, other_emails: [{ email_verified: false }, {}], groups: [], identities: [] },
    ])
    const keycloak = {
      users: [
        {
          email: 'kim@example.com',
          groups: ['/team/x'],
          federatedIdentities: [{ identityProvider: 'goo', userId: '9' }],
        },
      ],
    }
    const named = { groups: new Map([['/team/x', 'staff']]), providers: new Map([['goo', GOOGLE]]), takesGroups: false }
    t.match((await run(JSON.stringify(keycloak), { source: 'keycloak', rules: named })).counts, { added: 1, left: {} })
    const kim = (await everybody()).find(({ email }) => email === 'kim@example.com')
    t.match(kim, { groups: ['staff'], identities: [{ issuer: GOOGLE, subject: '9' }] })
    // Taken away by its person, it can still come back to them: nobody else gets it by a file.
    await db.updateTable('identities').set({ removed_at: new Date() }).execute()
    t.match((await run([{ email: 'lee@example.com', identities: kim?.identities }])).counts, {
      left: { identities: 1 },
    })
  },
)

t.test('each system’s file: what it has comes, what cannot is counted', async (t) => {
  const { run, everybody, secretOf } = await setUp(t)
  const otp = (secretData: object, credentialData: object = {}) => ({
    ...{ type: 'otp', secretData: JSON.stringify(secretData) },
    credentialData: JSON.stringify({
      subType: 'totp',
      digits: 6,
      period: 30,
      algorithm: 'HmacSHA1',
      ...credentialData,
    }),
  })
  const base32 = toBase32(SECRET)
  const url = `otpauth://totp/shop:ada?secret=${base32}&issuer=shop&algorithm=SHA1&digits=6&period=30`
  const google = (provider: string) => ({ rules: { providers: new Map([[provider, GOOGLE]]) } })
  const rows: readonly (readonly [SourceName, unknown, object, object, boolean])[] = [
    [
      'keycloak',
      {
        users: [
          {
            ...{
              email: 'keycloak@example.com',
              groups: ['/staff', '/staff/deep'],
              federatedIdentities: [
                { identityProvider: 'g', userId: 'keycloak' },
                { identityProvider: 'corp', userId: 'x' },
              ],
            },
            credentials: [
              otp({ value: SECRET.toString() }),
              otp({ value: 'another one' }),
              otp({ value: 'of eight digits' }, { digits: 8 }),
              { type: 'webauthn' },
              { type: 'webauthn-passwordless' },
            ],
          },
        ],
      },
      google('g'),
      { groups: 1, identities: 1, authenticators: 2, passkeys: 2 },
      true,
    ],
    [
      'keycloak',
      {
        users: [
          { email: 'keycloak32@example.com', credentials: [otp({ value: base32 }, { secretEncoding: 'BASE32' })] },
        ],
      },
      {},
      {},
      true,
    ],
    [
      'auth0',
      [
        {
          email: 'auth0@example.com',
          identities: [
            { provider: 'google-oauth2', user_id: 'auth0' },
            { provider: 'auth0', user_id: '1' },
            { provider: 'github', user_id: 7 },
          ],
          mfa_factors: [{ totp: { secret: base32 } }, { phone: { value: '+1' } }],
        },
      ],
      google('google-oauth2'),
      { identities: 1, phones: 1 },
      true,
    ],
    [
      'firebase',
      {
        users: [
          {
            email: 'firebase@example.com',
            providerUserInfo: [
              { providerId: 'google.com', rawId: 'firebase' },
              { providerId: 'password' },
              { providerId: 'phone', rawId: '+1' },
            ],
            mfaInfo: [{ phoneInfo: '+1' }],
          },
        ],
      },
      google('google.com'),
      { phones: 1 },
      false,
    ],
    [
      'supabase',
      {
        email: 'supabase@example.com',
        identities: [
          { provider: 'google', provider_id: 'supabase' },
          { provider: 'email', provider_id: 'x' },
        ],
        factors: [{ factor_type: 'totp', secret: base32 }, { factor_type: 'webauthn' }],
      },
      google('google'),
      { passkeys: 1 },
      true,
    ],
    [
      'kratos',
      [
        {
          traits: { email: 'kratos@example.com' },
          verifiable_addresses: [
            { value: 'kratos@example.org', via: 'email', verified: true },
            { value: 'k@example.org', via: 'email', verified: false },
          ],
          credentials: {
            oidc: { identifiers: ['google:kratos'] },
            totp: { config: { totp_url: url } },
            lookup_secret: {},
          },
        },
      ],
      google('google'),
      { addresses: 1, 'recovery codes': 1 },
      true,
    ],
    [
      'django',
      [{ model: 'auth.user', fields: { email: 'django@example.com', password: '!', groups: [['staff'], 3] } }],
      {},
      { groups: 1 },
      false,
    ],
    [
      'cognito',
      {
        Users: [
          {
            Username: 'x',
            Enabled: true,
            Attributes: [
              { Name: 'email', Value: 'cognito@example.com' },
              { Name: 'email_verified', Value: 'true' },
              { Name: 'given_name', Value: 'Ada' },
              { Name: 'identities', Value: '[{"userId":"cognito","providerName":"Google"}]' },
            ],
          },
        ],
      },
      google('Google'),
      {},
      false,
    ],
  ]
  for (const [source, file, given, left, hasTotp] of rows) {
    const { counts, told } = await run(JSON.stringify(file), { source, ...given })
    t.match(counts, { added: 1, wrong: 0 }, `${source} ${told.join()}`)
    t.strictSame(counts.left, left, source)
    const [email = ''] = JSON.stringify(file).match(/[a-z0-9]+@example\.com/) ?? []
    t.equal(await secretOf(email), hasTotp ? SECRET.toString() : undefined, email)
    const person = (await everybody()).find((one) => one.email === email)
    if ('rules' in given) t.strictSame(person?.identities, [{ issuer: GOOGLE, subject: source }])
    if (left && 'groups' in left) t.strictSame(person?.groups, ['staff'])
  }
})
