// Requests of people to come to an API whose people are approved; one is no membership, and opens nothing.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface MembershipRequests {
  id: Defaulted<string>
  person_id: string
  api_id: string
  /** In the person's words. */
  reason: string | null
  created_at: Defaulted<Date>
  declined_at: Date | null
  /** In the words of whoever declined. */
  declined_because: string | null
  /** Of what waits: when nobody decides on it any more; of what was declined: when the person may ask again. */
  expires_at: Date
}

export const MEMBERSHIP_REQUESTS: TableDeclaration<MembershipRequests> = {
  purpose: 'Who has asked to come to an API whose people are approved by an administrator, and whom it was declined.',
  lifetime: {
    until: 'it is approved; else 90 days after it was made, or 7 days after it was declined',
    obsolete: sql`expires_at < auth_now()`,
    indexed: true,
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        id: 'internal',
        person_id: 'owner',
        api_id: 'exported',
        reason: 'exported',
        created_at: 'exported',
        declined_at: 'exported',
        declined_because: 'exported',
        expires_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}

/** Until when a request waits for a decision. */
const WAITS_SECONDS = 90 * 86_400
/** How long whoever was declined waits before they ask again. */
export const ASK_AGAIN_DAYS = 7

interface Key {
  readonly personId: string
  readonly apiId: string
}

/** How it stands with somebody who may not come. */
export interface AskedToCome {
  readonly createdAt: Date
  /** Null: it waits for a decision. */
  readonly declinedAt: Date | null
  readonly declinedBecause: string | null
  readonly expiresAt: Date
}

/** Undefined for whoever has not asked, or may ask again. */
export async function findAsked(db: Db, { personId, apiId }: Key): Promise<AskedToCome | undefined> {
  const { rows } = await sql<AskedToCome>`
    select created_at as "createdAt", declined_at as "declinedAt", declined_because as "declinedBecause",
           expires_at as "expiresAt"
    from membership_requests
    where person_id = ${personId} and api_id = ${apiId} and expires_at > auth_now()`.execute(db)
  return rows[0]
}

/**
 * Asks, where the API has its people approved and this one may not come yet. False where there is nothing to ask for, or
 * they have asked already: of many at once the unique index lets one through.
 */
export async function insertMembershipRequest(
  trx: Trx,
  { personId, apiId, reason }: Key & Readonly<{ reason: string | null }>,
): Promise<boolean> {
  const { rows } = await sql`
    insert into membership_requests (person_id, api_id, reason, expires_at)
    select person.id, api.id, ${reason}::text, ${secondsFromNow(WAITS_SECONDS)}
    from people person, apis api
    where person.id = ${personId} and person.status = 'active' and api.id = ${apiId}
      and api.sign_up = '"approval"' and not may_come(person.id, api.id)
    on conflict (person_id, api_id) do update
    set id = excluded.id, reason = excluded.reason, created_at = excluded.created_at, declined_at = null,
        declined_because = null, expires_at = excluded.expires_at
    where membership_requests.expires_at <= auth_now()
    returning id`.execute(trx)
  return rows.length === 1
}

/** Whether `request` waits for a decision. */
export const IS_WAITING: RawBuilder<SqlBool> = sql`request.declined_at is null and request.expires_at > auth_now()`

/** The person of a request that waits, held until the transaction ends: an erasure holds them before their requests, too. */
function heldPerson(id: string): RawBuilder<unknown> {
  return sql`
    select person.id from people person
    where person.status = 'active'
      and person.id = (select person_id from membership_requests request where id = ${id} and ${IS_WAITING})
    for key share`
}

/** Who was let in, or was not. */
export type DecidedRequest = Key

/** Makes the membership. Undefined where nothing waits (any more): of two who decide at once, the row lets one through. */
export async function approveRequest(trx: Trx, id: string): Promise<DecidedRequest | undefined> {
  const { rows } = await sql<DecidedRequest>`
    with held as materialized (${heldPerson(id)}), gone as (
      delete from membership_requests request using held
      where request.id = ${id} and request.person_id = held.id and ${IS_WAITING}
      returning request.person_id, request.api_id
    ), made as (
      insert into memberships (person_id, api_id) select person_id, api_id from gone on conflict do nothing
    )
    select person_id as "personId", api_id as "apiId" from gone`.execute(trx)
  return rows[0]
}

/** Keeps that it was declined until the person may ask again. Undefined where nothing waits (any more). */
export async function declineRequest(
  trx: Trx,
  id: string,
  because: string | null,
): Promise<DecidedRequest | undefined> {
  const { rows } = await sql<DecidedRequest>`
    with held as materialized (${heldPerson(id)})
    update membership_requests request
    set declined_at = auth_now(), declined_because = ${because},
        expires_at = ${secondsFromNow(ASK_AGAIN_DAYS * 86_400)}
    from held
    where request.id = ${id} and request.person_id = held.id and ${IS_WAITING}
    returning request.person_id as "personId", request.api_id as "apiId"`.execute(trx)
  return rows[0]
}
