// Subscriptions: which application may use which API, with which scopes and on which plan.
import { randomId } from '../crypto/random.ts'
import type { Db, Trx } from '../store/database.ts'

export type SubscriptionDefinition = Readonly<{
  applicationId: string
  apiId: string
  plan: string
  scopes: readonly string[]
  /** Skips the page that lists the scopes; only an administrator decides that. */
  trusted: boolean
}>

/** Subscribes an application to an API, approved, or brings the subscription up to this definition. */
export const subscribe = async (db: Db | Trx, subscription: SubscriptionDefinition): Promise<void> => {
  const { applicationId, apiId, plan, trusted } = subscription
  const scopes = [...subscription.scopes]
  const values = { plan, trusted, scopes, status: 'approved' as const }
  await db
    .insertInto('subscriptions')
    .values({ id: randomId('sub'), application_id: applicationId, api_id: apiId, ...values })
    .onConflict((conflict) => conflict.columns(['application_id', 'api_id']).doUpdateSet(values))
    .execute()
}
