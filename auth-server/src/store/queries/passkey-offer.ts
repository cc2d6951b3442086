// Whether somebody is asked for a passkey after signing in with a password: not who has one, nor who said no lately.
import { sql } from 'kysely'
import type { Db } from '../database.ts'

/** For how long a person who does not want one is not asked again. */
const DECLINED_DAYS = 30

export async function isPasskeyOfferDue(db: Db, personId: string): Promise<boolean> {
  const { rows } = await sql`
    select from people person
    where id = ${personId}
      and (passkey_declined_at is null or passkey_declined_at < auth_now() - make_interval(days => ${DECLINED_DAYS}))
      and not exists (
        select from authenticators passkey
        where passkey.person_id = person.id and kind = 'passkey' and confirmed_at is not null and suspended_at is null)`.execute(
    db,
  )
  return rows.length > 0
}

/** The person does not want one now. */
export async function declinePasskey(db: Db, personId: string): Promise<void> {
  await db
    .updateTable('people')
    .set({ passkey_declined_at: sql<Date>`auth_now()` })
    .where('id', '=', personId)
    .execute()
}
