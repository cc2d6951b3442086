// Rows of subscriptions: what an application may do with an API.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import type { ManagedBy } from '../managed-by.ts'
import { REVOCATIONS_API } from './apis.ts'

export interface Subscriptions {
  id: string
  application_id: string
  api_id: string
  plan: string
  trusted: Defaulted<boolean>
  scopes: string[]
  /** `suspended` is an approved one while it, its application or its API is suspended: the database sees to that. */
  status: 'pending' | 'approved' | 'suspended'
  /** By itself, whatever becomes of its application and its API. */
  suspended_at: Date | null
  managed_by: Defaulted<ManagedBy>
  /** The application of the machine client that asked for it; null for others. */
  requested_by: string | null
  /** The person who asked for it; nobody decides on what they asked for. */
  requested_by_person: string | null
  requested_at: Date | null
}

/** What became of a row. */
export type Upserted = 'created' | 'changed' | 'unchanged'

// A query within a statement sees the rows as they were before it.
const CHANGE = sql<Upserted>`coalesce((
  select case when before is distinct from subscriptions then 'changed' else 'unchanged' end
  from subscriptions before where before.id = subscriptions.id), 'created')`

export const SUBSCRIPTIONS: TableDeclaration<Subscriptions> = {
  purpose: 'Which application may use which API, with which scopes and on which plan.',
  lifetime: { kept: 'Part of the catalogue; goes with its application.' },
  people: {
    exported: {
      rows: 'requested_by_person',
      columns: {
        id: 'internal',
        application_id: 'exported',
        api_id: 'exported',
        plan: 'exported',
        trusted: 'internal',
        scopes: 'exported',
        status: 'exported',
        suspended_at: 'internal',
        managed_by: 'internal',
        requested_by: 'internal',
        requested_by_person: 'owner',
        requested_at: 'exported',
      },
    },
    erased: {
      rows: 'requested_by_person',
      anonymous: { requested_by_person: null },
      because: 'A subscription is its application’s, whoever asked for it.',
    },
  },
}

/**
 * Approves a subscription under this id, or changes the one that the application has, which is approved then. `elsewhere`,
 * and nothing is done, where somebody else manages it.
 */
export async function upsertSubscription(
  db: Db | Trx,
  row: Readonly<{
    id: string
    applicationId: string
    apiId: string
    plan: string
    scopes: readonly string[]
    trusted: boolean
    managedBy: ManagedBy
  }>,
): Promise<Upserted | 'elsewhere'> {
  const values = { plan: row.plan, trusted: row.trusted, scopes: [...row.scopes], status: 'approved' as const }
  const done = await db
    .insertInto('subscriptions')
    .values({ id: row.id, application_id: row.applicationId, api_id: row.apiId, managed_by: row.managedBy, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['application_id', 'api_id'])
        .doUpdateSet(values)
        .where('subscriptions.managed_by', '=', row.managedBy),
    )
    .returning(CHANGE.as('change'))
    .executeTakeFirst()
  return done?.change ?? 'elsewhere'
}

/** What an application may do with an API, which nobody else changes until the transaction ends. */
export async function lockSubscribed(
  trx: Trx,
  { applicationId, apiId }: Readonly<{ applicationId: string; apiId: string }>,
): Promise<Readonly<{ plan: string; scopes: readonly string[]; trusted: boolean }> | undefined> {
  return trx
    .selectFrom('subscriptions')
    .where('application_id', '=', applicationId)
    .where('api_id', '=', apiId)
    .select(['plan', 'scopes', 'trusted'])
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** The client IDs of the gateways: who may read the feed of revocations. */
export async function listGatewayClients(db: Db): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('subscriptions as subscription')
    .innerJoin('applications as application', 'application.id', 'subscription.application_id')
    .where('subscription.api_id', '=', REVOCATIONS_API)
    .where('subscription.status', '=', 'approved')
    .orderBy('application.client_id')
    .select('application.client_id as clientId')
    .execute()
  return rows.map(({ clientId }) => clientId)
}

/** A subscription that waits for a decision. */
export interface RequestedSubscription {
  readonly id: string
  readonly applicationId: string
  readonly apiId: string
  readonly plan: string
  readonly scopes: readonly string[]
  /** The application of the machine client that asks; null for the operator. */
  readonly requestedBy: string | null
  /** The person who asks; null for the others. */
  readonly requestedByPerson: string | null
}

/** Asks for a subscription; false when the application has one to this API, or asked for it. */
export async function insertRequest(trx: Trx, row: RequestedSubscription): Promise<boolean> {
  const { rows } = await sql`
    insert into subscriptions (id, application_id, api_id, plan, scopes, status, requested_by, requested_by_person,
      requested_at)
    values (${row.id}, ${row.applicationId}, ${row.apiId}, ${row.plan}, ${[...row.scopes]}, 'pending',
            ${row.requestedBy}, ${row.requestedByPerson}, auth_now())
    on conflict (application_id, api_id) do nothing returning id`.execute(trx)
  return rows.length === 1
}

/** Approves what waits; false when it does not: the row settles the race with whoever decides, or withdraws it. */
export async function approveRequest(trx: Trx, id: string, trusted: boolean): Promise<boolean> {
  const { rows } = await sql`
    update subscriptions set status = 'approved', trusted = ${trusted} where id = ${id} and status = 'pending'
    returning id`.execute(trx)
  return rows.length === 1
}

/** Declines what waits: the row is gone. False when it does not wait. */
export async function deleteRequest(trx: Trx, id: string): Promise<boolean> {
  const { rows } = await sql`
    delete from subscriptions where id = ${id} and status = 'pending' returning id`.execute(trx)
  return rows.length === 1
}

/** Whether people are not asked before an application gets what it asks for, at any API. */
export async function isTrusted(trx: Trx, applicationId: string): Promise<boolean> {
  const { rows } = await sql`
    select from subscriptions where application_id = ${applicationId} and trusted limit 1`.execute(trx)
  return rows.length === 1
}

/** Lets people be asked again, at every API. Returns at which they were not. */
export async function takeTrust(trx: Trx, applicationId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ apiId: string }>`
    update subscriptions set trusted = false where application_id = ${applicationId} and trusted
    returning api_id as "apiId"`.execute(trx)
  return rows.map(({ apiId }) => apiId)
}
