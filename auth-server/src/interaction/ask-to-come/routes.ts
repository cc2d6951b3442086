// The step of a visit to an API whose people are approved: whoever is no member asks, and reads how that stands.
import { ofRequest } from '../../audit/context.ts'
import type { Deps } from '../../deps.ts'
import { asOneLine } from '../../http/one-line.ts'
import { tooManyRequests } from '../../http/problem.ts'
import { askToCome } from '../../identity/membership-requests.ts'
import { sendPage } from '../../pages/send-page.ts'
import { findAsked } from '../../store/tables/membership-requests.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { askToComePage, MAX_WHY } from './view.ts'

const STEP = 'ask-to-come'

export function askToComePages({ db, limits }: Deps, visits: VisitFlow): VisitPages {
  return {
    [STEP]: {
      async GET(request, reply) {
        const visit = await visits.openAppStep(request, reply, STEP)
        if (!visit) return reply
        const { pending, session } = visit
        const asked = await findAsked(db, { personId: session.personId, apiId: pending.app.apiId })
        return sendPage(reply.code(403), askToComePage(visit, asked))
      },
      async POST(request, reply) {
        const visit = await visits.openAppStep(request, reply, STEP)
        if (!visit) return reply
        const { pending, session, form } = visit
        // What is no line of words is no reason to ask again.
        const reason = asOneLine(form.get('reason') ?? '', MAX_WHY) ?? null
        const asking = { personId: session.personId, apiId: pending.app.apiId, reason }
        await db.transaction().execute(async (trx) => {
          const waitSeconds = await askToCome(trx, asking, limits.admitBy(trx), ofRequest(request))
          if (waitSeconds > 0) throw tooManyRequests('this account has asked to come to many APIs', waitSeconds)
        })
        return visits.resume(reply, pending)
      },
    },
  }
}
