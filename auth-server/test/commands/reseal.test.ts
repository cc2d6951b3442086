// npm run reseal: whatever is sealed anywhere in the database opens with the new key alone afterwards, and what nobody can open is said.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import t from 'tap'
import { randomId, randomSecret } from '../../src/crypto/random.ts'
import { seal, unseal } from '../../src/crypto/seal.ts'
import type { KnownSecrets } from '../../src/crypto/secrets.ts'
import { keepImported } from '../../src/identity/password.ts'
import { findRecoveryCode } from '../../src/identity/second-factors/prove.ts'
import { hashRecoveryCode } from '../../src/identity/second-factors/recovery-codes.ts'
import type { Db } from '../../src/store/database.ts'
import { listSealed, replaceSealed, SEALED_COLUMNS, type SealedColumn } from '../../src/store/queries/sealed.ts'
import { newPerson } from '../support/administrator.ts'
import { testServer } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

const OLD = randomSecret()
const NEW = randomSecret()

async function reseal(databaseUrl: string, env: Readonly<Record<string, string>>) {
  const file = fileURLToPath(new URL('../../src/commands/reseal.ts', import.meta.url))
  const options = { env: { ...SURROUNDINGS, DATABASE_URL: databaseUrl, KEY_ENCRYPTION_KEY: NEW, ...env } }
  return promisify(execFile)(process.execPath, [file], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
  )
}

/** What a row needs beside its sealed value, where its table checks more than types. */
const ALSO: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  authenticators: { kind: 'totp' },
  outbox: { kind: 'provider-revocation' },
  provider_trials: { returned_at: '2026-01-01' },
}

/** Writes a row with something sealed, and nothing true in it: no other table is asked. */
async function insertSealed(db: Db, { table, key, column, write }: SealedColumn, id: string, sealed: string) {
  const { rows } = await sql<{ name: string; type: string }>`
    select column_name as name, data_type as type from information_schema.columns
    where table_name = ${table} and table_schema = 'public' and is_nullable = 'NO' and column_default is null`.execute(
    db,
  )
  const dummies = Object.fromEntries(
    rows.map(({ name, type }) => [
      name,
      type.startsWith('timestamp')
        ? '2099-01-01'
        : type === 'ARRAY'
          ? '{}'
          : type === 'jsonb'
            ? '{}'
            : type.includes('int')
              ? '1'
              : type === 'boolean'
                ? 'false'
                : id,
    ]),
  )
  const values = { ...dummies, ...Object.fromEntries(key.map((name) => [name, id])), ...ALSO[table] }
  const entries = Object.entries(values).filter(([name]) => name !== column)
  const value =
    table === 'outbox'
      ? sql`jsonb_build_object('sealed', ${sealed}::text)`
      : write
        ? write(sql`${sealed}::text`)
        : sql`${sealed}`
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    await sql`insert into ${sql.table(table)} (${sql.join([...entries.map(([name]) => sql.ref(name)), sql.ref(column)])})
              values (${sql.join([...entries.map(([, text]) => sql`${text}`), value])})`.execute(trx)
  })
}

async function openAll(db: Db, column: SealedColumn, keys: KnownSecrets, about: (id: string) => string | undefined) {
  const values = await listSealed(db, column, { after: undefined, most: 10_000 })
  return Promise.all(
    values.map(async ({ key, sealed }) => Buffer.from(await unseal(sealed, keys, about(key[0] ?? ''))).toString()),
  )
}

t.test(
  'every column: what was sealed with the old key opens with the new one alone, about the same, in any number',
  async (t) => {
    const { db, config } = await testServer(t, { KEY_ENCRYPTION_KEY: OLD })
    for (const column of SEALED_COLUMNS.filter(({ table }) => table !== 'signing_keys')) {
      const many = column.table === 'identities' ? 210 : 2
      for (let number = 0; number < many; number++) {
        const id = column.table === 'authenticators' ? randomId('authenticator') : `row-${number}`
        await insertSealed(db, column, id, await seal(Buffer.from('a secret'), [OLD], `about ${id}`))
      }
    }
    const first = await reseal(config.databaseUrl, { KEY_ENCRYPTION_KEY_PREVIOUS: OLD })
    t.match(first, { code: 0, stdout: /identities: 210 sealed anew, 0 were already, 0 cannot be read\n/ })
    t.match(
      first.stdout,
      /In all 227 sealed anew; 0 were already\.\nNothing needs KEY_ENCRYPTION_KEY_PREVIOUS any more/,
    )
    for (const column of SEALED_COLUMNS.filter(({ table }) => table !== 'signing_keys')) {
      const texts = await openAll(db, column, [NEW], (id) => `about ${id}`)
      t.ok(texts.length > 0 && texts.every((text) => text === 'a secret'), column.table)
    }
    const second = await reseal(config.databaseUrl, { KEY_ENCRYPTION_KEY_PREVIOUS: OLD })
    t.match(second, { code: 0, stdout: /In all 0 sealed anew; 227 were already\./ }, 'once more changes nothing')
  },
)

