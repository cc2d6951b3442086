// People of other systems: imported with their hashes, they sign in as before, and their password is ours from the first time on.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { NOTHING_COMES_ALONG } from '../../src/identity/import/belongings.ts'
import { type ImportSettings, importPeople } from '../../src/identity/import/import-people.ts'
import { textOf } from '../../src/identity/import/items.ts'
import { authenticate } from '../../src/identity/local-account.ts'
import { openerFor } from '../../src/identity/migration/open.ts'
import { renewStored, sealPassword } from '../../src/identity/password.ts'
import { signUpByIdentity } from '../../src/store/queries/federation.ts'
import { insertImported } from '../../src/store/queries/import-people.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { findPersonByEmail } from '../../src/store/tables/people.ts'
import { untilBlocked } from '../support/database.ts'
import { FOREIGN, FOREIGN_PASSWORD } from '../support/foreign-hashes.ts'
import { storedPassword } from '../support/people.ts'
import { testServer, USER } from '../support/server.ts'

async function setUp(t: Test) {
  const { db, deps } = await testServer(t)
  const { config } = deps
  const run = async (file: string | readonly string[], given: Partial<ImportSettings> = {}) => {
    const told: string[] = []
    const settings: ImportSettings = {
      source: 'plain',
      passwordPepper: config.passwordPepper,
      keyEncryptionKeys: config.keyEncryptionKeys,
      rules: NOTHING_COMES_ALONG,
      trustVerified: false,
      dryRun: false,
      firebase: undefined,
      opener: openerFor(undefined),
      tell: (sentence) => told.push(sentence),
      ...given,
    }
    const counts = await importPeople(db, textOf(chunked([file].flat().join('\n'))), settings)
    return { counts, told }
  }
  const signsIn = async (email: string, password = FOREIGN_PASSWORD) =>
    (await authenticate(db, config, { email, password }, []))?.personId
  return { db, config, run, signsIn }
}

/** In pieces that end anywhere. */
async function* chunked(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'utf8')
  for (let at = 0; at < bytes.length; at += 37) yield bytes.subarray(at, at + 37)
}

function line(person: object): string {
  return JSON.stringify(person)
}

t.test('whoever is imported signs in with their password, and from then on by our own hash', async (t) => {
  const { db, run, signsIn } = await setUp(t)
  const emailOf = (index: number) => `person-${index}@example.com`
  const file = FOREIGN.map(([, hash], index) => line({ email: emailOf(index), password_hash: hash }))
  t.match(await run(file), { counts: { added: FOREIGN.length, withPassword: FOREIGN.length, wrong: 0 }, told: [] })
  for (const [index, [name]] of FOREIGN.entries()) {
    t.equal(await signsIn(emailOf(index), 'wrong'), undefined, name)
    const personId = (await signsIn(emailOf(index))) ?? ''
    t.match(personId, /^usr_/, name)
    t.match(await storedPassword(db, personId), { hash: /^\$2b\$/ }, `${name} is ours now`)
    t.equal(await signsIn(emailOf(index)), personId, name)
    t.equal(await signsIn(emailOf(index), 'wrong'), undefined, name)
  }
})

t.test('two first sign-ins at once both succeed, and leave one hash of ours', async (t) => {
  const { db, run, signsIn } = await setUp(t)
  await run(line({ email: 'grace@example.com', password_hash: FOREIGN[0]?.[1] }))
  const [one, two] = await Promise.all([signsIn('grace@example.com'), signsIn('grace@example.com')])
  t.ok(one)
  t.equal(one, two)
  t.match(await storedPassword(db, one ?? ''), { hash: /^\$2b\$/ })
  t.equal(await signsIn('grace@example.com'), one)
})

t.test('a password that is replaced while a first sign-in goes on stays replaced', async (t) => {
  const { db, config, run, signsIn } = await setUp(t)
  await run(line({ email: 'grace@example.com', password_hash: FOREIGN[0]?.[1] }))
  const { id: personId } = (await findPersonByEmail(db, 'grace@example.com')) ?? { id: '' }
  const stored = await storedPassword(db, personId)
  await replacePassword(db, personId, await sealPassword(config.passwordPepper, 'another passphrase'))
  await renewStored(db, config, { personId, password: FOREIGN_PASSWORD, stored })
  t.equal(await signsIn('grace@example.com'), undefined)
  t.equal(await signsIn('grace@example.com', 'another passphrase'), personId)
})

