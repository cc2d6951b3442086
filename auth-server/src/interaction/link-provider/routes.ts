// "Link …?" after somebody has come from a provider and then signed in to the account with the same address: yes, or not now.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import type { Deps } from '../../deps.ts'
import { link } from '../../identity/federation/links.ts'
import { sendPage } from '../../pages/send-page.ts'
import { holdSession, unlessOver } from '../../store/lock-account.ts'
import { findWaitingLink, takeWaitingLink, type WaitingLink } from '../../store/tables/upstream-logins.ts'
import { resumePath } from '../paths.ts'
import { providerFailedPage } from '../provider/view.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { linkPage } from './view.ts'

const STEP = 'link-provider'

export function linkProviderPages({ db, providers }: Deps, visits: VisitFlow): VisitPages {
  const labelOf = ({ issuer, provider }: WaitingLink) => providers.labelOf(issuer) ?? provider
  /** The visit with what waits in it. */
  const open = async (request: FastifyRequest, reply: FastifyReply) => {
    const visit = await visits.openStep(request, reply, STEP)
    if (!visit) return undefined
    const { pending, session } = visit
    const waiting = await findWaitingLink(db, { requestId: pending.id, personId: session.personId })
    if (waiting) return { ...visit, waiting }
    // Done in another tab, or expired a moment ago.
    visits.resume(reply, pending)
    return undefined
  }

  return {
    [STEP]: {
      async GET(request, reply) {
        const visit = await open(request, reply)
        if (!visit) return reply
        const { waiting } = visit
        return sendPage(reply, linkPage(visit, labelOf(waiting), waiting.emailKey))
      },
      async POST(request, reply) {
        const visit = await open(request, reply)
        if (!visit) return reply
        const { pending, session, waiting } = visit
        const linked = db.transaction().execute(async (trx) => {
          // Done in another tab: nothing is left to say.
          if (!(await takeWaitingLink(trx, { requestId: pending.id, link: waiting }))) return false
          await holdSession(trx, session)
          return !(await link(trx, waiting, session.personId, ofRequest(request)))
        })
        const isTaken = await linked.catch(unlessOver)
        if (!isTaken) return visits.resume(reply, pending)
        return sendPage(reply.code(409), providerFailedPage('taken', labelOf(waiting), resumePath(pending.id)))
      },
    },
    [`${STEP}/later`]: {
      async POST(request, reply) {
        const visit = await open(request, reply)
        if (!visit) return reply
        const { pending, waiting } = visit
        await takeWaitingLink(db, { requestId: pending.id, link: waiting })
        return visits.resume(reply, pending)
      },
    },
  }
}
