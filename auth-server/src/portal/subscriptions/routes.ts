// Subscribing an application to an API, step by step; what became of it; and its end.

import { Parameters } from '../../http/parameters.ts'
import { HttpProblem } from '../../http/problem.ts'
import { sendPage } from '../../pages/send-page.ts'
import { allItems, idOf } from '../apis/all-items.ts'
import { listedApis, plansOf } from '../apis/routes.ts'
import type { ShownApi } from '../apis/views.ts'
import { searchedIn } from '../applications/search.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { endPage, type NamedSubscription, type ShownSubscription, subscriptionPage } from './one-view.ts'
import {
  applicationPage,
  chooseApiPage,
  fieldOf,
  planPage,
  type Review,
  reviewPage,
  type ShownApplication,
} from './subscribe-views.ts'

export function subscriptionRoutes(): PortalRoutes {
  return {
    [PATHS.subscribeApplication]: {
      needs: 'developer',
      async GET(request, reply, me) {
        const application = await applicationOf(me, idOf(request.params, 'application'))
        const apis = (await listedApis(me)).filter(isOpen)
        return sendPage(reply, chooseApiPage(me, application, apis, await plansOf(me)))
      },
    },
    [PATHS.subscribe]: {
      needs: 'developer',
      async GET(request, reply, me) {
        const api = await apiOf(me, request.params)
        const client = Parameters.ofUrl(request.raw.url ?? '').get('app')
        const application = client === undefined ? undefined : await applicationOf(me, client)
        return sendPage(reply, planPage(me, api, await plansOf(me, api.id), application))
      },
    },
    [PATHS.subscribePlan]: {
      needs: 'developer',
      async GET(request, reply, me) {
        const api = await apiOf(me, request.params)
        const plan = planOf(api, request.params)
        const parameters = Parameters.ofUrl(request.raw.url ?? '')
        parameters.requireReadable()
        const [cursor, q] = [parameters.get('cursor'), searchedIn(parameters)]
        const query = { ...(cursor !== undefined && { cursor }), ...(q !== undefined && { q }) }
        const { body: applications } = await me.ask('applications.list', { query })
        const subscribed = await subscriptionsTo(me, api.id)
        return sendPage(reply, applicationPage(me, { api, plan }, { ...applications, subscribed, asked: q }))
      },
    },
    [PATHS.subscribeReview]: {
      needs: 'developer',
      keepsTyped: true,
      async GET(request, reply, me) {
        const review = await reviewOf(me, request.params)
        const scopes = review.api.scopes.filter((scope) => scope.required_group === null).map(({ name }) => name)
        return sendPage(reply, reviewPage(me, { ...review, scopes }))
      },
      async POST(request, reply, me) {
        const review = await reviewOf(me, request.params)
        const { api, plan, application } = review
        const scopes = api.scopes.map(({ name }) => name).filter((name) => me.form.get(fieldOf(name)) !== undefined)
        const body = { client_id: application.client_id, api_id: api.id, plan, scopes }
        const sent = await me.attempt('subscriptions.create', { body })
        if (sent instanceof HttpProblem)
          return sendPage(reply.code(sent.status), reviewPage(me, { ...review, scopes, problem: sent }))
        const { id, status } = sent.body
        // Beside npm start whoever reads it is the one to approve.
        if (status === 'pending')
          request.log.info(
            {
              step: 'subscription requested',
              client: application.client_id,
              note: `waits for approval: npm run approval -- approve ${id}`,
            },
            'an application asks for an API',
          )
        return me.backTo(reply, hrefOf(PATHS.subscription, { subscription: id }))
      },
    },
    [PATHS.subscription]: {
      needs: 'developer',
      async GET(request, reply, me) {
        const { named } = await subscriptionOf(me, request.params)
        return sendPage(reply, subscriptionPage(me, named))
      },
    },
    [PATHS.endSubscription]: {
      needs: 'developer',
      recent: true,
      async GET(request, reply, me) {
        const { named, etag } = await subscriptionOf(me, request.params)
        return sendPage(reply, endPage(me, named, { etag }))
      },
      async POST(request, reply, me) {
        const { named, etag } = await subscriptionOf(me, request.params)
        const params = { subscription_id: named.subscription.id }
        const ended = await me.attempt('subscriptions.delete', { params, ifMatch: me.form.get('version') ?? '' })
        if (ended instanceof HttpProblem)
          return sendPage(reply.code(ended.status), endPage(me, named, { etag, problem: ended }))
        return me.backTo(reply, PATHS.apis, 'subscriptionEnded')
      },
    },
  }
}

function isOpen(api: ShownApi): boolean {
  return api.offer !== 'deprecated' && api.suspended_at === null
}

async function apiOf(me: PortalPerson, params: unknown): Promise<ShownApi> {
  return (await me.ask('apis.get', { params: { id: idOf(params, 'api') } })).body
}

/** @throws {HttpProblem} 404 for a plan that the API does not have */
function planOf(api: ShownApi, params: unknown): string {
  const plan = idOf(params, 'plan')
  if (!api.plans.includes(plan)) throw new HttpProblem('not_found', 'the API has no such plan', { status: 404 })
  return plan
}

async function applicationOf(me: PortalPerson, clientId: string): Promise<ShownApplication> {
  return (await me.ask('applications.get', { params: { client_id: clientId } })).body
}

/** Of somebody's own applications. */
function subscriptionsTo(me: PortalPerson, apiId: string): Promise<readonly ShownSubscription[]> {
  return allItems(async (cursor) => {
    const query = { api_id: apiId, limit: 100, ...(cursor !== undefined && { cursor }) }
    return (await me.ask('subscriptions.list', { query })).body
  })
}

async function reviewOf(me: PortalPerson, params: unknown): Promise<Omit<Review, 'scopes'>> {
  const api = await apiOf(me, params)
  const plan = planOf(api, params)
  const application = await applicationOf(me, idOf(params, 'client'))
  const limits = (await plansOf(me, api.id)).find(({ name }) => name === plan)
  return { api, plan, application, limits }
}

async function subscriptionOf(
  me: PortalPerson,
  params: unknown,
): Promise<Readonly<{ named: NamedSubscription; etag: string }>> {
  const { body: subscription, etag } = await me.ask('subscriptions.get', {
    params: { subscription_id: idOf(params, 'subscription') },
  })
  const { client_name: application, api_name: api } = subscription
  return { named: { subscription, application, api }, etag }
}
