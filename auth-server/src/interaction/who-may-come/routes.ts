// The step of a visit to an API that is not for everybody: a page that says whom it is for, with the ways out.
import type { Deps } from '../../deps.ts'
import { sendPage } from '../../pages/send-page.ts'
import { findClosedTo } from '../../store/tables/memberships.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { notInvitedPage } from './view.ts'

export function whoMayComePages({ db }: Deps, visits: VisitFlow): VisitPages {
  return {
    'who-may-come': {
      async GET(request, reply) {
        const visit = await visits.openAppStep(request, reply, 'who-may-come')
        if (!visit) return reply
        const { pending, session } = visit
        const signUp = await findClosedTo(db, { personId: session.personId, apiId: pending.app.apiId })
        // Somebody has invited them this very moment, or lets people ask.
        if (signUp === undefined || signUp === 'approval') return visits.resume(reply, pending)
        return sendPage(reply.code(403), notInvitedPage(visit, signUp))
      },
    },
  }
}
