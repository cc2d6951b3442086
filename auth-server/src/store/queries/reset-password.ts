// A forgotten password: whoever has just proven the account's address gives it another one, and all that was before ends.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import { lockAccountOf } from '../lock-account.ts'
import { replacePassword, type StoredPassword } from '../tables/passwords.ts'
import { consumeProof, type ProvenAddress } from './address-proofs.ts'
import { setOthersAside } from './set-others-aside.ts'

/** Whose password it is now. */
export interface ResetPerson {
  readonly personId: string
  readonly authEpoch: number
  readonly address: string
  readonly emailKey: string
  readonly language: string | null
}

/**
 * Uses up the proof and sets the password; undefined when the proof is of no use any more. Of two at once one wins: the
 * person's row is locked in the epoch that the proof was made in, and the first moves it on. Of an account whose address
 * was imported and never proven, somebody else may have had the password until now: whatever else signs in is set aside.
 */
export async function resetPassword(
  trx: Trx,
  proof: ProvenAddress,
  password: StoredPassword,
): Promise<ResetPerson | undefined> {
  await lockAccountOf(trx, proof.id)
  const { rows } = await sql<ResetPerson & Readonly<{ wasImported: boolean }>>`
    with person as (
      select person.id, person.language from people person join mail_challenges challenge
        on challenge.person_id = person.id and challenge.auth_epoch = person.auth_epoch
      where challenge.id = ${proof.id} and person.status = 'active'
    ), ${consumeProof(proof, 'reset')}, verified as (
      update email_addresses email set proof = 'verified', proven_at = auth_now()
      from proof, person where email.person_id = person.id and email.key = proof.email_key and email.proof is not null
      returning email.person_id
    )
    select person.id as "personId", proof.auth_epoch + 1 as "authEpoch", proof.address, proof.email_key as "emailKey",
           person.language, exists (
             select from email_addresses before
             where before.person_id = person.id and before.key = proof.email_key and before.proof = 'imported'
           ) as "wasImported"
    from person, proof, verified`.execute(trx)
  const [row] = rows
  if (!row) return undefined
  const { wasImported, ...person } = row
  if (wasImported) await setOthersAside(trx, person)
  await replacePassword(trx, person.personId, password)
  return person
}
