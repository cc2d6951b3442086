// "Continue as …?": a session alone proves nothing about the app that asks, so its person has to say yes (RFC 8252 §8.6).
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../../deps.ts'
import { allowOnly } from '../../http/methods.ts'
import { sendPage } from '../../pages/send-page.ts'
import { switchPerson, takeStep } from '../../store/tables/authorization-requests.ts'
import { PATHS } from '../paths.ts'
import type { VisitFlow, VisitRequest } from '../visit.ts'
import { continuePage } from './view.ts'

export function addContinue(app: FastifyInstance, { db }: Deps, visits: VisitFlow): void {
  const url = PATHS.continue

  app.get(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.openStep(request, reply, 'continue')
    if (!visit) return reply
    const { pending, session, binding } = visit
    return sendPage(reply, continuePage({ pending, binding, session }))
  })

  app.post(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.openStep(request, reply, 'continue')
    if (!visit) return reply
    const { pending, session } = visit
    await takeStep(db, { requestId: pending.id, step: 'continue', sessionId: session.id })
    return visits.resume(reply, pending)
  })

  allowOnly(app, url, ['GET', 'POST'])

  app.post(PATHS.switch, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.open(request, reply)
    if (!visit) return reply
    await switchPerson(db, visit.pending.id)
    return visits.resume(reply, visit.pending)
  })
  allowOnly(app, PATHS.switch, ['POST'])
}
