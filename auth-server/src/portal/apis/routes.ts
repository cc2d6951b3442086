// The catalogue: GET /portal/apis and one API with its document.
import type { Deps } from '../../deps.ts'
import { HttpProblem } from '../../http/problem.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { waysFor } from '../ways/offer.ts'
import { allItems, idOf } from './all-items.ts'
import type { ShownReference } from './document-view.ts'
import type { ListedPlanOf } from './limits.ts'
import { apiPage, apisPage, type ShownApi } from './views.ts'

export function apiRoutes({ providers }: Pick<Deps, 'providers'>): PortalRoutes {
  return {
    [PATHS.apis]: {
      needs: 'developer',
      async GET(_request, reply, me) {
        const [apis, plans] = [await listedApis(me), await plansOf(me)]
        return sendPage(reply, apisPage(me, apis, plans))
      },
    },
    [PATHS.api]: {
      needs: 'developer',
      async GET(request, reply, me) {
        const id = idOf(request.params, 'api')
        const { body: api } = await me.ask('apis.get', { params: { id } })
        const [plans, reference] = [await plansOf(me, id), api.document && (await referenceOf(me, id))]
        return sendPage(
          reply,
          apiPage(me, api, {
            plans,
            reference: api.document ? reference : undefined,
            ways: waysFor(providers, api.sign_in),
          }),
        )
      },
    },
  }
}

/** The APIs that somebody is offered. */
export function listedApis(me: PortalPerson): Promise<readonly ShownApi[]> {
  return allItems(async (cursor) => {
    const { body } = await me.ask('apis.list', { query: { limit: 100, ...(cursor !== undefined && { cursor }) } })
    return body
  })
}

/** The plans of an API, or all that somebody is offered. */
export function plansOf(me: PortalPerson, apiId?: string): Promise<readonly ListedPlanOf[]> {
  return allItems(async (cursor) => {
    const query = { limit: 100, ...(apiId !== undefined && { api_id: apiId }), ...(cursor !== undefined && { cursor }) }
    return (await me.ask('plans.list', { query })).body
  })
}

/** Null where it cannot be drawn, which keeps nobody from the rest of the page. */
export async function referenceOf(me: Pick<PortalPerson, 'ask'>, id: string): Promise<ShownReference | null> {
  try {
    return (await me.ask('apis.reference', { params: { id } })).body
  } catch (error) {
    // 503: it waits behind others to be drawn.
    if (error instanceof HttpProblem && (error.status < 500 || error.status === 503)) return null
    throw error
  }
}
