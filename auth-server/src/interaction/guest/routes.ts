// The page that a guest begins with who wants an account: which device and app it is about, and the two ways on.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import { sendPage } from '../../pages/send-page.ts'
import { takeStep } from '../../store/tables/authorization-requests.ts'
import { SIGN_UP } from '../mail-proof/paths.ts'
import { stepPath } from '../paths.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { guestDeviceOf } from './needed.ts'
import { guestPage, HAS_ACCOUNT } from './view.ts'

export function guestPages(deps: Deps, visits: VisitFlow): VisitPages {
  const { db, config, mailer } = deps

  /** The visit, if this is what comes next in it; there need not be a session. */
  async function openGuest(request: FastifyRequest, reply: FastifyReply) {
    const visit = await visits.openEarlyStep(request, reply, 'guest')
    if (!visit) return undefined
    const { pending } = visit
    const device = await guestDeviceOf(visit, db)
    if (pending.app && device) return { ...visit, pending, device }
    visits.resume(reply, pending)
    return undefined
  }

  return {
    guest: {
      async GET(request, reply) {
        const visit = await openGuest(request, reply)
        if (!visit) return reply
        const { binding, pending, device } = visit
        const canSignUp = config.signUp === 'open' && mailer !== undefined
        return sendPage(reply, guestPage({ binding, pending, deviceName: device.name, canSignUp }))
      },
      async POST(request, reply) {
        const visit = await openGuest(request, reply)
        if (!visit) return reply
        await takeStep(db, { requestId: visit.pending.id, step: 'guest', sessionId: null })
        return reply.redirect(stepPath(SIGN_UP, visit.pending.id), 303)
      },
    },
    [HAS_ACCOUNT]: {
      async POST(request, reply) {
        const visit = await openGuest(request, reply)
        if (!visit) return reply
        await takeStep(db, { requestId: visit.pending.id, step: 'guest', sessionId: null })
        return visits.resume(reply, visit.pending)
      },
    },
  }
}
