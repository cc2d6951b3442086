// Guests who are not seen any more: their key has given no tokens for so long that it never will again.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { GUEST_DAYS } from '../tables/device-keys.ts'

const IS_UNSEEN = sql`coalesce(device.used_at, device.created_at) <= auth_now() - make_interval(days => ${GUEST_DAYS})`

/** The longest unseen first. */
export async function listUnseenGuests(db: Db, limit: number, without: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select person.id from device_keys device join people person on person.id = device.person_id
    where ${IS_UNSEEN} and person.kind = 'guest' and person.id <> all(${[...without]})
    order by coalesce(device.used_at, device.created_at) limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Whether it is one still; who has made an account meanwhile, or is part of one, is none. Nobody is while the row is held. */
export async function holdUnseenGuest(trx: Trx, personId: string): Promise<boolean> {
  const { rows } = await sql`
    select from people person join device_keys device on device.person_id = person.id
    where person.id = ${personId} and person.kind = 'guest' and person.status <> 'merged' and ${IS_UNSEEN}
    for update of person`.execute(trx)
  return rows.length > 0
}
