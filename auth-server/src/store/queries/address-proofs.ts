// Proving that an address is one's own, by mail: by code or link, to one browser; used once.
import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import { VISIT_PURPOSES, type VisitPurpose } from '../mail-purpose.ts'
import { MAX_WRONG_CODES } from '../tables/mail-challenges.ts'

/** Whether a challenge may still be proven or used. Part of a statement about `mail_challenges challenge`. */
export const IS_CHALLENGE_ALIVE = sql<SqlBool>`challenge.consumed_at is null and challenge.expires_at > auth_now() and (
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
      proven_at = case when ${isRight}::boolean and ${IS_CHALLENGE_ALIVE} then auth_now() else proven_at end,
      proven_hash = case when ${isRight}::boolean and ${IS_CHALLENGE_ALIVE} then browser_hash else proven_hash end
    where id = ${id} and browser_hash = ${browserHash} and code_attempts < ${MAX_WRONG_CODES}
    returning ${isRight}::boolean and ${IS_CHALLENGE_ALIVE} as "isProven"`.execute(db)
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
  /** The app in whose visit it was asked for, and where that ends. */
  readonly app: Readonly<{ clientId: string; name: string; isNameVerified: boolean; redirectUri: string }> | null
}

/** The challenge of a link from a visit, while it is of use. */
export async function findLinkedProof(db: Db, id: string): Promise<LinkedProof | undefined> {
  const { rows } = await sql<LinkedProof>`
    select challenge.id, challenge.purpose, challenge.address, challenge.request_id as "requestId",
           challenge.browser_hash as "browserHash", challenge.proven_hash as "provenHash", case when application.id is not null then
             jsonb_build_object('clientId', application.client_id, 'name', application.name, 'isNameVerified', application.name_verified_at is not null,
                                'redirectUri', request.request->>'redirectUri') end as app
    from mail_challenges challenge
    left join authorization_requests request on request.id = challenge.request_id
    left join applications application on application.id = request.application_id
    where challenge.id = ${id} and challenge.purpose = any(${[...VISIT_PURPOSES]}) and ${IS_CHALLENGE_ALIVE}`.execute(
    db,
  )
  return rows[0]
}

/** Whoever has the link proves the address to one browser; the last one to do so goes on. False when it is of no use any more. */
export async function proveByLink(
  db: Db,
  { id, provenHash }: Readonly<{ id: string; provenHash: string }>,
): Promise<boolean> {
  const { rows } = await sql`
    update mail_challenges challenge set proven_at = auth_now(), proven_hash = ${provenHash}
    where id = ${id} and purpose = any(${[...VISIT_PURPOSES]}) and ${IS_CHALLENGE_ALIVE} returning id`.execute(db)
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
    where ${which} and challenge.proven_hash = any(${[...provenHashes]}) and challenge.purpose = any(${[...VISIT_PURPOSES]})
      and ${IS_CHALLENGE_ALIVE}
    order by challenge.proven_at desc limit 1`.execute(db)
  return rows[0]
}

/** Uses up what a browser has proven, as a part of a statement: `proof` is its row, or none. */
export function consumeProof({ id, provenHash }: Pick<ProvenAddress, 'id' | 'provenHash'>, purpose: VisitPurpose) {
  return sql`proof as (
    update mail_challenges challenge set consumed_at = auth_now()
    where id = ${id} and purpose = ${purpose} and proven_hash = ${provenHash} and ${IS_CHALLENGE_ALIVE}
    returning challenge.person_id, challenge.auth_epoch, challenge.email_key, challenge.address
  )`
}
