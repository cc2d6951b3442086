// Subscriptions: which application may use which API, with which scopes and on which plan.
import { randomId } from '../crypto/random.ts'
import type { Db, Trx } from '../store/database.ts'

export interface SubscriptionDefinition {
  readonly applicationId: string
  readonly apiId: string
  readonly plan: string
  readonly scopes: readonly string[]
  /** Skips the page that lists the scopes; only an administrator decides that. */
  readonly trusted: boolean
}

/** Subscribes an application to an API, approved, or brings the subscription up to this definition. */
export async function subscribe(db: Db | Trx, subscription: SubscriptionDefinition): Promise<void> {
  const { applicationId, apiId, plan, trusted } = subscription
  const scopes = [...subscription.scopes]
  const values = { plan, trusted, scopes, status: 'approved' as const }
  await db
    .insertInto('subscriptions')
    .values({ id: randomId('sub'), application_id: applicationId, api_id: apiId, ...values })
    .onConflict((conflict) => conflict.columns(['application_id', 'api_id']).doUpdateSet(values))
    .execute()
}