t.test('a run begun anew changes nothing, and says who was there', async (t) => {
  const { db, run } = await setUp(t)
  const file = Array.from({ length: 1203 }, (_, index) =>
    line({ email: `p${index}@example.com`, name: `Person ${index}`, password_hash: FOREIGN[0]?.[1] }),
  )
  // Broken off somewhere.
  t.match((await run(file.slice(0, 700))).counts, { added: 700, there: 0 })
  const before = await db.selectFrom('passwords').selectAll().orderBy('person_id').execute()
  const { counts, told } = await run(file)
  t.match(counts, { added: 503, withPassword: 503, there: 700, wrong: 0 })
  t.equal(told.length, 700)
  t.equal(told[0], 'line 1 has the address of an account that is there, which stays as it is.')
  const after = await db.selectFrom('passwords').selectAll().orderBy('person_id').execute()
  t.strictSame(
    after.filter(({ person_id: id }) => before.some(({ person_id }) => person_id === id)),
    before,
  )
  t.match((await run(file)).counts, { added: 0, there: 1203, wrong: 0 })
})

t.test('two runs at once import each person once', async (t) => {
  const { db, run } = await setUp(t)
  const file = Array.from({ length: 600 }, (_, index) => line({ email: `p${index}@example.com` }))
  const [one, two] = await Promise.all([run(file), run(file.toReversed())])
  t.equal(one.counts.added + two.counts.added, 600)
  t.equal(one.counts.there + two.counts.there, 600)
  const { count } = await db
    .selectFrom('email_addresses')
    .where('proof', '=', 'imported')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  t.equal(Number(count), 600)
})

for (const [what, emails, blockedBy] of [
  ['by its main address', ['ada@x.example'], 'identity'],
  ['by another address', ['main@x.example', 'ada@x.example'], 'address'],
] as const)
  t.test(
    `an import and a sign-up of one person ${what} and a provider at once: one waits, and neither fails`,
    async (t) => {
      const { db } = await setUp(t)
      const issuer = 'https://idp.example'
      const [email = '', ...more] = emails
      const nobody = { name: null, language: null, claims: {}, status: 'active', hash: null, pepperId: null } as const
      const addresses = [...more, 'zoe@x.example'].map((key) => ({ key, address: key, proof: 'imported' as const }))
      const identities = ['a', 'b'].map((subject) => ({ issuer, subject }))
      const belongings = { addresses, groups: [], identities, totp: null, registrations: [] }
      const person = { ...nobody, id: 'usr_imported', email, emailKey: email, proof: 'imported' as const, belongings }
      const signUp = () =>
        db.transaction().execute((trx) =>
          signUpByIdentity(trx, {
            ...{ issuer, subject: 'b', id: 'usr_new', name: undefined, language: 'en', guest: undefined },
            email: { address: 'ada@x.example', key: 'ada@x.example' },
          }),
        )
      // Holds the import up in the middle, by what stands before the identity that both want.
      const started = await db.transaction().execute(async (trx) => {
        await sql`insert into people (id) values ('usr_third')`.execute(trx)
        await (blockedBy === 'identity'
          ? sql`insert into identities (issuer, subject, person_id) values (${issuer}, 'a', 'usr_third')`
          : sql`insert into email_addresses (person_id, key, address, proof, proven_at)
              values ('usr_third', 'zoe@x.example', 'zoe@x.example', 'verified', auth_now())`
        ).execute(trx)
        const imported = db.transaction().execute((inner) => insertImported(inner, [person]))
        await untilBlocked(db)
        const signedUp = signUp()
        await untilBlocked(db, 2)
        return { imported, signedUp }
      })
      const [imported, signedUp] = await Promise.allSettled([started.imported, started.signedUp])
      t.match(imported, { status: 'fulfilled' })
      t.strictSame(signedUp, { status: 'fulfilled', value: undefined }, 'they are there already')
      const owner = await db.selectFrom('identities').where('subject', '=', 'b').select('person_id').execute()
      t.strictSame(owner, [{ person_id: 'usr_imported' }])
    },
  )

