// "That wasn't me": takes back a change of an account and everything that was made of it since.
import { sql } from 'kysely'
import { UNDO_SECONDS } from '../account-change.ts'
import type { Trx } from '../database.ts'
import { lockAccountOf } from '../lock-account.ts'
import { ENDING_PURPOSES } from '../mail-purpose.ts'
import { secondsFromNow } from '../sql.ts'
import { endSessionsWithin } from '../tables/sessions.ts'

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

/** Since when what went comes back, and since when what came is set aside. */
interface Reach {
  readonly personId: string
  readonly since: string
  readonly addedSince: string
}

// What came and went since stays aside. Recovery codes that came go: new ones are made in a moment.
async function takeFactorsBack(trx: Trx, { personId, since, addedSince }: Reach): Promise<void> {
  await sql`
    update authenticators set
      suspended_at = case when coalesce(confirmed_at, created_at) >= ${addedSince}::timestamptz
        then coalesce(suspended_at, auth_now()) end,
      removed_at = case when coalesce(confirmed_at, created_at) >= ${addedSince}::timestamptz
        then case kind when 'recovery_code' then auth_now() else removed_at end end
    where person_id = ${personId}
      and (coalesce(confirmed_at, created_at) >= ${addedSince}::timestamptz or removed_at >= ${since}::timestamptz)`.execute(
    trx,
  )
}

async function takeAddressesBack(trx: Trx, { personId, since, addedSince }: Reach): Promise<void> {
  const changes = sql`account_changes change where change.person_id = email.person_id and change.at >= ${since}::timestamptz`
  const isAdded = sql`exists (select from account_changes added where added.person_id = email.person_id
    and added.kind = 'address-added' and added.subject = email.key and added.at >= ${addedSince}::timestamptz)`
  // From before this change the oldest of those that stand always stays: somebody has to hear how to go on.
  const isOlder = sql`other.person_id = email.person_id and other.proof is not null and other.created_at < email.created_at`
  const isNew = sql`(email.created_at >= ${since}::timestamptz
    or exists (select from ${changes} and change.kind = 'address-added' and change.subject = email.key)
    or (${isAdded} and exists (select from email_addresses other where ${isOlder})))`
  await sql`
    update email_addresses email
    set proof = null, proof_before = proof, proven_at = null, is_primary = false, suspended_at = auth_now()
    where person_id = ${personId} and proof is not null and ${isNew}`.execute(trx)
  // One that somebody else has proven meanwhile is theirs; and while an older one stands, one that was taken away stays so:
  // its owner may have had reason to, and whoever reads it now would have the account. What proof it had stands in the
  // change that removed it.
  await sql`
    update email_addresses email
    set removed_at = null, proven_at = auth_now(), proof = coalesce((
      select change.details->>'proof' from ${changes} and change.kind = 'address-removed' and change.subject = email.key
      order by change.at limit 1), 'assigned')
    where person_id = ${personId} and removed_at >= ${since}::timestamptz and suspended_at is null and not ${isNew}
      and not exists (select from email_addresses other where other.key = email.key and other.proof is not null)
      and not exists (select from email_addresses other where ${isOlder})`.execute(trx)
  await sql`
    with wanted as (
      select email.key from email_addresses email
      where email.person_id = ${personId} and email.proof is not null
      order by email.key = (select change.details->>'before' from ${changes} and change.kind = 'address-made-primary'
                            order by change.at limit 1) desc nulls last,
               email.is_primary desc, email.created_at limit 1
    )
    update email_addresses email set is_primary = false
    where person_id = ${personId} and is_primary and key <> (select key from wanted)`.execute(trx)
  await sql`
    update email_addresses email set is_primary = true
    where person_id = ${personId} and key = (
      select email.key from email_addresses email
      where email.person_id = ${personId} and email.proof is not null
      order by email.key = (select change.details->>'before' from ${changes} and change.kind = 'address-made-primary'
                            order by change.at limit 1) desc nulls last,
               email.is_primary desc, email.created_at limit 1)`.execute(trx)
}

// What was linked so lately may be of whoever is at work here, also where it was taken away again since: it ends, and is free
// for whoever it belongs to. An owner who had just linked theirs links it again, by signing in there.
async function takeIdentitiesBack(trx: Trx, { personId, since, addedSince }: Reach): Promise<void> {
  await sql`
    delete from identities using people person
    where person.id = ${personId} and identities.person_id = person.id
      and identities.created_at >= ${addedSince}::timestamptz and identities.created_at > person.created_at`.execute(
    trx,
  )
  await sql`
    update identities set removed_at = null
    where person_id = ${personId} and removed_at >= ${since}::timestamptz`.execute(trx)
}
