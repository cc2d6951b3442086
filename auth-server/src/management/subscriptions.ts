// What the operations on subscriptions and approvals do.
import { MAX_REASON_LENGTH } from '@mobile-api-gateway/sdk/contract/subscriptions.ts'
import { decide, requestSubscription } from '../catalogue/approvals.ts'
import { subscribe, unsubscribe } from '../catalogue/subscriptions.ts'
import { restoreSubscription, suspendSubscription } from '../catalogue/suspension.ts'
import { oneLine } from '../http/one-line.ts'
import type { Db, Trx } from '../store/database.ts'
import { lockApi } from '../store/queries/listed-apis.ts'
import { readApplication } from '../store/queries/listed-applications.ts'
import {
  type ListedSubscription,
  listSubscriptions,
  lockListedSubscription,
  readSubscription,
} from '../store/queries/listed-subscriptions.ts'
import { holdSuspensions } from '../store/queries/suspension.ts'
import type { ManagementActor } from './actor.ts'
import { requireApi } from './apis.ts'
import type { HandlersOf } from './handler.ts'
import { requireManagedHere } from './managed.ts'
import { moment } from './moment.ts'
import { readPage, toPage } from './page.ts'
import {
  requireMayTrust,
  requireOrdinaryApi,
  requireOrdinaryApplication,
  requireSomebodyElse,
  requireSubscriptionInUse,
} from './privileged.ts'
import { reachOf } from './reach.ts'
import { conflict, invalid, notFound } from './refusals.ts'
import { requireSuspended } from './suspended.ts'

function showSubscription(subscription: ListedSubscription) {
  return {
    id: subscription.id,
    client_id: subscription.clientId,
    api_id: subscription.apiId,
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

async function requireSubscription(db: Db, actor: ManagementActor, id: string): Promise<ListedSubscription> {
  const subscription = await readSubscription(db, id, reachOf(actor))
  if (!subscription) throw notFound('subscription')
  return subscription
}

async function lock(trx: Trx, actor: ManagementActor, id: string): Promise<ListedSubscription> {
  const subscription = await lockListedSubscription(trx, id, reachOf(actor))
  if (!subscription) throw notFound('subscription')
  return subscription
}

/** The same for what is measured by the API: locked in the order of all who lock both, so that nobody waits in a circle. */
async function lockWithApi(trx: Trx, actor: ManagementActor, id: string): Promise<ListedSubscription> {
  await holdSuspensions(trx)
  const { apiId } = await requireSubscription(trx, actor, id)
  await lockApi(trx, apiId)
  return lock(trx, actor, id)
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
      if (id === undefined) throw conflict('this application has a subscription to this API, or asked for one')
      return showSubscription(await requireSubscription(trx, actor, id))
    },
  },
  'subscriptions.suspend': {
    async write({ trx, actor, input: { params } }) {
      // Not locked: suspensions come one after the other by a lock before any row's.
      const subscription = await requireSubscription(trx, actor, params.subscription_id)
      requireOrdinaryApi(actor, subscription.apiId)
      if (subscription.status === 'pending') throw conflict('this subscription waits for a decision: decline it')
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
      const subscription = await lock(trx, actor, params.subscription_id)
      requireVersion(showSubscription(subscription))
      requireOrdinaryApi(actor, subscription.apiId)
      requireSubscriptionInUse(actor, subscription)
      await unsubscribe(trx, subscription, actor.authority)
      return undefined
    },
  },
}

/** @throws {HttpProblem} 400 for what would not stand in one paragraph of a mail */
function readReason(text: string | undefined): string | null {
  if (text === undefined || text.trim() === '') return null
  const reason = oneLine(text, MAX_REASON_LENGTH)
  if (reason === undefined) throw invalid('reason is one line of plain text')
  return reason
}

const DECIDED = 'this subscription does not wait for a decision any more'

export const APPROVAL_HANDLERS: HandlersOf<'approvals'> = {
  'approvals.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      const filter = { clientId: query.client_id, apiId: query.api_id, status: 'pending' } as const
      return toPage(
        page,
        await listSubscriptions(db, filter, page.oneMore, reachOf(actor)),
        ({ id }) => id,
        showSubscription,
      )
    },
  },
  'approvals.approve': {
    async write({ trx, actor, input: { params, body } }) {
      const subscription = await lock(trx, actor, params.subscription_id)
      requireOrdinaryApi(actor, subscription.apiId)
      await requireSomebodyElse(trx, actor, subscription)
      if (body.trusted === true) requireMayTrust(actor)
      const decision = { kind: 'approved', trusted: body.trusted ?? false, reason: readReason(body.reason) } as const
      if (!(await decide(trx, subscription, decision, actor.authority))) throw conflict(DECIDED)
      return showSubscription(await requireSubscription(trx, actor, subscription.id))
    },
  },
  'approvals.decline': {
    async write({ trx, actor, input: { params, body } }) {
      const subscription = await lock(trx, actor, params.subscription_id)
      requireOrdinaryApi(actor, subscription.apiId)
      if (actor.person) await requireSomebodyElse(trx, actor, subscription)
      const decision = { kind: 'declined', reason: readReason(body.reason) } as const
      if (!(await decide(trx, subscription, decision, actor.authority))) throw conflict(DECIDED)
      return undefined
    },
  },
  'approvals.change': {
    async write({ trx, actor, input: { params, body }, requireVersion }) {
      const subscription = await lockWithApi(trx, actor, params.subscription_id)
      requireVersion(showSubscription(subscription))
      requireOrdinaryApi(actor, subscription.apiId)
      await requireSomebodyElse(trx, actor, subscription)
      if (subscription.status === 'pending') throw conflict('this subscription waits for a decision: approve it first')
      requireManagedHere('this subscription', subscription.managedBy)
      if (body.trusted === true && !subscription.trusted) requireMayTrust(actor)
      const { applicationId, apiId, plan, scopes, trusted } = { ...subscription, ...body }
      await subscribe(trx, { applicationId, apiId, plan, scopes: [...new Set(scopes)], trusted }, actor.authority)
      return showSubscription(await requireSubscription(trx, actor, subscription.id))
    },
  },
}
