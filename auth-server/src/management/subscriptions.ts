// What the operations on subscriptions do; decisions on those that wait stand in approvals.ts.
import { requestSubscription } from '../catalogue/approvals.ts'
import { unsubscribe } from '../catalogue/subscriptions.ts'
import { restoreSubscription, suspendSubscription } from '../catalogue/suspension.ts'
import type { Db, Trx } from '../store/database.ts'
import { readApplication } from '../store/queries/listed-applications.ts'
import {
  type ListedSubscription,
  listSubscriptions,
  lockListedSubscription,
  readSubscription,
} from '../store/queries/listed-subscriptions.ts'
import type { ManagementActor } from './actor.ts'
import { requireApi } from './apis.ts'
import type { HandlersOf } from './handler.ts'
import { moment } from './moment.ts'
import { readPage, toPage } from './page.ts'
import {
  requireOrdinaryApi,
  requireOrdinaryApplication,
  requireSomebodyElse,
  requireSubscriptionInUse,
} from './privileged.ts'
import { reachOf } from './reach.ts'
import { conflict, notFound } from './refusals.ts'
import { requireSuspended } from './suspended.ts'

export function showSubscription(subscription: ListedSubscription) {
  return {
    id: subscription.id,
    client_id: subscription.clientId,
    client_name: subscription.clientName,
    api_id: subscription.apiId,
    api_name: subscription.apiName,
    plan: subscription.plan,
    scopes: subscription.scopes,
    trusted: subscription.trusted,
    status: subscription.status,
    suspended_at: moment(subscription.suspendedAt),
    requested_by: subscription.requestedBy,
    requested_by_person:
      subscription.requestedByPersonId === null
        ? null
        : {
            name: subscription.requestedByName,
            email: subscription.requestedByEmail,
          },
    requested_at: moment(subscription.requestedAt),
    managed_by: subscription.managedBy,
  }
}

/** @throws {HttpProblem} 404 */
export async function requireSubscription(db: Db, actor: ManagementActor, id: string): Promise<ListedSubscription> {
  const subscription = await readSubscription(db, id, reachOf(actor))
  if (!subscription) throw notFound('subscription')
  return subscription
}

/** One that somebody is about to change. @throws {HttpProblem} 404 */
export async function lockSubscription(trx: Trx, actor: ManagementActor, id: string): Promise<ListedSubscription> {
  const subscription = await lockListedSubscription(trx, id, reachOf(actor))
  if (!subscription) throw notFound('subscription')
  return subscription
}

export const SUBSCRIPTION_HANDLERS: HandlersOf<'subscriptions'> = {
  'subscriptions.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      const filter = { clientId: query.client_id, apiId: query.api_id, status: query.status }
      return toPage(
        page,
        await listSubscriptions(db, filter, page.oneMore, reachOf(actor)),
        ({ id }) => id,
        showSubscription,
      )
    },
  },
  'subscriptions.get': {
    async read({ db, actor, input: { params } }) {
      return showSubscription(await requireSubscription(db, actor, params.subscription_id))
    },
  },
  'subscriptions.create': {
    async write({ trx, actor, input: { body } }) {
      const { client_id: clientId, api_id: apiId, plan, scopes } = body
      await requireApi(trx, actor, apiId)
      requireOrdinaryApi(actor, apiId)
      const application = await readApplication(trx, clientId, reachOf(actor))
      if (!application) throw notFound('application')
      await requireOrdinaryApplication(trx, actor, application.id)
      const request = { applicationId: application.id, apiId, plan, scopes: [...new Set(scopes)] }
      const id = await requestSubscription(trx, request, actor.authority)
      if (id === undefined) throw conflict('subscribed_already')
      return showSubscription(await requireSubscription(trx, actor, id))
    },
  },
  'subscriptions.suspend': {
    async write({ trx, actor, input: { params } }) {
      // Not locked: suspensions come one after the other by a lock before any row's.
      const subscription = await requireSubscription(trx, actor, params.subscription_id)
      requireOrdinaryApi(actor, subscription.apiId)
      if (subscription.status === 'pending') throw conflict('not_decided_yet')
      requireSuspended(await suspendSubscription(trx, actor.authority, subscription))
      return showSubscription(await requireSubscription(trx, actor, subscription.id))
    },
  },
  'subscriptions.restore': {
    async write({ trx, actor, input: { params } }) {
      const subscription = await requireSubscription(trx, actor, params.subscription_id)
      requireOrdinaryApi(actor, subscription.apiId)
      await requireSomebodyElse(trx, actor, subscription)
      await restoreSubscription(trx, actor.authority, subscription)
      return showSubscription(await requireSubscription(trx, actor, subscription.id))
    },
  },
  'subscriptions.delete': {
    async write({ trx, actor, input: { params }, requireVersion }) {
      const subscription = await lockSubscription(trx, actor, params.subscription_id)
      requireVersion(showSubscription(subscription))
      requireOrdinaryApi(actor, subscription.apiId)
      requireSubscriptionInUse(actor, subscription)
      await unsubscribe(trx, subscription, actor.authority)
      return undefined
    },
  },
}
