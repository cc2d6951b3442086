// The routes of who asks to come to an API: the list, and the decision on one.
import type { FastifyRequest } from 'fastify'
import { HttpProblem } from '../../http/problem.ts'
import { sendPage } from '../../pages/send-page.ts'
import { hrefOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf, idsOf } from './asked.ts'
import {
  DECISIONS,
  decisionPage,
  type MembershipRequest,
  type RequestStep,
  requestsPage,
} from './membership-requests-view.ts'
import { ordinaryApis } from './one-api.ts'

export const MEMBERSHIP_REQUEST_ROUTES: PortalRoutes = {
  [PATHS.membershipRequests]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const { api, cursor } = askedOf(request, ['api', 'cursor'])
      // Of one API, where the address names it; of one that there is not, nobody asks.
      const only = api === undefined ? undefined : (await ordinaryApis(me)).find(({ id }) => id === api)
      if (api !== undefined && !only) return notFoundPage(reply, me)
      const query = { ...(only && { api_id: only.id }), ...(cursor !== undefined && { cursor }) }
      return sendPage(reply, requestsPage(me, (await me.ask('memberships.requests', { query })).body, only))
    },
  },
  [PATHS.membershipDecision]: {
    needs: 'administrator',
    recent: true,
    keepsTyped: true,
    async GET(request, reply, me) {
      const found = await readDecision(request, me)
      return found ? sendPage(reply, decisionPage(me, found)) : notFoundPage(reply, me)
    },
    async POST(request, reply, me) {
      const found = await readDecision(request, me)
      if (!found) return notFoundPage(reply, me)
      const reason = (me.form.get('reason') ?? '').trim()
      if (found.decision === 'decline' && reason === '')
        return sendPage(reply.code(400), decisionPage(me, { ...found, problem: 'no reason' }))
      const asked = { params: { request_id: found.request.id }, body: reason === '' ? {} : { reason } }
      const done = await me.attempt(`memberships.${found.decision}`, asked)
      if (done instanceof HttpProblem)
        return sendPage(reply.code(done.status), decisionPage(me, { ...found, problem: done, reason }))
      const news = found.decision === 'approve' ? 'personApproved' : 'personDeclined'
      return me.backTo(reply, hrefOf(PATHS.membershipRequests, {}), news)
    },
  },
}

async function readDecision(
  request: FastifyRequest,
  me: PortalPerson,
): Promise<Readonly<{ request: MembershipRequest; decision: RequestStep }> | undefined> {
  const ids = idsOf(request)
  const decision = DECISIONS.find((one) => one === ids.get('decision'))
  if (!decision) return undefined
  const { body } = await me.ask('memberships.get_request', { params: { request_id: ids.get('request') ?? '' } })
  return { request: body, decision }
}
