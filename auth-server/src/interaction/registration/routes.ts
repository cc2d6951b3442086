// The registration form of an API: asked once after the sign-in, and again for what is new in it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import type { Deps } from '../../deps.ts'
import { keepRegistration } from '../../identity/keep-registration.ts'
import { openFields } from '../../identity/registration-answers.ts'
import { sendPage } from '../../pages/send-page.ts'
import { takeStep } from '../../store/tables/authorization-requests.ts'
import { findProfile } from '../../store/tables/people.ts'
import { findRegistration } from '../../store/tables/registrations.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { startValues } from './values.ts'
import { registrationPage } from './view.ts'

const STEP = 'registration'

export function registrationPages({ db }: Deps, visits: VisitFlow): VisitPages {
  const open = async (request: FastifyRequest, reply: FastifyReply) => {
    const visit = await visits.openAppStep(request, reply, STEP)
    if (!visit) return undefined
    const { pending, session } = visit
    const asked = await findRegistration(db, { personId: session.personId, apiId: pending.app.apiId })
    if (asked) return { ...visit, asked, fields: openFields(asked.form, asked.answers) }
    // The API has lost its form a moment ago.
    visits.resume(reply, pending)
    return undefined
  }
  return {
    [STEP]: {
      async GET(request, reply) {
        const visit = await open(request, reply)
        if (!visit) return reply
        const { asked, fields, session } = visit
        const { claims } = await findProfile(db, session.personId)
        const values = startValues(fields, asked.answers, claims)
        return sendPage(reply, registrationPage({ ...visit, value: (name) => values.get(name) }))
      },
      async POST(request, reply) {
        const visit = await open(request, reply)
        if (!visit) return reply
        const { pending, session, fields, form } = visit
        const typed = (name: string) => form.get(name)
        const who = { personId: session.personId, apiId: pending.app.apiId }
        const done = { requestId: pending.id, step: STEP, sessionId: session.id } as const
        const wrong = await keepRegistration(db, who, { fields, typed }, ofRequest(request), (trx) =>
          takeStep(trx, done),
        )
        if (wrong.length === 0) return visits.resume(reply, pending)
        return sendPage(reply.code(422), registrationPage({ ...visit, value: typed, wrong }))
      },
    },
  }
}
