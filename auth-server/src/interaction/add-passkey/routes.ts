// The page that offers a passkey to who has just signed in with a password: made here, or not now.
import { ofRequest } from '../../audit/context.ts'
import type { Deps } from '../../deps.ts'
import { registerPasskey, registrationCeremonyOf, registrationOptions } from '../../identity/passkeys/registration.ts'
import { sendPage } from '../../pages/send-page.ts'
import { declinePasskey } from '../../store/queries/passkey-offer.ts'
import { takeStep } from '../../store/tables/authorization-requests.ts'
import type { SignedInVisit, VisitFlow, VisitPages } from '../visit.ts'
import { addPasskeyPage } from './view.ts'

const STEP = 'add-passkey'

export function addPasskeyPages(deps: Deps, visits: VisitFlow): VisitPages {
  const { db, config } = deps
  const done = ({ pending, session }: SignedInVisit) =>
    ({ requestId: pending.id, step: STEP, sessionId: session.id }) as const

  return {
    'add-passkey': {
      async GET(request, reply) {
        const visit = await visits.openStep(request, reply, STEP)
        return visit ? sendPage(reply, addPasskeyPage(visit)) : reply
      },
      async POST(request, reply) {
        const visit = await visits.openStep(request, reply, STEP)
        if (!visit) return reply
        const { session, pending, form } = visit
        const answer = { json: form.get('credential'), ceremony: registrationCeremonyOf(form.get('mediation')) }
        const registered = await registerPasskey(db, config, session, answer, ofRequest(request), (trx) =>
          takeStep(trx, done(visit)),
        )
        if (registered.kind === 'stored') return visits.resume(reply, pending)
        const detail = 'detail' in registered ? registered.detail : undefined
        request.log.info({ event: 'passkey_refused', reason: registered.kind, detail }, 'a passkey was not kept')
        const status = registered.kind === 'malformed' ? 400 : 422
        return sendPage(reply.code(status), addPasskeyPage({ ...visit, problem: registered.kind }))
      },
    },
    'add-passkey/options': {
      async POST(request, reply) {
        const visit = await visits.openStep(request, reply, STEP)
        if (!visit) return reply
        const ceremony = registrationCeremonyOf(visit.form.get('mediation'))
        return reply.send(await registrationOptions(db, config, visit.session, ceremony))
      },
    },
    'add-passkey/later': {
      async POST(request, reply) {
        const visit = await visits.openStep(request, reply, STEP)
        if (!visit) return reply
        await db.transaction().execute(async (trx) => {
          await takeStep(trx, done(visit))
          await declinePasskey(trx, visit.session.personId)
        })
        return visits.resume(reply, visit.pending)
      },
    },
  }
}
