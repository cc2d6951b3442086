// The consent page: what an app that is not trusted wants to do, in the API's own words.
import type { FastifyInstance } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import { allowOnly } from '../../http/methods.ts'
import { sendPage } from '../../pages/send-page.ts'
import { describeScopes } from '../../store/tables/api-scopes.ts'
import { giveConsent } from '../../store/tables/consents.ts'
import { PATHS } from '../paths.ts'
import type { VisitFlow, VisitRequest } from '../visit.ts'
import { consentPage } from './view.ts'

export function addConsent(app: FastifyInstance, { db }: Deps, visits: VisitFlow): void {
  const url = PATHS.consent

  app.get(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.openStep(request, reply, 'consent')
    if (!visit) return reply
    const { pending, session, binding } = visit
    const scopes = await describeScopes(db, pending.apiId, pending.request.scopes)
    return sendPage(reply, consentPage({ pending, binding, session, scopes }))
  })

  app.post(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.openStep(request, reply, 'consent')
    if (!visit) return reply
    const { pending, session } = visit
    const whose = { personId: session.personId, applicationId: pending.applicationId }
    await db.transaction().execute(async (trx) => {
      const given = await giveConsent(trx, {
        ...whose,
        apiId: pending.apiId,
        requestId: pending.id,
        sessionId: session.id,
        scopes: pending.request.scopes,
      })
      if (given) await record(trx, { type: 'consent', outcome: 'given', ...whose }, ofRequest(request))
    })
    return visits.resume(reply, pending)
  })
  allowOnly(app, url, ['GET', 'POST'])
}