t.test('what nobody can open is said, and what has changed meanwhile is left as it is', async (t) => {
  const { db, config } = await testServer(t, { KEY_ENCRYPTION_KEY: OLD })
  const identities = SEALED_COLUMNS.find(({ table }) => table === 'identities')
  if (!identities) throw new Error('no such column')
  await insertSealed(db, identities, 'lost', await seal(Buffer.from('a secret'), [randomSecret()]))
  t.match(await reseal(config.databaseUrl, { KEY_ENCRYPTION_KEY_PREVIOUS: OLD }), {
    code: 1,
    stdout: /identities: 0 sealed anew, 0 were already, 1 cannot be read/,
    stderr: /^1 were sealed with neither key\. /,
  })
  const [value] = await listSealed(db, identities, { after: undefined, most: 1 })
  if (!value) throw new Error('no such row')
  t.equal(await replaceSealed(db, identities, [{ ...value, sealed: 'read before that', anew: 'stale' }]), 0)
})

t.test('recovery codes from before they had keys of their own go on, whichever key came first', async (t) => {
  for (const [now, previous] of [
    [NEW, OLD],
    [OLD, NEW],
  ] as const) {
    const server = await testServer(t, { KEY_ENCRYPTION_KEY: OLD })
    const { db, config } = server
    const personId = await newPerson(server, 'grace@example.com')
    const credential = hashRecoveryCode(OLD, personId, 'bcdfghjkmnpq')
    await db
      .insertInto('authenticators')
      .values({
        id: randomId('authenticator'),
        person_id: personId,
        kind: 'recovery_code',
        credential,
        confirmed_at: new Date(0),
      })
      .execute()
    const guess = { personId, code: 'bcdf-ghjk-mnpq' }
    const isTaken = async (keys: KnownSecrets) =>
      db.transaction().execute(async (trx) => {
        const use = await findRecoveryCode(db, keys, guess)
        return use?.(trx)
      })
    t.equal(await isTaken([NEW]), false, 'the new key alone knows nothing of it')
    const undone = await db.startTransaction().execute()
    const use = await findRecoveryCode(undone, [now, previous], guess)
    t.equal(await use?.(undone), true, 'before anything is sealed, too')
    await undone.rollback().execute()
    t.match(await reseal(config.databaseUrl, { KEY_ENCRYPTION_KEY: now, KEY_ENCRYPTION_KEY_PREVIOUS: previous }), {
      code: 0,
    })
    t.equal(await isTaken([now]), true)
    t.equal(await isTaken([now]), false, 'once')
  }
})

t.test('imported passwords are sealed with the new pepper, and those of our own are counted', async (t) => {
  const server = await testServer(t, { PASSWORD_PEPPER: OLD })
  const { db, config } = server
  const personId = await newPerson(server, 'grace@example.com')
  const hash = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'
  const stored = await keepImported(OLD, { kind: 'bcrypt', hash })
  await db
    .updateTable('passwords')
    .set({ hash: stored.hash, pepper_id: stored.pepperId })
    .where('person_id', '=', personId)
    .execute()
  const peppers = { PASSWORD_PEPPER: NEW, PASSWORD_PEPPER_PREVIOUS: OLD }
  t.match(await reseal(config.databaseUrl, { KEY_ENCRYPTION_KEY: config.keyEncryptionKey, ...peppers }), {
    code: 0,
    stdout: /^Imported passwords: 1 sealed anew\.\n1 passwords have another pepper until their people sign in/,
  })
})

t.test('without anything that was replaced there is nothing to do, and wrong values are named', async (t) => {
  const { config } = await testServer(t)
  const url = config.databaseUrl
  t.match(await reseal(url, {}), {
    code: 2,
    stderr: /^Set KEY_ENCRYPTION_KEY_PREVIOUS, PASSWORD_PEPPER_PREVIOUS or both/,
  })
  t.match(await reseal(url, { KEY_ENCRYPTION_KEY_PREVIOUS: NEW }), {
    code: 2,
    stderr: /^KEY_ENCRYPTION_KEY_PREVIOUS is the same/,
  })
  t.match(await reseal(url, { KEY_ENCRYPTION_KEY_PREVIOUS: 'short' }), {
    code: 2,
    stderr: /^KEY_ENCRYPTION_KEY_PREVIOUS \(is accepted/,
  })
})

t.test('whatever seals something is known here, and where it is kept stands in SEALED_COLUMNS', (t) => {
  const src = fileURLToPath(new URL('../../src/', import.meta.url))
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const sealing = files.filter((name) => /\bseal\(/.test(readFileSync(src + name, 'utf8')))
  t.strictSame(sealing.toSorted(), [
    'crypto/imported/sealed.ts', // passwords.hash, by the pepper
    'crypto/seal.ts',
    'identity/federation/kept-subject.ts', // identities, upstream_logins, outbox; sessions.sealed_logout
    'identity/second-factors/recovery-codes.ts', // authenticators
    'identity/second-factors/totp.ts', // authenticators
    'interaction/provider-trial/result.ts', // provider_trials
    'management/idempotency.ts', // idempotency_keys
    'tokens/key-encryption.ts', // signing_keys
    'trial/trial.ts', // trials
  ])
  t.end()
})
