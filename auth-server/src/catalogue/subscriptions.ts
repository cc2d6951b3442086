// Subscriptions: which application may use which API, with which scopes and on which plan.
import { randomId } from '../crypto/random.ts'
import type { Db, Trx } from '../store/database.ts'
import { upsertSubscription } from '../store/tables/subscriptions.ts'

export interface SubscriptionDefinition {
  readonly applicationId: string
  readonly apiId: string
  readonly plan: string
  readonly scopes: readonly string[]
  /** Skips the page that lists the scopes; only an administrator decides that. */
  readonly trusted: boolean
}

/** Subscribes an application to an API, approved, or brings the subscription up to this definition. */
export function subscribe(db: Db | Trx, subscription: SubscriptionDefinition): Promise<void> {
  return upsertSubscription(db, { id: randomId('sub'), ...subscription })
}
