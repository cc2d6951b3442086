// Subscriptions as those who administer them read them: one, or a page of a list in the order of their ids.
import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { ManagedBy } from '../managed-by.ts'
import type { Subscriptions } from '../tables/subscriptions.ts'
import type { AfterKey } from './listed-people.ts'
import { isReachedSubscription, type Reach } from './reached.ts'

export interface ListedSubscription {
  readonly id: string
  readonly applicationId: string
  readonly clientId: string
  readonly clientName: string
  readonly apiId: string
  readonly apiName: string
  readonly plan: string
  readonly scopes: string[]
  readonly trusted: boolean
  readonly status: Subscriptions['status']
  readonly suspendedAt: Date | null
  /** The application of whoever asked for it. */
  readonly requestedById: string | null
  readonly requestedBy: string | null
  /** The person who asked for it, how they are called, and their address. */
  readonly requestedByPersonId: string | null
  readonly requestedByName: string | null
  readonly requestedByEmail: string | null
  readonly requestedAt: Date | null
  readonly managedBy: ManagedBy
}

const FROM = sql`
  select subscription.id, subscription.application_id as "applicationId", application.client_id as "clientId",
         application.name as "clientName", subscription.api_id as "apiId", api.name as "apiName",
         subscription.plan, subscription.scopes, subscription.trusted, subscription.status,
         subscription.suspended_at as "suspendedAt", subscription.requested_by as "requestedById",
         coalesce(asker.client_id, subscription.requested_by) as "requestedBy",
         subscription.requested_by_person as "requestedByPersonId",
         person.name as "requestedByName", email.address as "requestedByEmail",
         subscription.requested_at as "requestedAt", subscription.managed_by as "managedBy"
  from subscriptions subscription join applications application on application.id = subscription.application_id
  join apis api on api.id = subscription.api_id
  left join applications asker on asker.id = subscription.requested_by
  left join people person on person.id = subscription.requested_by_person
  left join email_addresses email on email.person_id = person.id and email.is_primary`

/** What the list is narrowed to; undefined: not by this. */
export interface SubscriptionFilter {
  readonly clientId: string | undefined
  readonly apiId: string | undefined
  readonly status: Subscriptions['status'] | undefined
}

export async function listSubscriptions(
  db: Db,
  { clientId, apiId, status }: SubscriptionFilter,
  { after, limit }: AfterKey,
  reach: Reach,
): Promise<readonly ListedSubscription[]> {
  const { rows } = await sql<ListedSubscription>`
    ${FROM}
    where (${after ?? null}::text is null or subscription.id > ${after ?? null})
      and (${clientId ?? null}::text is null or application.client_id = ${clientId ?? null})
      and (${apiId ?? null}::text is null or subscription.api_id = ${apiId ?? null})
      and (${status ?? null}::text is null or subscription.status = ${status ?? null})
      and ${isReachedSubscription(reach)}
    order by subscription.id limit ${limit}`.execute(db)
  return rows
}

/** One subscription; undefined where none of this id is reached. */
export function readSubscription(db: Db, id: string, reach: Reach): Promise<ListedSubscription | undefined> {
  return readOne(db, id, reach, sql``)
}

/** The same, for whoever is about to change it: others who are, wait, and see what became of it. */
export async function lockListedSubscription(
  trx: Trx,
  id: string,
  reach: Reach,
): Promise<ListedSubscription | undefined> {
  // Before the row, as whoever suspends (a trigger does): none waits for another in a circle.
  await sql`select pg_advisory_xact_lock_shared(hashtext('suspensions'))`.execute(trx)
  return readOne(trx, id, reach, sql`for update of subscription`)
}

async function readOne(
  db: Db,
  id: string,
  reach: Reach,
  lock: RawBuilder<unknown>,
): Promise<ListedSubscription | undefined> {
  const { rows } = await sql<ListedSubscription>`
    ${FROM} where subscription.id = ${id} and ${isReachedSubscription(reach)} ${lock}`.execute(db)
  return rows[0]
}

/** Whether an application is subscribed to one of these APIs, or asked to be. */
export async function hasSubscriptionTo(db: Db, applicationId: string, apiIds: readonly string[]): Promise<boolean> {
  const { rows } = await sql`
    select from subscriptions where application_id = ${applicationId} and api_id = any(${[...apiIds]}) limit 1`.execute(
    db,
  )
  return rows.length > 0
}
