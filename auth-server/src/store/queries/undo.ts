// "That wasn't me": takes back a change of an account and everything that was made of it since.
import { sql } from 'kysely'
import { UNDO_SECONDS } from '../account-change.ts'
import type { Trx } from '../database.ts'
import { endSessionsWithin } from '../end-sessions.ts'
import { lockAccountOf } from '../lock-account.ts'
import { ENDING_PURPOSES } from '../mail-purpose.ts'
import { secondsFromNow } from '../sql.ts'
import { lockInvitation } from '../tables/invitations.ts'
import { takeAddressesBack, takeFactorsBack, takeIdentitiesBack } from './taken-back.ts'

/** Whose account it was, and who has to hear how to go on. */
export interface Undone {
  readonly personId: string
  readonly language: string | null
  readonly addresses: readonly Readonly<{ address: string; key: string }>[]
}

/**
 * Consumes the challenge and its change. Factors and addresses that came within the time for which changes can be
 * taken back are set aside, links to providers end: whoever made this one may have made others before it. What is older and
 * went since this change is back. All logins end by the person's next epoch, the password has to be chosen anew, by mail (where no address
 * is left it goes, and what is older than all of this signs in), a deletion that runs is off, and no other proof by mail counts any more, except such links themselves. Undefined when the link is of no use: two
 * at once, and the row of the change settles it.
 */
export async function takeBack(trx: Trx, challengeId: string): Promise<Undone | undefined> {
  await lockRemovedAddresses(trx, challengeId)
  // As all who change something of an account: who makes a change of no use to take back, is seen here.
  await lockAccountOf(trx, challengeId)
  const { rows } = await sql<{ personId: string; since: string; addedSince: string }>`
    with challenge as (
      update mail_challenges set consumed_at = auth_now()
      where id = ${challengeId} and purpose = 'undo' and consumed_at is null and expires_at > auth_now()
      returning change_id
    )
    update account_changes change set undone_at = auth_now()
    from challenge where change.id = challenge.change_id and change.undone_at is null
    returning change.person_id as "personId", change.at::text as since,
      least(change.at, ${secondsFromNow(-UNDO_SECONDS)})::text as "addedSince"`.execute(trx)
  const [change] = rows
  if (!change) return undefined
  const { personId } = change
  await sql`
    update people set auth_epoch = auth_epoch + 1, password_reset_required_at = auth_now(), updated_at = auth_now(),
      status = case status when 'leaving' then 'active' else status end, erase_after = null
    where id = ${personId}`.execute(trx)
  await takeFactorsBack(trx, change)
  await takeAddressesBack(trx, change)
  await takeIdentitiesBack(trx, change)
  await dropPasswordWithoutAddress(trx, personId)
  await sql`
    update account_changes set undone_at = auth_now()
    where person_id = ${personId} and undone_at is null
      and (at >= ${change.since}::timestamptz or kind like '%-added' and at >= ${change.addedSince}::timestamptz)`.execute(
    trx,
  )
  await sql`
    update mail_challenges set consumed_at = auth_now()
    where person_id = ${personId} and consumed_at is null and purpose = any(${[...ENDING_PURPOSES]})`.execute(trx)
  await endSessionsWithin(trx, { personId })
  const told = await sql<Omit<Undone, 'personId'>>`
    select language, (
      select coalesce(jsonb_agg(jsonb_build_object('address', address, 'key', key)), '[]') from email_addresses
      where person_id = person.id and proof is not null) as addresses
    from people person where id = ${personId}`.execute(trx)
  const [whom] = told.rows
  return whom && { personId, ...whom }
}

// As all who are about to have an address proven, before the account: somebody else may be proving one of them just now.
async function lockRemovedAddresses(trx: Trx, challengeId: string): Promise<void> {
  const { rows } = await sql<{ key: string }>`
    select distinct email.key from email_addresses email join mail_challenges challenge using (person_id)
    where challenge.id = ${challengeId} and email.removed_at is not null order by email.key`.execute(trx)
  for (const { key } of rows) await lockInvitation(trx, key)
}

// Nobody could choose another one: to wait for that would lock its owner out for good.
async function dropPasswordWithoutAddress(trx: Trx, personId: string): Promise<void> {
  await sql`
    with unreachable as (
      update people person set password_reset_required_at = null
      where id = ${personId}
        and not exists (select from email_addresses email where email.person_id = person.id and email.proof is not null)
      returning id
    )
    delete from passwords using unreachable where person_id = unreachable.id`.execute(trx)
}
