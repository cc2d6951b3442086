// Passwords as they are stored: a hash, and which pepper is in it.
import { sql } from 'kysely'
import { type Db, inTransaction, type Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { endSessionsWithin } from '../end-sessions.ts'
import { lockAccount } from '../lock-account.ts'

export interface Passwords {
  person_id: string
  hash: string
  /** Of the pepper in it (see identity/password.ts); null for the one that was in use before there were ids. */
  pepper_id: string | null
  changed_at: Defaulted<Date>
}

export const PASSWORDS: TableDeclaration<Passwords> = {
  purpose:
    'The password of each person who has one, as a hash; the hash of another system is sealed, until its person signs in.',
  lifetime: { kept: 'Until it is replaced; goes with the person.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        hash: 'secret',
        pepper_id: 'secret',
        changed_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}

/** Passwords of other systems of which a check costs the same. */
export interface ImportedPasswords {
  /** A part of all passwords, 1 at most. */
  readonly share: number
  /** One of them. */
  readonly example: StoredPassword
}

/** Of more it is known from time to time how many there are (ANALYZE). */
const COUNTED_PASSWORDS = 10_000

/** In the order of what they cost; an index has no other rows, and mostly there is none. */
export async function countImportedPasswords(db: Db): Promise<readonly ImportedPasswords[]> {
  const { rows } = await sql<{ share: number; hash: string; pepperId: string | null }>`
    with imported as materialized (
      select split_part(hash, ':', 2) as cost, count(*) as people, min(person_id) as person_id
      from passwords where hash like 'imported:%' group by 1
    )
    select people / greatest((select reltuples from pg_class where oid = 'passwords'::regclass),
                             (select count(*) from (select from passwords limit ${COUNTED_PASSWORDS}) few),
                             (select sum(people) from imported))::float8 as share, hash, pepper_id as "pepperId"
    from imported join passwords using (person_id) order by cost`.execute(db)
  return rows.map(({ share, ...example }) => ({ share, example }))
}

/** A hash, and the id of its pepper; null for the pepper that was in use before there were ids. */
export interface StoredPassword {
  readonly hash: string
  readonly pepperId: string | null
}

/**
 * Stores a new password and ends everything that was born under the old one: codes, families and whatever else carries
 * the person's epoch by the epoch's rise, sessions by their end, of which the clients that took part are told.
 * @param keptSessionId of the browser in which its person changes it, which goes on in the new epoch
 */
export function replacePassword(
  db: Db | Trx,
  personId: string,
  { hash, pepperId }: StoredPassword,
  keptSessionId?: string,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    await lockAccount(trx, personId)
    await sql`
      with person as (
        update people set auth_epoch = auth_epoch + 1, password_reset_required_at = null, updated_at = auth_now()
        where id = ${personId} returning id, auth_epoch
      ), kept as (
        update sessions set auth_epoch = person.auth_epoch from person
        where sessions.id = ${keptSessionId ?? null} and sessions.person_id = person.id
          and sessions.auth_epoch = person.auth_epoch - 1
      )
      insert into passwords (person_id, hash, pepper_id) select id, ${hash}, ${pepperId} from person
      on conflict (person_id) do update
      set hash = excluded.hash, pepper_id = excluded.pepper_id, changed_at = auth_now()`.execute(trx)
    await endSessionsWithin(trx, { personId, ...(keptSessionId !== undefined && { except: keptSessionId }) })
  })
}

/** When a person's password was set; undefined for whoever has none. */
export async function findPasswordChange(db: Db, personId: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom('passwords')
    .where('person_id', '=', personId)
    .select('changed_at as changedAt')
    .executeTakeFirst()
  return row?.changedAt
}

/** Stores the same password in another form, unless it was replaced since `from` was read. Nothing ends by it. */
export async function rehashPassword(
  db: Db,
  personId: string,
  { from, to }: Readonly<{ from: StoredPassword; to: StoredPassword }>,
): Promise<void> {
  await db
    .updateTable('passwords')
    .set({ hash: to.hash, pepper_id: to.pepperId })
    .where('person_id', '=', personId)
    .where('hash', '=', from.hash)
    .execute()
}
