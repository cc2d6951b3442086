// Rows of people, and the account that an address leads to.
import { type ColumnType, type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import type { StandardClaims } from '../standard-claims.ts'
import type { StoredPassword } from './passwords.ts'

export interface People {
  id: string
  /** A `guest` has no account: an app knows them by the key of a device alone. */
  kind: Defaulted<'member' | 'guest'>
  name: string | null
  /** Whatever was born under an earlier one has ended. */
  auth_epoch: Defaulted<number>
  /**
   * Who is `leaving` is erased after `erase_after`, and can change their mind until then. A guest who is `merged` is part of
   * an account for good.
   */
  status: Defaulted<'active' | 'suspended' | 'leaving' | 'merged'>
  created_at: Defaulted<Date>
  updated_at: Defaulted<Date>
  /** How the audit log names the person. */
  pseudonym: Defaulted<string>
  /** Of mails; null while nobody knows. */
  language: string | null
  /** The password signs nobody in until there is a new one. */
  password_reset_required_at: Date | null
  erase_after: Date | null
  /** When the person last did not want a passkey. */
  passkey_declined_at: Date | null
  /** When the person was last taken out of a group. */
  groups_lost_at: Date | null
  /** The account that the guest is part of. */
  merged_into: string | null
  /** What the person says of themselves beside the name. */
  standard_claims: ColumnType<StandardClaims, string | undefined, string>
}

export const PEOPLE: TableDeclaration<People> = {
  purpose: 'The people who use apps, with an account or as guests.',
  lifetime: { kept: 'Until the person is erased; a guest who is part of an account, until that is.' },
  people: {
    exported: {
      rows: 'id',
      columns: {
        id: 'exported',
        kind: 'exported',
        name: 'exported',
        auth_epoch: 'internal',
        status: 'exported',
        created_at: 'exported',
        updated_at: 'exported',
        pseudonym: 'internal',
        language: 'exported',
        password_reset_required_at: 'exported',
        erase_after: 'exported',
        passkey_declined_at: 'exported',
        groups_lost_at: 'internal',
        merged_into: 'exported',
        standard_claims: 'exported',
      },
    },
    erased: { deleted: 'id' },
  },
}

/** A person as a password login needs them; without a password, if they have none. */
export interface PasswordHolder {
  readonly id: string
  readonly password: StoredPassword | undefined
  readonly authEpoch: number
  /** It signs nobody in until there is a new one. */
  readonly needsNewPassword: boolean
  /** They have asked to be erased, and sign in no more. */
  readonly isLeaving: boolean
}

/**
 * Finds a person by the canonical form of an address that is proven to be theirs (see identity/email.ts): an active one, or
 * one who is leaving.
 */
export async function findPersonByEmail(db: Db, emailKey: string): Promise<PasswordHolder | undefined> {
  const row = await db
    .selectFrom('email_addresses as email')
    .innerJoin('people as person', 'person.id', 'email.person_id')
    .leftJoin('passwords as password', 'password.person_id', 'person.id')
    .where('email.key', '=', emailKey)
    .where('email.proof', 'is not', null)
    .where('person.status', 'in', ['active', 'leaving'])
    .select([
      'person.id',
      'person.auth_epoch as authEpoch',
      'person.status',
      'password.hash',
      'password.pepper_id as pepperId',
      sql<boolean>`person.password_reset_required_at is not null`.as('needsNewPassword'),
    ])
    .executeTakeFirst()
  if (!row) return undefined
  const { id, authEpoch, status, hash, pepperId, needsNewPassword } = row
  const password = hash === null ? undefined : { hash, pepperId }
  return { id, authEpoch, needsNewPassword, isLeaving: status === 'leaving', password }
}

/** The person of this id, or of this proven address, whatever their status. */
export async function findPersonId(
  db: Db,
  { id, emailKey }: Readonly<{ id: string; emailKey: string | undefined }>,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from people where id = ${id}
    union all select person_id from email_addresses where key = ${emailKey ?? null} and proof is not null`.execute(db)
  return rows[0]?.id
}

/** A person as the operator makes one. */
export interface NewPerson {
  readonly id: string
  readonly email: string
  readonly emailKey: string
  readonly name: string | undefined
  readonly password: StoredPassword
}

/** Inserts a person with an address and a password, or returns undefined when the address is taken. One statement. */
export async function insertPerson(db: Db, person: NewPerson): Promise<string | undefined> {
  // The address first, for its index settles the race; foreign keys are looked at when the statement is done.
  const { rows } = await sql<{ id: string }>`
    with address as (
      insert into email_addresses (person_id, key, address, proof, proven_at, is_primary)
      values (${person.id}, ${person.emailKey}, ${person.email}, 'assigned', auth_now(), true)
      on conflict (key) where proof is not null do nothing
      returning person_id
    ), password as (
      insert into passwords (person_id, hash, pepper_id)
      select person_id, ${person.password.hash}, ${person.password.pepperId} from address
    )
    insert into people (id, name) select person_id, ${person.name ?? null} from address
    returning id`.execute(db)
  return rows[0]?.id
}

/** What a person says of themselves. */
export interface Profile {
  readonly name: string | null
  readonly language: string | null
}

export async function findProfile(db: Db, personId: string): Promise<Profile & Readonly<{ claims: StandardClaims }>> {
  return db
    .selectFrom('people')
    .where('id', '=', personId)
    .select(['name', 'language', 'standard_claims as claims'])
    .executeTakeFirstOrThrow()
}

/** Of the claims that are named; undefined takes one away. Apps learn of it by `updated_at`. */
export async function changeClaims(
  db: Db,
  personId: string,
  changes: Readonly<Partial<Record<keyof StandardClaims, unknown>>>,
): Promise<void> {
  await sql`
    update people set standard_claims = (standard_claims - ${Object.keys(changes)}::text[]) || ${JSON.stringify(changes)}::jsonb,
                      updated_at = auth_now()
    where id = ${personId}`.execute(db)
}

/** Apps learn of a change by `updated_at`. */
export async function changeProfile(db: Db, personId: string, changes: Partial<Profile>): Promise<void> {
  await db
    .updateTable('people')
    .set({ ...changes, updated_at: sql<Date>`auth_now()` })
    .where('id', '=', personId)
    .execute()
}

/** A person's e-mail address, if the application was allowed to see it before: a hint must not tell it anything new. */
export async function findAddressKnownTo(
  db: Db,
  { personId, applicationId }: Readonly<{ personId: string; applicationId: string }>,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('email_addresses as email')
    .where('email.person_id', '=', personId)
    .where('email.is_primary', '=', true)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('refresh_families as family')
          .whereRef('family.person_id', '=', 'email.person_id')
          .where('family.application_id', '=', applicationId)
          .where(sql<SqlBool>`family.scopes @> '{email}'`),
      ),
    )
    .select('email.address')
    .executeTakeFirst()
  return row?.address
}
