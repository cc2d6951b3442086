// Rows of people.
import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { endSessionsWithin } from './sessions.ts'

export interface Users {
  id: string
  email: string
  email_key: string
  name: string | null
  password_hash: string | null
  auth_epoch: Defaulted<number>
  status: Defaulted<'active' | 'suspended'>
  email_verified: Defaulted<boolean>
  created_at: Defaulted<Date>
  updated_at: Defaulted<Date>
}

export const USERS = {
  purpose: 'The people who can sign in.',
  lifetime: { kept: 'Until the person is erased.' },
  people: {
    exported: {
      rows: 'id',
      columns: ['id', 'email', 'email_verified', 'name', 'status', 'created_at', 'updated_at'],
    },
    erased: { deleted: 'id' },
  },
} satisfies TableDeclaration<Users>

export interface UserCredentials {
  readonly id: string
  readonly passwordHash: string | undefined
  readonly authEpoch: number
}

/** Finds an active user by the canonical form of an e-mail address (see identity/email.ts). */
export async function findUserByEmailKey(db: Db, emailKey: string): Promise<UserCredentials | undefined> {
  const row = await db
    .selectFrom('users')
    .where('email_key', '=', emailKey)
    .where('status', '=', 'active')
    .select(['id', 'password_hash', 'auth_epoch'])
    .executeTakeFirst()
  return row && { id: row.id, passwordHash: row.password_hash ?? undefined, authEpoch: row.auth_epoch }
}

/** Inserts a user, or returns undefined when the address is taken. */
export async function insertUser(
  db: Db,
  user: Readonly<{ id: string; email: string; emailKey: string; name: string | undefined; passwordHash: string }>,
): Promise<string | undefined> {
  const row = await db
    .insertInto('users')
    .values({
      id: user.id,
      email: user.email,
      email_key: user.emailKey,
      name: user.name ?? null,
      password_hash: user.passwordHash,
    })
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/**
 * Stores a new password and ends everything that was born under the old one: codes, families and whatever else carries
 * the person's epoch by the epoch's rise, sessions by their end, of which the clients that took part are told.
 */
export function replacePassword(db: Db, userId: string, passwordHash: string): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await trx
      .updateTable('users')
      .set({ password_hash: passwordHash, auth_epoch: sql`auth_epoch + 1`, updated_at: sql<Date>`auth_now()` })
      .where('id', '=', userId)
      .execute()
    await endSessionsWithin(trx, { userId })
  })
}

/** A person's e-mail address, if the application was allowed to see it before: a hint must not tell it anything new. */
export async function findAddressKnownTo(
  db: Db,
  { userId, applicationId }: Readonly<{ userId: string; applicationId: string }>,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('users as person')
    .where('person.id', '=', userId)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('refresh_families as family')
          .whereRef('family.user_id', '=', 'person.id')
          .where('family.application_id', '=', applicationId)
          .where(sql<SqlBool>`family.scopes @> '{email}'`),
      ),
    )
    .select('person.email')
    .executeTakeFirst()
  return row?.email
}
