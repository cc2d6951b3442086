// Leaving: a person has asked to be erased. What they use ends at once; until they are erased it can be taken back.
import { type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { endSessionsWithin } from '../end-sessions.ts'
import { lockAccount } from '../lock-account.ts'
import { secondsFromNow } from '../sql.ts'

/** An address that is the person's own. */
export interface HeldAddress {
  readonly address: string
  readonly key: string
}

/** Somebody who is leaving. */
export interface Leaving {
  readonly eraseAfter: Date
  /** The epoch that the person is in from now on. */
  readonly authEpoch: number
  /** Who may take it back: whoever reads an address that stands. One that was taken away may be somebody else's by now. */
  readonly addresses: readonly HeldAddress[]
}

/**
 * An active person leaves. Whatever was born in their epoch ends with it, and their sessions go; triggers see to that, and
 * to gateways and clients that hear of it. Undefined when there is no such person, or not any more:
 * the row settles the race.
 */
export async function leave(trx: Trx, personId: string, graceSeconds: number): Promise<Leaving | undefined> {
  await lockAccount(trx, personId)
  const { rows } = await sql<Leaving>`
    update people person
    set status = 'leaving', erase_after = ${secondsFromNow(graceSeconds)}, updated_at = auth_now()
    where id = ${personId} and status = 'active'
    returning erase_after as "eraseAfter", auth_epoch as "authEpoch", array(
      select jsonb_build_object('address', address, 'key', key) from email_addresses
      where person_id = person.id and proof is not null and suspended_at is null
      order by is_primary desc, key) as addresses`.execute(trx)
  const [leaving] = rows
  if (!leaving) return undefined
  await endSessionsWithin(trx, { personId })
  return leaving
}

/** A challenge for each address that can take it back, until the person is erased. */
export async function insertKeepChallenges(
  trx: Trx,
  personId: string,
  { eraseAfter, authEpoch }: Leaving,
  addresses: readonly Readonly<HeldAddress & { id: string }>[],
): Promise<void> {
  if (addresses.length === 0) return
  await trx
    .insertInto('mail_challenges')
    .values(
      addresses.map(({ id, address, key }) => ({
        id,
        purpose: 'keep-account' as const,
        person_id: personId,
        auth_epoch: authEpoch,
        address,
        email_key: key,
        expires_at: eraseAfter,
      })),
    )
    .execute()
}

/** Whether the link of such a challenge can still be used; it changes nothing. */
export async function canKeep(db: Db, challengeId: string): Promise<boolean> {
  const { rows } = await sql`
    select from mail_challenges challenge join people person on person.id = challenge.person_id
    where challenge.id = ${challengeId} and challenge.purpose = 'keep-account' and challenge.consumed_at is null
      and challenge.expires_at > auth_now() and person.status = 'leaving'`.execute(db)
  return rows.length === 1
}

/**
 * Consumes the challenge and takes the leaving back, in one statement. Nobody signs in before there is a new password: whoever
 * deleted the account of somebody else knows this one, and would do it again. Returns whose it was, when this call did it.
 */
export async function keepByChallenge(trx: Trx, challengeId: string): Promise<string | undefined> {
  const { rows } = await sql<{ personId: string }>`
    with used as (
      update mail_challenges set consumed_at = auth_now()
      where id = ${challengeId} and purpose = 'keep-account' and consumed_at is null and expires_at > auth_now()
      returning person_id
    )
    update people set status = 'active', erase_after = null, password_reset_required_at = auth_now(), updated_at = auth_now()
    from used where people.id = used.person_id and people.status = 'leaving'
    returning people.id as "personId"`.execute(trx)
  return rows[0]?.personId
}

/** Those whose time has come, the longest due first. */
export async function listDueForErasure(db: Db, limit: number, without: readonly string[]): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('people')
    .where('erase_after', '<=', sql<Date>`auth_now()`)
    .where(sql<SqlBool>`id <> all(${[...without]})`)
    .orderBy('erase_after')
    .limit(limit)
    .select('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Every address that a person ever wrote down here and that still stands, proven or not. */
export async function listAddressSpellings(db: Db, personId: string): Promise<readonly string[]> {
  const rows = await db.selectFrom('email_addresses').where('person_id', '=', personId).select('address').execute()
  return rows.map(({ address }) => address)
}
