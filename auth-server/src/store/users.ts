// Rows of people.
import { sql } from 'kysely'
import type { Db } from './database.ts'

export type UserCredentials = Readonly<{ id: string; passwordHash: string | undefined; authEpoch: number }>

/** Finds an active user by the canonical form of an e-mail address (see identity/email.ts). */
export const findUserByEmailKey = async (db: Db, emailKey: string): Promise<UserCredentials | undefined> => {
  const row = await db
    .selectFrom('users')
    .where('email_key', '=', emailKey)
    .where('status', '=', 'active')
    .select(['id', 'password_hash', 'auth_epoch'])
    .executeTakeFirst()
  return row && { id: row.id, passwordHash: row.password_hash ?? undefined, authEpoch: row.auth_epoch }
}

/** Inserts a user, or returns undefined when the address is taken. */
export const insertUser = async (
  db: Db,
  user: Readonly<{ id: string; email: string; emailKey: string; name: string | undefined; passwordHash: string }>,
): Promise<string | undefined> => {
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

/** Stores a new password and ends everything that was born under the old one: sessions, codes and families carry the epoch. */
export const replacePassword = async (db: Db, userId: string, passwordHash: string): Promise<void> => {
  await db
    .updateTable('users')
    .set({ password_hash: passwordHash, auth_epoch: sql`auth_epoch + 1` })
    .where('id', '=', userId)
    .execute()
}
