// What the operations on approvals do.
import { isBuiltInApi } from '../catalogue/apis.ts'
import { decide } from '../catalogue/approvals.ts'
import { subscribe } from '../catalogue/subscriptions.ts'
import type { Db, Trx } from '../store/database.ts'
import { lockApi } from '../store/queries/listed-apis.ts'
import { readApplication } from '../store/queries/listed-applications.ts'
import { type ListedSubscription, listSubscriptions } from '../store/queries/listed-subscriptions.ts'
import { holdSuspensions } from '../store/queries/suspension.ts'
import { findPlanLimits } from '../store/tables/plan-limits.ts'
import { isOperator, type ManagementActor } from './actor.ts'
import { requireApi, showLimit } from './apis.ts'
import { showApplication } from './applications.ts'
import { readReason } from './decision.ts'
import type { HandlersOf } from './handler.ts'
import { requireManagedHere } from './managed.ts'
import { readPage, toPage } from './page.ts'
import { isOwnRequest, requireMayTrust, requireOrdinaryApi, requireSomebodyElse } from './privileged.ts'
import { reachOf } from './reach.ts'
import { conflict, notFound } from './refusals.ts'
import { lockSubscription, requireSubscription, showSubscription } from './subscriptions.ts'

/** The same for what is measured by the API: locked in the order of all who lock both, so that nobody waits in a circle. */
async function lockWithApi(trx: Trx, actor: ManagementActor, id: string): Promise<ListedSubscription> {
  await holdSuspensions(trx)
  const { apiId } = await requireSubscription(trx, actor, id)
  await lockApi(trx, apiId)
  return lockSubscription(trx, actor, id)
}

async function decidedByOf(db: Db, actor: ManagementActor, subscription: ListedSubscription) {
  if (!isOperator(actor) && isBuiltInApi(subscription.apiId)) return 'operator'
  return (await isOwnRequest(db, actor, subscription)) ? 'others' : 'caller'
}

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
  'approvals.get': {
    async read({ db, actor, input: { params } }) {
      const subscription = await requireSubscription(db, actor, params.subscription_id)
      const { clientId, apiId, plan } = subscription
      const [application, api, limits, decidedBy] = await Promise.all([
        // Whoever reaches the request is told so much of the application, and reaches it in no other way.
        readApplication(db, clientId, 'everything'),
        requireApi(db, actor, apiId),
        findPlanLimits(db, apiId),
        decidedByOf(db, actor, subscription),
      ])
      if (!application) throw notFound('subscription')
      const shown = showApplication(application)
      return {
        subscription: showSubscription(subscription),
        application: {
          name: shown.name,
          name_verified: shown.name_verified,
          kind: shown.kind,
          grant_types: shown.grant_types,
          redirect_uris: shown.redirect_uris,
          policy_uri: shown.policy_uri,
          tos_uri: shown.tos_uri,
          support_contact: shown.support_contact,
        },
        scopes: api.scopes
          .filter(({ name }) => subscription.scopes.includes(name))
          .map(({ name, description }) => ({ name, description })),
        limits: limits.filter((limit) => limit.plan === plan).map(showLimit),
        decided_by: decidedBy,
      }
    },
  },
  'approvals.approve': {
    async write({ trx, actor, input: { params, body } }) {
      const subscription = await lockSubscription(trx, actor, params.subscription_id)
      requireOrdinaryApi(actor, subscription.apiId)
      await requireSomebodyElse(trx, actor, subscription)
      if (body.trusted === true) requireMayTrust(actor)
      const decision = { kind: 'approved', trusted: body.trusted ?? false, reason: readReason(body.reason) } as const
      if (!(await decide(trx, subscription, decision, actor.authority))) throw conflict('decided_already')
      return showSubscription(await requireSubscription(trx, actor, subscription.id))
    },
  },
  'approvals.decline': {
    async write({ trx, actor, input: { params, body } }) {
      const subscription = await lockSubscription(trx, actor, params.subscription_id)
      requireOrdinaryApi(actor, subscription.apiId)
      if (actor.person) await requireSomebodyElse(trx, actor, subscription)
      const decision = { kind: 'declined', reason: readReason(body.reason) } as const
      if (!(await decide(trx, subscription, decision, actor.authority))) throw conflict('decided_already')
      return undefined
    },
  },
  'approvals.change': {
    async write({ trx, actor, input: { params, body }, requireVersion }) {
      const subscription = await lockWithApi(trx, actor, params.subscription_id)
      requireVersion(showSubscription(subscription))
      requireOrdinaryApi(actor, subscription.apiId)
      await requireSomebodyElse(trx, actor, subscription)
      if (subscription.status === 'pending') throw conflict('not_approved_yet')
      requireManagedHere('this subscription', subscription.managedBy)
      if (body.trusted === true && !subscription.trusted) requireMayTrust(actor)
      const { applicationId, apiId, plan, scopes, trusted } = { ...subscription, ...body }
      await subscribe(trx, { applicationId, apiId, plan, scopes: [...new Set(scopes)], trusted }, actor.authority)
      return showSubscription(await requireSubscription(trx, actor, subscription.id))
    },
  },
}
