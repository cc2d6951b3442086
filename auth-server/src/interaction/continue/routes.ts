// "Continue as …?": a session alone proves nothing about the app that asks, so its person has to say yes (RFC 8252 §8.6).
import type { Deps } from '../../deps.ts'
import { sendPage } from '../../pages/send-page.ts'
import { takeStep } from '../../store/tables/authorization-requests.ts'
import { guestDeviceOf } from '../guest/needed.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { continuePage } from './view.ts'

declare module '../../store/visit-steps.ts' {
  interface StepNames {
    readonly continue: DoneStep
  }
}

export function continuePages({ db }: Deps, visits: VisitFlow): VisitPages {
  return {
    continue: {
      async GET(request, reply) {
        const visit = await visits.openAppStep(request, reply, 'continue')
        if (!visit) return reply
        const { pending, session, binding } = visit
        const guest = await guestDeviceOf(visit, db)
        return sendPage(reply, continuePage({ pending, binding, session, guest }))
      },
      async POST(request, reply) {
        const visit = await visits.openAppStep(request, reply, 'continue')
        if (!visit) return reply
        const { pending, session } = visit
        await takeStep(db, { requestId: pending.id, step: 'continue', sessionId: session.id })
        return visits.resume(reply, pending)
      },
    },
  }
}
