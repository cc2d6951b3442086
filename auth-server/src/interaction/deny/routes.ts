// "Cancel" on any page of a visit: the app hears access_denied.
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import { takeStep } from '../../store/tables/authorization-requests.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'

export function denyForms({ db }: Deps, visits: VisitFlow): VisitPages {
  return {
    deny: {
      async POST(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        const { pending, session } = visit
        await db.transaction().execute(async (trx) => {
          const isTaken = await takeStep(trx, { requestId: pending.id, step: 'deny', sessionId: null })
          if (!isTaken || pending.app === undefined) return
          const whose = { applicationId: pending.app.applicationId, ...(session && { personId: session.personId }) }
          await record(trx, { type: 'consent', outcome: 'denied', ...whose }, ofRequest(request))
        })
        return visits.resume(reply, pending)
      },
    },
  }
}
