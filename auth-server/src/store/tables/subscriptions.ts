// Rows of subscriptions: what an application may do with an API.
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { REVOCATIONS_API } from './apis.ts'

export interface Subscriptions {
  id: string
  application_id: string
  api_id: string
  plan: string
  trusted: Defaulted<boolean>
  scopes: string[]
  /** `suspended` is an approved one while its application or API is suspended: the database sees to that. */
  status: 'pending' | 'approved' | 'suspended'
}

export const SUBSCRIPTIONS: TableDeclaration<Subscriptions> = {
  purpose: 'Which application may use which API, with which scopes and on which plan.',
  lifetime: { kept: 'Part of the catalogue; goes with its application.' },
  people: { nobody: 'Describes apps, not those who use them.' },
}

/** Approves a subscription under this id, or changes the one that the application has, which is approved then. */
export async function upsertSubscription(
  db: Db | Trx,
  row: Readonly<{
    id: string
    applicationId: string
    apiId: string
    plan: string
    scopes: readonly string[]
    trusted: boolean
  }>,
): Promise<void> {
  const values = { plan: row.plan, trusted: row.trusted, scopes: [...row.scopes], status: 'approved' as const }
  await db
    .insertInto('subscriptions')
    .values({ id: row.id, application_id: row.applicationId, api_id: row.apiId, ...values })
    .onConflict((conflict) => conflict.columns(['application_id', 'api_id']).doUpdateSet(values))
    .execute()
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
