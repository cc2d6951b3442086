// The pages of whoever approves: what waits, one request, and the two ways to decide on it.

import { Parameters } from '../../http/parameters.ts'
import { HttpProblem } from '../../http/problem.ts'
import { sendPage } from '../../pages/send-page.ts'
import { idOf } from '../apis/all-items.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { approvePage, declinePage } from './decide-views.ts'
import { type AskedUse, approvalsPage, isOpenTo, requestPage } from './views.ts'

export function approvalRoutes(): PortalRoutes {
  return {
    [PATHS.approvals]: {
      needs: 'approver',
      async GET(request, reply, me) {
        const cursor = Parameters.ofUrl(request.raw.url ?? '').get('cursor')
        const { body } = await me.ask('approvals.list', { query: cursor === undefined ? {} : { cursor } })
        // Whoever approves applications alone decides on no people.
        const isAdministrator = me.session.roles.includes('administrator')
        const waiting = isAdministrator ? (await me.ask('memberships.waiting')).body.items : []
        return sendPage(reply, approvalsPage(me, body, waiting))
      },
    },
    [PATHS.approval]: {
      needs: 'approver',
      async GET(request, reply, me) {
        return sendPage(reply, requestPage(me, await askedOf(me, request.params)))
      },
    },
    [PATHS.approve]: {
      needs: 'approver',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const asked = await askedOf(me, request.params)
        return isOpenTo(asked) ? sendPage(reply, approvePage(me, asked)) : me.backTo(reply, hrefTo(asked))
      },
      async POST(request, reply, me) {
        const params = { subscription_id: idOf(request.params, 'subscription') }
        const reason = typedReason(me)
        // Said only where it is meant: it is no approver's to say.
        const trusted = me.form.get('trusted') === 'yes' ? { trusted: true } : {}
        const done = await me.attempt('approvals.approve', { params, body: { ...trusted, reason } })
        if (!(done instanceof HttpProblem)) return me.backTo(reply, PATHS.approvals, 'subscriptionApproved')
        const asked = await askedOf(me, request.params)
        const page = isOpenTo(asked) ? approvePage(me, asked, { problem: done, reason }) : requestPage(me, asked, done)
        return sendPage(reply.code(done.status), page)
      },
    },
    [PATHS.decline]: {
      needs: 'approver',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const asked = await askedOf(me, request.params)
        return isOpenTo(asked) ? sendPage(reply, declinePage(me, asked)) : me.backTo(reply, hrefTo(asked))
      },
      async POST(request, reply, me) {
        const asked = await askedOf(me, request.params)
        const reason = typedReason(me)
        if (reason === '' && isOpenTo(asked))
          return sendPage(reply.code(400), declinePage(me, asked, { problem: 'no reason' }))
        const params = { subscription_id: asked.subscription.id }
        const done = await me.attempt('approvals.decline', { params, body: { reason } })
        if (!(done instanceof HttpProblem)) return me.backTo(reply, PATHS.approvals, 'subscriptionDeclined')
        const page = isOpenTo(asked) ? declinePage(me, asked, { problem: done, reason }) : requestPage(me, asked, done)
        return sendPage(reply.code(done.status), page)
      },
    },
  }
}

async function askedOf(me: PortalPerson, params: unknown): Promise<AskedUse> {
  return (await me.ask('approvals.get', { params: { subscription_id: idOf(params, 'subscription') } })).body
}

function typedReason({ form }: PortalPerson): string {
  return (form.get('reason') ?? '').trim()
}

function hrefTo({ subscription }: AskedUse): string {
  return hrefOf(PATHS.approval, { subscription: subscription.id })
}