t.test('an account that is there stays as it is, by whatever spelling of its address', async (t) => {
  const { db, run, signsIn } = await setUp(t)
  const people = () => db.selectFrom('people').selectAll().execute()
  const before = await people()
  const { counts } = await run([
    line({ email: USER.email.toUpperCase(), name: 'Mallory', password_hash: FOREIGN[0]?.[1] }),
    line({ email: ` ${USER.email} `, name: 'Mallory' }),
  ])
  t.match(counts, { added: 0, there: 2, wrong: 0 })
  t.strictSame(await people(), before)
  t.ok(await signsIn(USER.email, USER.password))
  t.equal(await signsIn(USER.email), undefined)
  const twice = await run([line({ email: 'Eve@example.com' }), line({ email: 'eve@EXAMPLE.com' })])
  t.match(twice.counts, { added: 1, there: 1 }, 'in one file as well')
})

t.test('--dry-run says the same and changes nothing', async (t) => {
  const { db, run } = await setUp(t)
  const tables = ['people', 'email_addresses', 'passwords', 'audit_events'] as const
  const all = () => Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()))
  const before = await all()
  const file = [line({ email: 'grace@example.com', password_hash: FOREIGN[0]?.[1] }), '{', line({ email: USER.email })]
  const dry = await run(file, { dryRun: true })
  t.strictSame(await all(), before)
  t.strictSame(dry, await run(file))
  t.match(dry.counts, { added: 1, withPassword: 1, there: 1, wrong: 1 })
})

t.test('each wrong line is one sentence with its number, and the others are imported', async (t) => {
  const { run } = await setUp(t)
  const email = 'x@example.com'
  const rows: readonly (readonly [string, RegExp])[] = [
    ['{"email": "half@example.com"', /^line 1 is no JSON\.$/],
    ['email,name', /^line 1 is no JSON\.$/],
    ['"grace@example.com"', /^line 1 has no e-mail address/],
    ['null', /^line 1 is no JSON\.$/],
    ['[]', /has no e-mail address|^$/],
    [line({ name: 'Ada' }), /^line 1 has no e-mail address, and here people sign in with one\.$/],
    [line({ email: 'ada' }), /^line 1 has an e-mail address that is none\.$/],
    [line({ email: 7 }), /^line 1 has no e-mail address/],
    [line({ email, passwordHash: 'x' }), /^line 1 has a member "passwordHash", which is not known here\.$/],
    [line({ email, password_hash: 'secret' }), /^line 1 has a password hash that is none of bcrypt, /],
    [line({ email, password_hash: 7 }), /^line 1 has a password hash that is no text\.$/],
    [
      line({ email, password_hash: `$2b$31$${'A'.repeat(53)}` }),
      /^line 1 has a password hash that is bcrypt of cost 31/,
    ],
    [line({ email, password_hash: '5f4dcc3b5aa765d61d8327deb882cf99' }), /so quick that passwords are guessed/],
    [
      line({ email, password_hash: FOREIGN[3]?.[1], password_pepper: 'p' }),
      /has a pepper, which only those of a server/,
    ],
    [line({ email, id: 'ada' }), /^line 1 has an id that is none of a server of this kind/],
    ['eyJhbGciOiJSU0EifQ.AA.AA.AA.AA', /^line 1 is encrypted: name the file of the private key with --key\.$/],
    [`{"email":"${'x'.repeat(5 * 2 ** 20)}"}`, /^line 1 is too long\.$/],
  ]
  for (const [wrong, says] of rows.filter(([text]) => text !== '[]')) {
    const good = `good-${rows.findIndex(([text]) => text === wrong)}@example.com`
    const { counts, told } = await run([wrong, '', line({ email: good })])
    t.match(counts, { added: 1, wrong: 1 }, wrong.slice(0, 80))
    t.equal(told.length, 1)
    t.match(told[0], says, wrong.slice(0, 80))
  }
})

