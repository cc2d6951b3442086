// A forgotten password: whoever has just proven the account's address gives it another one, and all that was before ends.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import { replacePassword, type StoredPassword } from '../tables/passwords.ts'
import { consumeProof, type ProvenAddress } from './address-proofs.ts'

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
 * person's row is locked in the epoch that the proof was made in, and the first moves it on.
 */
export async function resetPassword(
  trx: Trx,
  proof: ProvenAddress,
  password: StoredPassword,
): Promise<ResetPerson | undefined> {
  const { rows } = await sql<ResetPerson>`
    with person as (
      select person.id, person.language from people person join mail_challenges challenge
        on challenge.person_id = person.id and challenge.auth_epoch = person.auth_epoch
      where challenge.id = ${proof.id} and person.status = 'active'
      for update of person
    ), ${consumeProof(proof, 'reset')}, verified as (
      update email_addresses email set proof = 'verified', proven_at = auth_now()
      from proof, person where email.person_id = person.id and email.key = proof.email_key and email.proof is not null
      returning email.person_id
    )
    select person.id as "personId", proof.auth_epoch + 1 as "authEpoch", proof.address, proof.email_key as "emailKey",
           person.language
    from person, proof, verified`.execute(trx)
  const [person] = rows
  if (person) await replacePassword(trx, person.personId, password)
  return person
}
