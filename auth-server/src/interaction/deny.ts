// "Cancel" on any page: the app hears access_denied.
import type { FastifyInstance } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Deps } from '../deps.ts'
import { allowOnly } from '../http/methods.ts'
import { takeStep } from '../store/tables/authorization-requests.ts'
import { PATHS } from './paths.ts'
import type { VisitFlow, VisitRequest } from './visit.ts'

export function addDeny(app: FastifyInstance, { db }: Deps, visits: VisitFlow): void {
  const url = PATHS.deny
  app.post(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.open(request, reply)
    if (!visit) return reply
    const { pending, session } = visit
    await db.transaction().execute(async (trx) => {
      if (!(await takeStep(trx, { requestId: pending.id, step: 'deny', sessionId: null }))) return
      const whose = { applicationId: pending.applicationId, ...(session && { personId: session.personId }) }
      await record(trx, { type: 'consent', outcome: 'denied', ...whose }, ofRequest(request))
    })
    return visits.resume(reply, pending)
  })
  allowOnly(app, url, ['POST'])
}
