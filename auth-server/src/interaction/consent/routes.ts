// The consent page: what an app that is not trusted wants to do, in the API's own words.
import type { FastifyInstance } from 'fastify'
import { isOpenIdScope, OPENID_SCOPES } from '../../catalogue/openid-scopes.ts'
import type { Deps } from '../../deps.ts'
import { allowOnly } from '../../http/methods.ts'
import { sendPage } from '../../pages/frame.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import { giveConsent } from '../../store/tables/consents.ts'
import { describeScopes } from '../../store/tables/scopes.ts'
import type { VisitRequest, Visits } from '../visit.ts'
import { consentPage } from './view.ts'

function openIdScopes({ request }: PendingRequest) {
  return request.scopes.filter(isOpenIdScope).map((name) => ({ name, description: OPENID_SCOPES[name].description }))
}

export function addConsent(app: FastifyInstance, { db }: Deps, visits: Visits): void {
  const url = '/interaction/:request/consent'

  app.get(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.openStep(request, reply, 'consent')
    if (!visit) return reply
    const { pending, session, csrf } = visit
    const scopes = [...openIdScopes(pending), ...(await describeScopes(db, pending.apiId, pending.request.scopes))]
    return sendPage(reply, consentPage({ pending, csrf, session, scopes }), pending.request.redirectUri)
  })

  app.post(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.openStep(request, reply, 'consent')
    if (!visit) return reply
    const { pending, session, form } = visit
    // From a stale tab, whoever has signed in since then sees the page with their own name first.
    if (form.get('session') === session.id)
      await giveConsent(db, {
        userId: session.userId,
        applicationId: pending.applicationId,
        apiId: pending.apiId,
        requestId: pending.id,
        sessionId: session.id,
        scopes: pending.request.scopes,
      })
    return visits.resume(reply, pending)
  })
  allowOnly(app, url, ['GET', 'POST'])
}
