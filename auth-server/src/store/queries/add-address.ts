// An address for a person who is there, another one or one that was never proven: asked for at their account, theirs by the mail that went to it.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { ADDING_PURPOSES } from '../mail-purpose.ts'
import type { AddressProof } from '../tables/email-addresses.ts'
import { IS_CHALLENGE_ALIVE } from './address-proofs.ts'

/** What the link of such a mail stands for. */
export interface AddressLink {
  /** Whose account it comes to. */
  readonly personId: string
  readonly address: string
  /** The main address of the account that it comes to. */
  readonly accountAddress: string | null
  /** Theirs already, by somebody else's word. */
  readonly isOwn: boolean
}

/** While it is of use. It changes nothing. */
export async function findAddressLink(db: Db, challengeId: string): Promise<AddressLink | undefined> {
  const { rows } = await sql<AddressLink>`
    select challenge.person_id as "personId", challenge.address, (select email.address from email_addresses email
                               where email.person_id = challenge.person_id and email.is_primary) as "accountAddress",
           exists (select from email_addresses email where email.person_id = challenge.person_id
                   and email.key = challenge.email_key and email.proof is not null) as "isOwn"
    from mail_challenges challenge
    where challenge.id = ${challengeId} and challenge.purpose = any(${[...ADDING_PURPOSES]}) and ${IS_CHALLENGE_ALIVE}`.execute(
    db,
  )
  return rows[0]
}

/**
 * The address is the person's, or was and is proven now (`imported` where it had come from another system); or it is not,
 * since they have as many as there can be, or the mail is of no use any more.
 */
export type AddressAdded =
  | Readonly<{ kind: 'added'; personId: string; key: string }>
  | Readonly<{ kind: 'confirmed'; personId: string; key: string; wasImported: boolean }>
  | Readonly<{ kind: 'too many' | 'ended' }>

/**
 * Uses up the proof, and the address is the person's. Their row is locked first: of several at once each counts those
 * before it. What is set aside counts as well, for it can come back.
 */
export async function addProvenAddress(trx: Trx, challengeId: string, atMost: number): Promise<AddressAdded> {
  const { rows: people } = await sql<{ personId: string }>`
    update people person set updated_at = auth_now() from mail_challenges challenge
    where challenge.id = ${challengeId} and challenge.purpose = any(${[...ADDING_PURPOSES]})
      and person.id = challenge.person_id and ${IS_CHALLENGE_ALIVE}
    returning person.id as "personId"`.execute(trx)
  const [person] = people
  if (!person) return { kind: 'ended' }
  const { personId } = person
  const { rows: others } = await sql`
    select from email_addresses other join mail_challenges challenge on challenge.id = ${challengeId}
    where other.person_id = ${personId} and other.removed_at is null and other.key <> challenge.email_key`.execute(trx)
  if (others.length >= atMost) return { kind: 'too many' }
  // As it was before: taken away, set aside, or never proven.
  await sql`
    delete from email_addresses email using mail_challenges challenge
    where challenge.id = ${challengeId} and email.person_id = ${personId} and email.key = challenge.email_key
      and email.proof is null`.execute(trx)
  const { rows } = await sql<{ key: string; before: AddressProof | null }>`
    with proof as (
      update mail_challenges challenge set consumed_at = auth_now(), proven_at = coalesce(proven_at, auth_now())
      where id = ${challengeId} and ${IS_CHALLENGE_ALIVE}
      returning email_key, address
    ), own as (
      select email.key, email.proof from email_addresses email join proof on proof.email_key = email.key
      where email.person_id = ${personId} and email.proof is not null
    ), confirmed as (
      update email_addresses email set proof = 'verified', proven_at = auth_now() from own
      where email.person_id = ${personId} and email.key = own.key and own.proof <> 'verified'
      returning email.key, own.proof as before
    ), added as (
    insert into email_addresses (person_id, key, address, proof, proven_at, is_primary)
    select ${personId}, email_key, address, 'verified', auth_now(),
           not exists (select from email_addresses where person_id = ${personId} and is_primary)
    from proof where not exists (select from own)
    on conflict (key) where proof is not null do nothing
    returning key
    )
    select key, before from confirmed union all select key, null from added`.execute(trx)
  const [row] = rows
  if (!row) return { kind: 'ended' }
  const { key, before } = row
  return before === null
    ? { kind: 'added', personId, key }
    : { kind: 'confirmed', personId, key, wasImported: before === 'imported' }
}
