// Subscriptions: which application may use which API, with which scopes and on which plan.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { record } from '../audit/record.ts'
import { randomId } from '../crypto/random.ts'
import { type Db, inTransaction, type Trx } from '../store/database.ts'
import { deleteObject, lockSubscription } from '../store/queries/catalogue-removal.ts'
import { type StoredApi, shareStoredApi } from '../store/queries/stored-apis.ts'
import { holdSuspensions } from '../store/queries/suspension.ts'
import { lockSubscribed, upsertSubscription } from '../store/tables/subscriptions.ts'
import { type CatalogueActor, ManagedElsewhere, managerOf } from './actor.ts'
import type { Definition } from './apis.ts'
import { subscriptionFields } from './application-fields.ts'
import { auditedChange, differenceOf } from './difference.ts'
import { requireSchemesFree } from './own-schemes.ts'
import { CatalogueRefusal } from './refusal.ts'

export interface SubscriptionDefinition {
  readonly applicationId: string
  readonly apiId: string
  readonly plan: string
  readonly scopes: readonly string[]
  /** Skips the page that lists the scopes; only an administrator decides that. */
  readonly trusted: boolean
}

/** Thrown when a subscription asks for what its API does not have; `message` says what there is. */
export class InvalidSubscription extends CatalogueRefusal {
  override name = 'InvalidSubscription'
}

/** @throws {InvalidSubscription} when there is no such API, or it has no such plan or scope */
export async function requireOffered(
  trx: Trx,
  { apiId, plan, scopes }: Pick<SubscriptionDefinition, 'apiId' | 'plan' | 'scopes'>,
): Promise<StoredApi> {
  const api = await shareStoredApi(trx, apiId)
  if (!api) throw new InvalidSubscription(refusal('no_api', apiId))
  if (!api.plans.includes(plan))
    throw new InvalidSubscription(refusal('no_plan', apiId, plan, api.plans.join(', ') || 'none yet'))
  const known = api.scopes.map(({ name }) => name)
  const strange = scopes.filter((scope) => !known.includes(scope))
  if (strange.length > 0)
    throw new InvalidSubscription(refusal('no_scope', apiId, strange.join(', '), known.join(', ') || 'none yet'))
  return api
}

/**
 * Subscribes an application to an API, approved, or brings the subscription up to this definition.
 * @throws {InvalidSubscription}
 * @throws {ManagedElsewhere}
 * @throws {CatalogueConflict} when a private-use scheme of the application is another's by now
 */
export function subscribe(db: Db | Trx, subscription: SubscriptionDefinition, by: CatalogueActor): Promise<Definition> {
  const { applicationId, apiId } = subscription
  return inTransaction(db, async (trx) => {
    await holdSuspensions(trx)
    await requireOffered(trx, subscription)
    const before = await lockSubscribed(trx, subscription)
    const outcome = await upsertSubscription(trx, { id: randomId('sub'), ...subscription, managedBy: managerOf(by) })
    if (outcome === 'elsewhere') throw new ManagedElsewhere(`The subscription of ${applicationId} to ${apiId}`, by)
    if (outcome === 'unchanged') return outcome
    await requireSchemesFree(trx, applicationId, by)
    const changed = differenceOf(before ? subscriptionFields(before) : {}, subscriptionFields(subscription))
    const change = auditedChange(changed)
    await record(trx, { type: 'subscription', outcome, applicationId, apiId, change }, by.context)
    return outcome
  })
}

/** Ends a subscription; the tokens of the application for that API are refused within two seconds. Nothing where there is none. */
export function unsubscribe(
  db: Db | Trx,
  { clientId, apiId }: Readonly<{ clientId: string; apiId: string }>,
  by: CatalogueActor,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const managedBy = await lockSubscription(trx, { clientId, apiId })
    if (managedBy === undefined) return
    if (managedBy !== managerOf(by)) throw new ManagedElsewhere(`The subscription of ${clientId} to ${apiId}`, by)
    const applicationId = await deleteObject(trx, { kind: 'subscription', clientId, apiId })
    if (applicationId === undefined) return
    await record(trx, { type: 'subscription', outcome: 'removed', applicationId, apiId }, by.context)
  })
}