t.test('who is imported has what the file says, and is nobody whose address is proven', async (t) => {
  const { db, run } = await setUp(t)
  const claims = { given_name: 'Ada', birthdate: '1815-12-10', website: 'no website', address: { locality: 'London' } }
  const person = { email: 'grace@example.com', email_verified: true, name: 'Ada Lovelace', language: 'de-AT', claims }
  const { told } = await run([line(person), line({ ...person, email: 'off@example.com', suspended: true })])
  t.match(told, [/^line 1 is imported without birthdate, website, which nobody could type here\.$/, /^line 2 /])
  const stored = (key: string) =>
    db
      .selectFrom('email_addresses as email')
      .innerJoin('people as person', 'person.id', 'email.person_id')
      .where('email.key', '=', key)
      .select(['name', 'language', 'status', 'kind', 'standard_claims as claims', 'proof', 'is_primary', 'address'])
      .executeTakeFirstOrThrow()
  t.strictSame(await stored('grace@example.com'), {
    ...{ name: 'Ada Lovelace', language: 'de', status: 'active', kind: 'member', proof: 'imported', is_primary: true },
    ...{ address: 'grace@example.com', claims: { given_name: 'Ada', address: { locality: 'London' } } },
  })
  t.match(await stored('off@example.com'), { status: 'suspended' })
  await run([line({ ...person, email: 'trusted@example.com' }), line({ email: 'unsure@example.com' })], {
    trustVerified: true,
  })
  t.match(await stored('trusted@example.com'), { proof: 'verified' })
  t.match(await stored('unsure@example.com'), { proof: 'imported' })
})

t.test('an id of another server of ours is kept; one that is, or was, somebody’s is not given again', async (t) => {
  const { db, run } = await setUp(t)
  const id = `usr_${'A'.repeat(22)}`
  const gone = `usr_${'B'.repeat(22)}`
  await db.insertInto('people').values({ id: gone, name: null }).execute()
  await db.deleteFrom('people').where('id', '=', gone).execute()
  const { counts, told } = await run([
    line({ email: 'grace@example.com', id }),
    line({ email: 'bob@example.com', id }),
    line({ email: 'eve@example.com', id: gone }),
  ])
  t.match(counts, { added: 1, wrong: 2 })
  t.match(told.toSorted(), [
    /^line 2 has an id that stands in the file before/,
    /^line 3 has the id of another account/,
  ])
  t.match((await run(line({ email: 'grace@example.com', id }))).counts, { added: 0, there: 1, wrong: 0 })
  t.match((await run(line({ email: 'bob@example.com', id }))).counts, { added: 0, there: 0, wrong: 1 })
})

t.test('the audit log says who was imported, and how many by a run', async (t) => {
  const { db, run } = await setUp(t)
  await run([line({ email: 'grace@example.com' }), line({ email: USER.email }), '{'], { source: 'plain' })
  const events = await db
    .selectFrom('audit_events')
    .where('outcome', '=', 'imported')
    .selectAll()
    .orderBy('seq')
    .execute()
  t.match(events, [
    { type: 'account', by_command: true, person: /^[\w-]{36}$/, change: null },
    {
      type: 'people',
      by_command: true,
      person: null,
      change: { after: ['source plain', 'imported 1', 'there 1', 'wrong 1'] },
    },
  ])
})

t.test('a file that is not in UTF-8 is said to be so', async (t) => {
  const { db, config } = await setUp(t)
  async function* latin() {
    yield Buffer.from('{"email":"grace@example.com","name":"J\u00fcrgen"}\n', 'latin1')
  }
  const settings: ImportSettings = {
    ...{
      source: 'plain',
      passwordPepper: config.passwordPepper,
      keyEncryptionKeys: config.keyEncryptionKeys,
      rules: NOTHING_COMES_ALONG,
      trustVerified: false,
      dryRun: false,
    },
    ...{ firebase: undefined, opener: openerFor(undefined), tell: () => {} },
  }
  await t.rejects(importPeople(db, textOf(latin()), settings), { message: /not in UTF-8/ })
})
