// Signing in with a passkey instead of a password: what the browser is asked for, and what it answers.
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import { HttpProblem } from '../../http/problem.ts'
import { authenticatedBy } from '../../identity/acr.ts'
import { waysOf } from '../../identity/federation/offered.ts'
import { assertionOptions, checkAssertion, PASSKEY_METHODS } from '../../identity/passkeys/authentication.ts'
import { sendPage } from '../../pages/send-page.ts'
import { completeSignIn } from '../complete-sign-in.ts'
import type { Visit, VisitFlow, VisitPages } from '../visit.ts'
import { recordRefusal } from './refusal.ts'
import { loginPage, type SignInProblem } from './view.ts'

/** Forms of the login page; the script of passkeys posts them. */
export function passkeyLoginPages(deps: Deps, visits: VisitFlow): VisitPages {
  const { db, config, limits, metrics, providers } = deps
  const canSignUp = config.signUp === 'open'
  const keyOf = ({ pending }: Visit) => ({ ceremony: 'sign-in', holder: pending.id, personId: null }) as const

  return {
    'login/passkey/options': {
      async POST(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        if (!waysOf(providers, visit.pending).own)
          throw new HttpProblem('access_denied', 'this app offers no sign-in with a passkey', { status: 403 })
        return reply.send(await assertionOptions(db, config, keyOf(visit)))
      },
    },
    'login/passkey': {
      async POST(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        const { pending, binding, form } = visit
        const ways = waysOf(providers, pending)
        const page = (problem: SignInProblem) =>
          loginPage({ pending, binding, canSignUp, providers, ways, email: '', problem })
        if (!ways.own) return sendPage(reply.code(403), page('notOffered'))
        const attempt = await limits.admit({ signInGuessesByAddress: { address: request.ip } })
        if (attempt.waitSeconds > 0) {
          metrics.signIns.inc({ outcome: 'refused' })
          reply.header('retry-after', String(attempt.waitSeconds))
          return sendPage(reply.code(429), page('tooMany'))
        }
        const asserted = await checkAssertion(db, config, keyOf(visit), form.get('credential'))
        const again = (problem: SignInProblem) =>
          sendPage(reply.code(problem === 'malformed' ? 400 : 422), page(problem))
        if (asserted.kind !== 'proven') {
          metrics.signIns.inc({ outcome: 'wrong-credentials' })
          const detail = 'detail' in asserted ? asserted.detail : undefined
          request.log.info({ event: 'passkey_refused', reason: asserted.kind, detail }, 'a passkey was refused')
          const whose = pending.app ? { applicationId: pending.app.applicationId } : {}
          await record(db, { type: 'sign-in', outcome: 'wrong-credentials', ...whose }, ofRequest(request))
          return again(asserted.kind)
        }
        await attempt.takeBack()
        const { personId, authEpoch, needsNewPassword, counterWentBack, passkeyId } = asserted
        if (counterWentBack)
          await record(db, { type: 'passkey', outcome: 'counter-went-back', personId }, ofRequest(request))
        if (needsNewPassword) {
          await recordRefusal(deps, request, pending, personId)
          return again('newPassword')
        }
        const proven = { personId, authEpoch, ...authenticatedBy(PASSKEY_METHODS), issuer: null, passkeyId }
        const done = await completeSignIn(deps, request, reply, visit, proven)
        return done === 'person changed' ? again('personChanged') : reply
      },
    },
  }
}
