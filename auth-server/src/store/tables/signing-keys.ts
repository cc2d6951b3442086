// Rows of signing keys; the private half is encrypted before it gets here. A key's whole life follows from `signs_from`,
// and a key that has leaked has no row any more.
import type { JWK } from 'jose'
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface SigningKeys {
  kid: string
  alg: string
  public_jwk: Json<Record<string, unknown>>
  private_jwe: string
  signs_from: Defaulted<Date>
}

export const SIGNING_KEYS: TableDeclaration<SigningKeys> = {
  purpose: 'The keys that sign tokens; their private halves are encrypted.',
  lifetime: {
    kept: 'Old ID tokens come back as hints, and have to be recognised. One that has leaked is deleted at once.',
  },
  people: { nobody: 'Keys of the server.' },
}

export interface SigningKeyRow {
  readonly kid: string
  readonly alg: string
  readonly publicJwk: Record<string, unknown>
  readonly privateJwe: string
  /** Seconds until the key may sign; negative when it may. The newest key that may, does. */
  readonly signsInSeconds: number
}
export type NewSigningKey = Omit<SigningKeyRow, 'signsInSeconds'>

/** Every published key, oldest first: also those that sign later, and those replaced less than `keepSeconds` ago. */
export async function listPublishedKeys(db: Db, keepSeconds: number): Promise<SigningKeyRow[]> {
  const { rows } = await sql<SigningKeyRow>`
    select kid, alg, public_jwk as "publicJwk", private_jwe as "privateJwe",
           extract(epoch from signs_from - auth_now())::float8 as "signsInSeconds"
    from (
      select *, lead(signs_from) over (partition by alg order by signs_from, kid) as replaced_at from signing_keys
    ) key
    where replaced_at is null or replaced_at > auth_now() - make_interval(secs => ${keepSeconds})
    order by signs_from, kid`.execute(db)
  return rows
}

/** The public half of a key, also of one that has run its course; for tokens of ours that come back late. */
export async function findPublicKey(db: Db, kid: string): Promise<JWK | undefined> {
  const row = await db.selectFrom('signing_keys').where('kid', '=', kid).select('public_jwk').executeTakeFirst()
  return row?.public_jwk
}

/** The algorithms whose newest key is older than `maxAgeSeconds`, or that have none. */
export async function algorithmsDue<Algorithm extends string>(
  db: Db,
  algorithms: readonly Algorithm[],
  maxAgeSeconds: number,
): Promise<Algorithm[]> {
  const { rows } = await sql<{ alg: Algorithm }>`
    select alg from unnest(${[...algorithms]}::text[]) alg
    where not exists (select from signing_keys key where key.alg = alg.alg
                      and key.signs_from > auth_now() - make_interval(secs => ${maxAgeSeconds}))`.execute(db)
  return rows.map(({ alg }) => alg)
}

/**
 * Adds a key that signs in `leadSeconds`, and does what belongs to it (`also`) in the same transaction, unless its algorithm has one younger than `maxAgeSeconds`: of several
 * instances that rotate at once, one key stands. The first key of an algorithm signs at once. True when it was added.
 */
export async function insertSigningKey(
  db: Db,
  row: NewSigningKey,
  { leadSeconds, maxAgeSeconds }: Readonly<{ leadSeconds: number; maxAgeSeconds: number }>,
  also: (trx: Trx) => Promise<void> = async () => {},
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('signing_keys'))`.execute(trx)
    const { rows } = await sql`
      insert into signing_keys (kid, alg, public_jwk, private_jwe, signs_from)
      select ${row.kid}, ${row.alg}, ${JSON.stringify(row.publicJwk)}::jsonb, ${row.privateJwe},
             case when exists (select from signing_keys where alg = ${row.alg})
                  then ${secondsFromNow(leadSeconds)} else auth_now() end
      where not exists (select from signing_keys where alg = ${row.alg}
                        and signs_from > auth_now() - make_interval(secs => ${maxAgeSeconds}))
      returning kid`.execute(trx)
    if (rows.length === 1) await also(trx)
    return rows.length === 1
  })
}

/** Has keys that would sign later sign in `leadSeconds`. Returns their algorithms. */
export async function hastenSigningKeys<Algorithm extends string>(
  db: Db,
  algorithms: readonly Algorithm[],
  leadSeconds: number,
): Promise<Algorithm[]> {
  const { rows } = await sql<{ alg: Algorithm }>`
    update signing_keys set signs_from = ${secondsFromNow(leadSeconds)}
    where alg = any(${[...algorithms]}::text[]) and signs_from > ${secondsFromNow(leadSeconds)}
    returning alg`.execute(db)
  return [...new Set(rows.map(({ alg }) => alg))]
}

/**
 * Adds a key that signs at once, and deletes every other key of its algorithm in the same statement: those that were
 * replaced, the one that signs, and those that would have signed later. Returns the ids of the deleted ones.
 */
export async function replaceSigningKeys(
  db: Db,
  row: NewSigningKey,
  also: (trx: Trx) => Promise<void> = async () => {},
): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('signing_keys'))`.execute(trx)
    const { rows } = await sql<{ kid: string }>`
      with withdrawn as (delete from signing_keys where alg = ${row.alg} returning kid, signs_from),
      added as (
        insert into signing_keys (kid, alg, public_jwk, private_jwe, signs_from)
        values (${row.kid}, ${row.alg}, ${JSON.stringify(row.publicJwk)}::jsonb, ${row.privateJwe}, auth_now())
      )
      select kid from withdrawn order by signs_from, kid`.execute(trx)
    await also(trx)
    return rows.map(({ kid }) => kid)
  })
}
