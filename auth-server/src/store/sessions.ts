// Browser sessions: found by the hash of their cookie, dead as soon as the user's epoch moves on.
import { sql } from 'kysely'
import type { Db } from './database.ts'

export type Session = Readonly<{
  id: string
  userId: string
  email: string
  /** How the person was authenticated (`acr`). */
  acr: string
  /** When, by the database's clock, and how long ago in seconds. */
  authTime: Date
  ageSeconds: number
}>

/** Finds the live session of a cookie's hash. */
export const findSession = async (db: Db, tokenHash: string): Promise<Session | undefined> =>
  db
    .selectFrom('sessions as session')
    .innerJoin('users as person', (join) =>
      join.onRef('person.id', '=', 'session.user_id').onRef('person.auth_epoch', '=', 'session.auth_epoch'),
    )
    .where('session.token_hash', '=', tokenHash)
    .where('person.status', '=', 'active')
    .where('session.expires_at', '>', sql<Date>`auth_now()`)
    .select([
      'session.id',
      'session.user_id as userId',
      'person.email',
      'session.acr',
      'session.auth_time as authTime',
      sql<number>`extract(epoch from auth_now() - session.auth_time)::float8`.as('ageSeconds'),
    ])
    .executeTakeFirst()
