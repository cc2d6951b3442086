// What "that wasn't me" does to each kind of thing that signs somebody in: what came is set aside, what went is back (see undo.ts).
import { sql } from 'kysely'
import type { Trx } from '../database.ts'

/** Since when what went comes back, and since when what came is set aside. */
export interface TakenSince {
  readonly personId: string
  readonly since: string
  readonly addedSince: string
}

// What came and went since stays aside. Recovery codes that came go: new ones are made in a moment.
export async function takeFactorsBack(trx: Trx, { personId, since, addedSince }: TakenSince): Promise<void> {
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

export async function takeAddressesBack(trx: Trx, { personId, since, addedSince }: TakenSince): Promise<void> {
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
export async function takeIdentitiesBack(trx: Trx, { personId, since, addedSince }: TakenSince): Promise<void> {
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
