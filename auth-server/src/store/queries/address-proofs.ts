// Proving that an address is one's own, by mail: asked for in a visit, proven by code or link to one browser, used once.
import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import { secondsFromNow } from '../sql.ts'
import { MAX_WRONG_CODES } from '../tables/mail-challenges.ts'

/** The proofs that a visit can ask for. */
export type VisitPurpose = 'sign-up' | 'reset'

/** Who asks for a proof, and of which address. */
export interface AskedProof {
  readonly id: string
  readonly purpose: VisitPurpose
  readonly emailKey: string
  readonly address: string
  readonly requestId: string
  /** Of the secret in the visit's cookie. */
  readonly browserHash: string
  readonly ttlSeconds: number
  /** Not beyond what one mailbox, one caller or the server may send. */
  readonly isAllowed: boolean
}

/**
 * Notes that a proof was asked for. What nobody can prove (a new password without an account, an account where there is
 * one, a mail too many) is noted alike, but used up from the start: so its mail is not sent, and no answer tells it apart.
 * Returns whose account the address leads to already.
 */
export async function insertProofAsked(db: Db, asked: AskedProof): Promise<{ readonly isTaken: boolean }> {
  const { rows } = await sql<{ isTaken: boolean }>`
    with holder as (
      select person.id, person.auth_epoch, person.status = 'active' as stands
      from email_addresses email join people person on person.id = email.person_id
      where email.key = ${asked.emailKey} and email.proof is not null
    ), noted as (
      insert into mail_challenges (id, purpose, email_key, address, person_id, auth_epoch, request_id, browser_hash,
                                   expires_at, consumed_at)
      select ${asked.id}, ${asked.purpose}, ${asked.emailKey}, ${asked.address}, reset.id, reset.auth_epoch,
             ${asked.requestId}, ${asked.browserHash}, ${secondsFromNow(asked.ttlSeconds)},
             case when not ${asked.isAllowed}::boolean
                    or case ${asked.purpose}::text when 'reset' then reset.stands is not true else holder.id is not null end
                  then auth_now() end
      from (select) one left join holder on true left join holder reset on ${asked.purpose}::text = 'reset'
    )
    select exists (select from holder) as "isTaken"`.execute(db)
  return { isTaken: rows[0]?.isTaken ?? false }
}

/** What a browser waits for the mail of. */
export interface AwaitedProof {
  readonly id: string
  readonly purpose: VisitPurpose
  readonly address: string
  readonly isSpent: boolean
}

/** The last proof that was asked for in a visit. */
export async function findAwaitedProof(
  db: Db,
  { requestId, browserHash }: Readonly<{ requestId: string; browserHash: string }>,
): Promise<AwaitedProof | undefined> {
  const { rows } = await sql<AwaitedProof>`
    select id, purpose, address, code_attempts >= ${MAX_WRONG_CODES} as "isSpent" from mail_challenges
    where request_id = ${requestId} and browser_hash = ${browserHash} and purpose in ('sign-up', 'reset')
      and expires_at > auth_now()
    order by created_at desc, id limit 1`.execute(db)
  return rows[0]
}

/** Whether a challenge may still be proven or used. Part of a statement about `mail_challenges challenge`. */
const isAlive = sql<SqlBool>`challenge.consumed_at is null and challenge.expires_at > auth_now() and (
  challenge.person_id is null or exists (select from people person
    where person.id = challenge.person_id and person.auth_epoch = challenge.auth_epoch and person.status = 'active'))`

/**
 * Counts a code that was typed; a right one proves the address to the browser that asked. Of many at once no more are
 * looked at than there are attempts: each waits for the row.
 */
export async function tryCode(
  db: Db,
  { id, browserHash, isRight }: Readonly<{ id: string; browserHash: string; isRight: boolean }>,
): Promise<'proven' | 'wrong' | 'too many'> {
  const { rows } = await sql<{ isProven: boolean }>`
    update mail_challenges challenge set code_attempts = code_attempts + 1,
      proven_at = case when ${isRight}::boolean and ${isAlive} then auth_now() else proven_at end,
      proven_hash = case when ${isRight}::boolean and ${isAlive} then browser_hash else proven_hash end
    where id = ${id} and browser_hash = ${browserHash} and code_attempts < ${MAX_WRONG_CODES}
    returning ${isRight}::boolean and ${isAlive} as "isProven"`.execute(db)
  const [row] = rows
  return row ? (row.isProven ? 'proven' : 'wrong') : 'too many'
}

/** A challenge whose link was opened. */
export interface LinkedProof {
  readonly id: string
  readonly purpose: VisitPurpose
  readonly address: string
  readonly requestId: string | null
  readonly browserHash: string | null
  readonly provenHash: string | null
  /** The app in whose visit it was asked for. */
  readonly appName: string | null
}

/** The challenge of a link, while it is of use. */
export async function findLinkedProof(db: Db, id: string): Promise<LinkedProof | undefined> {
  const { rows } = await sql<LinkedProof>`
    select challenge.id, challenge.purpose, challenge.address, challenge.request_id as "requestId",
           challenge.browser_hash as "browserHash", challenge.proven_hash as "provenHash", application.name as "appName"
    from mail_challenges challenge
    left join authorization_requests request on request.id = challenge.request_id
    left join applications application on application.id = request.application_id
    where challenge.id = ${id} and challenge.purpose in ('sign-up', 'reset') and ${isAlive}`.execute(db)
  return rows[0]
}

/** Whoever has the link proves the address to one browser; the last one to do so goes on. False when it is of no use any more. */
export async function proveByLink(
  db: Db,
  { id, provenHash }: Readonly<{ id: string; provenHash: string }>,
): Promise<boolean> {
  const { rows } = await sql`
    update mail_challenges challenge set proven_at = auth_now(), proven_hash = ${provenHash}
    where id = ${id} and purpose in ('sign-up', 'reset') and ${isAlive} returning id`.execute(db)
  return rows.length === 1
}

/** An address that was proven to a browser, and what that is good for. */
export interface ProvenAddress {
  readonly id: string
  readonly purpose: VisitPurpose
  readonly address: string
  /** To whom: of the browser's secret. */
  readonly provenHash: string
}

/** What a browser has proven and not used yet: by the visit it was asked for in, or by its id. */
export async function findProvenAddress(
  db: Db,
  by: Readonly<{ requestId: string } | { id: string }>,
  provenHashes: readonly string[],
): Promise<ProvenAddress | undefined> {
  const which = 'id' in by ? sql`challenge.id = ${by.id}` : sql`challenge.request_id = ${by.requestId}`
  const { rows } = await sql<ProvenAddress>`
    select challenge.id, challenge.purpose, challenge.address, challenge.proven_hash as "provenHash"
    from mail_challenges challenge
    where ${which} and challenge.proven_hash = any(${[...provenHashes]}) and challenge.purpose in ('sign-up', 'reset')
      and ${isAlive}
    order by challenge.proven_at desc limit 1`.execute(db)
  return rows[0]
}

/** Uses up what a browser has proven, as a part of a statement: `proof` is its row, or none. */
export function consumeProof({ id, provenHash }: Pick<ProvenAddress, 'id' | 'provenHash'>, purpose: VisitPurpose) {
  return sql`proof as (
    update mail_challenges challenge set consumed_at = auth_now()
    where id = ${id} and purpose = ${purpose} and proven_hash = ${provenHash} and ${isAlive}
    returning challenge.person_id, challenge.auth_epoch, challenge.email_key, challenge.address
  )`
}
