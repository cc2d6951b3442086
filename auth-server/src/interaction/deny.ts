// "Cancel" on any page: the app hears access_denied.
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { allowOnly } from '../http/methods.ts'
import { takeStep } from '../store/tables/authorization-requests.ts'
import { PATHS } from './paths.ts'
import type { VisitRequest, Visits } from './visit.ts'

export function addDeny(app: FastifyInstance, { db }: Deps, visits: Visits): void {
  const url = PATHS.deny
  app.post(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.open(request, reply)
    if (!visit) return reply
    await takeStep(db, { requestId: visit.pending.id, step: 'deny', sessionId: null })
    return visits.resume(reply, visit.pending)
  })
  allowOnly(app, url, ['POST'])
}
