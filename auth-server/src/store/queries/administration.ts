// What an administrator does to a person: found, put out of use and back, every login ended.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { endSessionsWithin } from '../end-sessions.ts'
import { lockAccount } from '../lock-account.ts'
import type { People } from '../tables/people.ts'

/** How somebody is looked for; null for what was not asked. */
export interface PersonSearch {
  readonly id: string | null
  /** The canonical form of an address (see identity/email.ts). */
  readonly emailKey: string | null
  /** How the name begins. */
  readonly name: string | null
}

/** Somebody who was found. */
export interface FoundPerson {
  readonly id: string
  readonly name: string | null
  /** Their primary address. */
  readonly email: string | null
  readonly kind: People['kind']['__select__']
  readonly status: People['status']['__select__']
  readonly createdAt: Date
}

/** Those whose id, proven address or name it is, at most so many. */
export async function findPeople(db: Db, search: PersonSearch, limit: number): Promise<readonly FoundPerson[]> {
  // Between these two are all names that begin so, in the order of the index.
  const end = search.name === null ? null : `${search.name}\u{10ffff}`
  const { rows } = await sql<FoundPerson>`
    with found as (
      select id from people where id = ${search.id}
      union
      select person_id from email_addresses where key = ${search.emailKey} and proof is not null
      union
      (select id from people where lower(name) ~>=~ lower(${search.name}::text) and lower(name) ~<~ lower(${end}::text)
       order by lower(name) using ~<~ limit ${limit})
    )
    select person.id, person.name, email.address as email, person.kind, person.status, person.created_at as "createdAt"
    from found join people person on person.id = found.id
    left join email_addresses email on email.person_id = person.id and email.is_primary
    order by lower(person.name), person.id limit ${limit}`.execute(db)
  return rows
}

/**
 * Puts somebody who is active, or leaving, out of use: whoever is leaving could come back by a link. Their deletion is off,
 * an administrator can begin another. A trigger ends their epoch, and gateways hear of it. False when they are not
 * active; the row settles the race.
 */
export async function suspend(trx: Trx, personId: string): Promise<boolean> {
  await lockAccount(trx, personId)
  await endSessionsWithin(trx, { personId })
  return setStatus(trx, personId, ['active', 'leaving'], 'suspended')
}

/** Takes a suspension back; what it ended stays ended. */
export function restore(trx: Trx, personId: string): Promise<boolean> {
  return setStatus(trx, personId, ['suspended'], 'active')
}

async function setStatus(
  trx: Trx,
  personId: string,
  from: readonly ('active' | 'suspended' | 'leaving')[],
  to: 'active' | 'suspended',
): Promise<boolean> {
  const { rows } = await sql`
    update people set status = ${to}, erase_after = null, updated_at = auth_now()
    where id = ${personId} and status = any(${[...from]})
    returning id`.execute(trx)
  return rows.length === 1
}

/**
 * Ends every login of somebody, by their epoch. False when there is no such person.
 * @param needsNewPassword whether the password signs them in no more, until there is another
 */
export async function endEveryLogin(
  trx: Trx,
  personId: string,
  { needsNewPassword }: Readonly<{ needsNewPassword: boolean }>,
): Promise<boolean> {
  await lockAccount(trx, personId)
  await endSessionsWithin(trx, { personId })
  const { rows } = await sql`
    update people set auth_epoch = auth_epoch + 1, updated_at = auth_now(),
      password_reset_required_at = case when ${needsNewPassword} then auth_now() else password_reset_required_at end
    where id = ${personId} returning id`.execute(trx)
  return rows.length === 1
}

/** Whether somebody can be written to; undefined when there is no such person. */
export async function hasProvenAddress(db: Db, personId: string): Promise<boolean | undefined> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (select from email_addresses where person_id = ${personId} and proof is not null) as has
    from people where id = ${personId}`.execute(db)
  return rows[0]?.has
}

/** The language of somebody's mails, as far as it is known. */
export async function findLanguage(db: Db, personId: string): Promise<string | null> {
  const row = await db.selectFrom('people').where('id', '=', personId).select('language').executeTakeFirst()
  return row?.language ?? null
}
