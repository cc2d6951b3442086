// Proofs of an address by mail that were asked for: in a visit, or by a person at their account.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { MAIL_PURPOSES, type ProofPurpose, type VisitPurpose } from '../mail-purpose.ts'
import { secondsFromNow } from '../sql.ts'
import { MAX_WRONG_CODES } from '../tables/mail-challenges.ts'

/** Who asks for a proof, and of which address. */
export interface AskedProof {
  readonly id: string
  readonly purpose: ProofPurpose
  readonly emailKey: string
  /** The mailbox that was typed: what whoever proves it has then, and what pages repeat. */
  readonly address: string
  readonly asker: ProofAsker
  readonly ttlSeconds: number
  /** Not beyond what one mailbox, one caller or the server may send. */
  readonly isAllowed: boolean
}

/** Who asks: somebody in a visit, or a person at their account; and the browser, by what it alone has. */
export type ProofAsker = Readonly<{ browserHash: string }> &
  (Readonly<{ requestId: string }> | Readonly<{ personId: string }>)

/**
 * Notes that a proof was asked for. What nobody can prove (a new password without an account, an account where there is
 * one, a mail too many) is noted alike, but used up from the start: so its mail is not sent, and no answer tells it apart.
 * Returns the address of the account that it leads to already, as the account has it; `isToProve` where that is the
 * asker's own, by another's word alone (`assigned`, `imported`).
 */
export async function insertProofAsked(
  db: Db,
  { asker, ...asked }: AskedProof,
): Promise<{ readonly holder: Readonly<{ address: string; isToProve: boolean }> | undefined }> {
  const { about } = MAIL_PURPOSES[asked.purpose]
  const requestId = 'requestId' in asker ? asker.requestId : null
  const askerId = 'personId' in asker ? asker.personId : null
  const { rows } = await sql<{ address: string; isToProve: boolean }>`
    with holder as (
      select person.id, person.auth_epoch, person.status, email.address,
             person.id is not distinct from ${askerId} and email.proof <> 'verified' as is_to_prove
      from email_addresses email join people person on person.id = email.person_id
      where email.key = ${asked.emailKey} and email.proof is not null
    ), about as (
      select id, auth_epoch, status from holder where ${about} = 'holder'
      union all select id, auth_epoch, status from people where ${about} = 'asker' and id = ${askerId}
    ), noted as (
      insert into mail_challenges (id, purpose, email_key, address, person_id, auth_epoch, request_id, browser_hash,
                                   expires_at, consumed_at)
      select ${asked.id}, ${asked.purpose}, ${asked.emailKey}, ${asked.address}, about.id, about.auth_epoch,
             ${requestId}, ${asker.browserHash}, ${secondsFromNow(asked.ttlSeconds)},
             case when not ${asked.isAllowed}::boolean
                    or case ${about}::text when 'holder' then about.status is distinct from 'active'
                         else exists (select from holder where not is_to_prove) end
                  then auth_now() end
      from (select) one left join about on true
    )
    select address, is_to_prove as "isToProve" from holder`.execute(db)
  return { holder: rows[0] }
}

/** What a browser waits for the mail of. */
export interface AwaitedProof<Purpose extends ProofPurpose = VisitPurpose> {
  readonly id: string
  readonly purpose: Purpose
  readonly address: string
  readonly isSpent: boolean
  readonly askedAt: Date
}

/** The last proof for one of these purposes that was asked for in a visit, or by a person at their account. */
export async function findAwaitedProof<Purpose extends ProofPurpose>(
  db: Db,
  purposes: readonly Purpose[],
  { browserHash, ...asker }: ProofAsker,
): Promise<AwaitedProof<Purpose> | undefined> {
  const isAskers =
    'requestId' in asker
      ? sql`request_id = ${asker.requestId}`
      : sql`person_id = ${asker.personId} and request_id is null`
  const { rows } = await sql<AwaitedProof<Purpose>>`
    select id, purpose, address, code_attempts >= ${MAX_WRONG_CODES} as "isSpent", created_at as "askedAt" from mail_challenges
    where ${isAskers} and browser_hash = ${browserHash} and purpose = any(${[...purposes]}) and expires_at > auth_now()
    order by created_at desc, id limit 1`.execute(db)
  return rows[0]
}
