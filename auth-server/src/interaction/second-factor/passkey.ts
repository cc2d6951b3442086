// A passkey as the second factor: one of the person who has just typed the password, and of nobody else.
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import { assertionOptions, checkAssertion, PASSKEY_METHODS } from '../../identity/passkeys/authentication.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { SignedInVisit, VisitFlow, VisitPages } from '../visit.ts'
import { completeStepUp, repeatStepUp } from './complete-step-up.ts'
import { factorPage } from './factor-page.ts'

const STEP = 'second-factor'

export function passkeyFactorPages(deps: Deps, visits: VisitFlow): VisitPages {
  const { db, config } = deps
  const keyOf = ({ pending, session }: SignedInVisit) =>
    ({ ceremony: 'second-factor', holder: pending.id, personId: session.personId }) as const

  return {
    'second-factor/passkey/options': {
      async POST(request, reply) {
        const visit = await visits.openStep(request, reply, STEP)
        return visit ? reply.send(await assertionOptions(db, config, keyOf(visit))) : reply
      },
    },
    'second-factor/passkey': {
      async POST(request, reply) {
        const repeated = () => repeatStepUp(deps, request, reply)
        const visit = await visits.openStep(request, reply, STEP, repeated)
        if (!visit) return reply
        const { session, pending } = visit
        const asserted = await checkAssertion(db, config, keyOf(visit), visit.form.get('credential'))
        const whose = { personId: session.personId, ...(pending.app && { applicationId: pending.app.applicationId }) }
        if (asserted.kind !== 'proven') {
          await record(db, { type: 'second-factor', outcome: 'wrong-code', ...whose }, ofRequest(request))
          const page = factorPage(visit, asserted.kind)
          return sendPage(reply.code(asserted.kind === 'malformed' ? 400 : 422), page)
        }
        if (asserted.counterWentBack)
          await record(
            db,
            { type: 'passkey', outcome: 'counter-went-back', personId: session.personId },
            ofRequest(request),
          )
        // Its challenge was used up by looking at it.
        const shown = { methods: PASSKEY_METHODS, use: async () => true, outcome: 'succeeded' } as const
        await completeStepUp(deps, request, reply, visit, shown)
        return reply
      },
    },
  }
}
