// Every column that holds something sealed with KEY_ENCRYPTION_KEY, read and replaced in portions.
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Database } from '../tables/index.ts'

/** Where sealed values stand; what they are about is in themselves. */
export interface SealedColumn {
  readonly table: keyof Database
  /** The columns of the primary key, all of them text. */
  readonly key: readonly [string, ...string[]]
  readonly column: string
  /** How it is read as text, and written; as it is unless told. */
  readonly read?: RawBuilder<string | null>
  readonly write?: (text: RawBuilder<string>) => RawBuilder<unknown>
  /** Where the column holds other things as well. */
  readonly where?: RawBuilder<boolean>
}

/** A new column of that kind is a row here; test/commands/reseal.test.ts finds one that is missing. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'signing_keys', key: ['kid'], column: 'private_jwe' },
  {
    table: 'authenticators',
    key: ['id'],
    column: 'key',
    read: sql`convert_from(key, 'UTF8')`,
    write: (text) => sql`convert_to(${text}, 'UTF8')`,
    where: sql`kind in ('totp', 'recovery_code') and key is not null`,
  },
  { table: 'identities', key: ['issuer', 'subject'], column: 'sealed_token' },
  { table: 'sessions', key: ['id'], column: 'sealed_logout' },
  { table: 'upstream_logins', key: ['request_id', 'provider'], column: 'sealed_token' },
  {
    table: 'outbox',
    key: ['id'],
    column: 'payload',
    read: sql`payload->>'sealed'`,
    write: (text) => sql`jsonb_set(payload, '{sealed}', to_jsonb(${text}))`,
    where: sql`payload ? 'sealed'`,
  },
  { table: 'trials', key: ['id'], column: 'sealed' },
  { table: 'provider_trials', key: ['person_id', 'provider'], column: 'sealed' },
  { table: 'idempotency_keys', key: ['actor', 'key'], column: 'answer' },
]

/** One value, and where it stands. */
export interface SealedValue {
  readonly key: readonly string[]
  readonly sealed: string
}

/** The next values behind `after`, in the order of their keys. */
export async function listSealed(
  db: Db,
  { table, key, column, read, where }: SealedColumn,
  { after, most }: Readonly<{ after: readonly string[] | undefined; most: number }>,
): Promise<readonly SealedValue[]> {
  const keys = sql.join(key.map((name) => sql.ref(name)))
  const value = read ?? sql.ref(column)
  const { rows } = await sql<SealedValue>`
    select array[${keys}]::text[] as key, ${value} as sealed from ${sql.table(table)}
    where ${value} is not null and ${where ?? sql`true`}
      and ${after === undefined ? sql`true` : sql`(${keys}) > (${sql.join(after)})`}
    order by ${keys} limit ${most}`.execute(db)
  return rows
}

/** Replaces each value that is still what it was when it was read. Returns how many were. */
export async function replaceSealed(
  db: Db,
  { table, key, column, read, write = (text) => text, where }: SealedColumn,
  values: readonly (SealedValue & Readonly<{ anew: string }>)[],
): Promise<number> {
  const names = key.map((_, index) => sql.ref(`key_${index}`))
  const lists = key.map((_, index) => sql`${values.map((value) => value.key[index])}::text[]`)
  const isIt = key.map((name, index) => sql`target.${sql.ref(name)} = given.${names[index]}`)
  const { numAffectedRows } = await sql`
    with given as (
      select * from unnest(${sql.join(lists)}, ${values.map(({ sealed }) => sealed)}::text[],
                           ${values.map(({ anew }) => anew)}::text[]) as given (${sql.join(names)}, sealed_before, sealed_anew)
    )
    update ${sql.table(table)} target set ${sql.ref(column)} = ${write(sql`given.sealed_anew`)}
    from given where ${sql.join(isIt, sql` and `)} and ${read ?? sql`target.${sql.ref(column)}`} = given.sealed_before
      and ${where ?? sql`true`}`.execute(db)
  return Number(numAffectedRows ?? 0n)
}

/** The next recovery codes behind `after` that are from before their hashes had keys of their own, in the order of their ids. */
export async function listCodesWithoutKey(
  db: Db,
  { after, most }: Readonly<{ after: string; most: number }>,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from authenticators where kind = 'recovery_code' and key is null and id > ${after}
    order by id limit ${most}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Gives each its key, unless it has one by now. */
export async function giveCodesKeys(db: Db, codes: readonly Readonly<{ id: string; sealed: Buffer }>[]): Promise<void> {
  await sql`
    update authenticators code set key = given.sealed
    from unnest(${codes.map(({ id }) => id)}::text[], ${codes.map(({ sealed }) => sealed)}::bytea[]) as given (id, sealed)
    where code.id = given.id and code.kind = 'recovery_code' and code.key is null`.execute(db)
}
