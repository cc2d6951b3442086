// The second factor of a sign-in: a code of an authenticator app, or a recovery code in its place.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import { findRecoveryCode, findTotpCode, type UseCode } from '../../identity/second-factors/prove.ts'
import type { Page } from '../../pages/frame.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { SignedInVisit, VisitFlow, VisitPages } from '../visit.ts'
import { completeStepUp, repeatStepUp, type ShownFactor } from './complete-step-up.ts'
import { factorPage, takesTypedCode } from './factor-page.ts'
import { passkeyFactorPages } from './passkey.ts'
import { recoveryCodePage, type SecondFactorProblem } from './view.ts'

/** A kind of code that is typed: who counts the guesses, how it is looked at, and the page that it is typed on. */
interface TypedCode {
  readonly guesses: 'secondFactorGuesses' | 'recoveryCodeGuesses'
  readonly find: (visit: SignedInVisit, code: string | undefined) => Promise<UseCode | undefined> | UseCode | undefined
  readonly page: (visit: SignedInVisit, problem?: SecondFactorProblem) => Page
  readonly outcome: ShownFactor['outcome']
}

export function secondFactorPages(deps: Deps, visits: VisitFlow): VisitPages {
  const { db, config } = deps
  const { keyEncryptionKeys } = config
  const totp: TypedCode = {
    guesses: 'secondFactorGuesses',
    find: ({ session }, code) => findTotpCode(db, keyEncryptionKeys, { personId: session.personId, code }),
    page: factorPage,
    outcome: 'succeeded',
  }
  const recoveryCode: TypedCode = {
    guesses: 'recoveryCodeGuesses',
    find: ({ session }, code) => findRecoveryCode(db, keyEncryptionKeys, { personId: session.personId, code }),
    page: recoveryCodePage,
    outcome: 'recovery-code-used',
  }
  const pagesOf = (typed: TypedCode) => ({
    async GET(request: FastifyRequest, reply: FastifyReply) {
      const visit = await visits.openStep(request, reply, 'second-factor')
      return visit ? sendPage(reply, typed.page(visit)) : reply
    },
    async POST(request: FastifyRequest, reply: FastifyReply) {
      const repeated = () => repeatStepUp(deps, request, reply)
      const visit = await visits.openStep(request, reply, 'second-factor', repeated)
      return visit ? take(deps, typed, request, reply, visit) : reply
    },
  })
  return {
    'second-factor': pagesOf(totp),
    'recovery-code': pagesOf(recoveryCode),
    ...passkeyFactorPages(deps, visits),
  }
}

async function take(
  deps: Deps,
  { guesses, find, page, outcome }: TypedCode,
  request: FastifyRequest,
  reply: FastifyReply,
  visit: SignedInVisit,
): Promise<FastifyReply> {
  const { pending, session, form } = visit
  const { personId } = session
  const again = (problem: SecondFactorProblem) => sendPage(reply.code(422), page(visit, problem))
  if (!takesTypedCode(visit)) return again('notEnough')
  const attempt = await deps.limits.admit({ [guesses]: { about: personId } })
  if (attempt.waitSeconds > 0) {
    reply.header('retry-after', String(attempt.waitSeconds))
    return sendPage(reply.code(429), page(visit, 'tooMany'))
  }
  const use = await find(visit, form.get('code'))
  const shown = use && { methods: ['otp'] as const, use, outcome }
  if (shown && (await completeStepUp(deps, request, reply, visit, shown)) !== 'used') {
    await attempt.takeBack()
    return reply
  }
  const whose = { personId, ...(pending.app && { applicationId: pending.app.applicationId }) }
  await record(deps.db, { type: 'second-factor', outcome: 'wrong-code', ...whose }, ofRequest(request))
  return again(outcome === 'succeeded' ? 'wrongCode' : 'wrongRecoveryCode')
}
