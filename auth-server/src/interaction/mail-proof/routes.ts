// Signing up, and a forgotten password, in a visit: ask for the address, wait for the mail's code or link, choose the password, go on.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../../crypto/digest.ts'
import { readAddress } from '../../delivery/mail/mailbox.ts'
import type { Deps } from '../../deps.ts'
import type { PageHandlers } from '../../http/page-routes.ts'
import { authenticatedBy } from '../../identity/acr.ts'
import { routedBy, waysOf } from '../../identity/federation/offered.ts'
import { askForProof, proveByCode } from '../../identity/mail-proof.ts'
import { languageOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { VISIT_PURPOSES, type VisitPurpose } from '../../store/mail-purpose.ts'
import { findProvenAddress } from '../../store/queries/address-proofs.ts'
import { findAwaitedProof } from '../../store/queries/asked-proofs.ts'
import { appNameOf } from '../app-looks.ts'
import { completeSignIn } from '../complete-sign-in.ts'
import { toldDeviceOf } from '../guest/needed.ts'
import { resumePath, stepPath } from '../paths.ts'
import { beginAtProvider, signingIn } from '../provider/begin.ts'
import type { Visit, VisitFlow, VisitPages } from '../visit.ts'
import { askPage, notAvailablePage } from './ask-view.ts'
import { checkMailPage } from './check-view.ts'
import { newPasswordPages } from './new-password.ts'
import { CHECK_MAIL, FORGOTTEN, NEW_PASSWORD, SIGN_UP } from './paths.ts'

export function mailProofPages(deps: Deps, visits: VisitFlow): VisitPages {
  const { db, config, mailer, providers } = deps

  /** Whether the server does this at all; where a page does not offer it, a form does not get it either. */
  function refusalOf(purpose: VisitPurpose, { pending }: Visit): number | undefined {
    if (!waysOf(providers, pending).own) return 403
    if (purpose === 'sign-up' && config.signUp === 'closed') return 403
    return mailer ? undefined : 404
  }

  function ask(purpose: VisitPurpose): PageHandlers {
    return {
      async GET(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        const { pending, binding } = visit
        const refusal = refusalOf(purpose, visit)
        if (refusal !== undefined) return sendPage(reply.code(refusal), notAvailablePage(binding, purpose))
        return sendPage(
          reply,
          askPage({
            pending,
            binding,
            purpose,
            ways: waysOf(providers, pending),
            email: pending.request.loginHint ?? '',
          }),
        )
      },
      async POST(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        const { pending, binding, form, secret } = visit
        const refusal = refusalOf(purpose, visit)
        if (refusal !== undefined) return sendPage(reply.code(refusal), notAvailablePage(binding, purpose))
        const ways = waysOf(providers, pending)
        const email = form.get('email') ?? ''
        const address = readAddress(email)
        if (address?.mailbox === undefined)
          return sendPage(reply.code(422), askPage({ pending, binding, purpose, ways, email, isProblem: true }))
        const routed = purpose === 'sign-up' ? routedBy(ways, address.key) : undefined
        if (routed) return beginAtProvider(deps, request, reply, routed, signingIn(visit))
        await askForProof(deps, {
          purpose,
          to: { key: address.key, address: address.mailbox },
          asker: { requestId: pending.id, browserHash: sha256(secret) },
          language: languageOf(request),
          appName: pending.app && appNameOf(pending),
          ip: request.ip,
        })
        return reply.redirect(stepPath(CHECK_MAIL, pending.id), 303)
      },
    }
  }

  async function openAwaited(request: FastifyRequest, reply: FastifyReply) {
    const visit = await visits.open(request, reply)
    if (!visit) return undefined
    const browserHash = sha256(visit.secret)
    const awaited = await findAwaitedProof(db, VISIT_PURPOSES, { requestId: visit.pending.id, browserHash })
    if (awaited) return { ...visit, awaited, browserHash }
    visits.resume(reply, visit.pending)
    return undefined
  }

  async function openProven(request: FastifyRequest, reply: FastifyReply) {
    const visit = await visits.open(request, reply)
    if (!visit) return undefined
    const proof = await findProvenAddress(db, { requestId: visit.pending.id }, [sha256(visit.secret)])
    const { pending } = visit
    const { app } = pending
    const deviceJkt = toldDeviceOf(pending)
    if (proof) return { ...visit, proof, app, deviceJkt, ...(deviceJkt && { resume: resumePath(visit.pending.id) }) }
    // Not proven, or used up: what is next is as it was.
    visits.resume(reply, visit.pending)
    return undefined
  }

  return {
    [SIGN_UP]: ask('sign-up'),
    [FORGOTTEN]: ask('reset'),
    [CHECK_MAIL]: {
      async GET(request, reply) {
        const visit = await openAwaited(request, reply)
        if (!visit) return reply
        const { pending, binding, awaited } = visit
        const problem = awaited.isSpent ? ('too many' as const) : undefined
        return sendPage(reply, checkMailPage({ pending, binding, awaited, problem }))
      },
      async POST(request, reply) {
        const visit = await openAwaited(request, reply)
        if (!visit) return reply
        const { pending, binding, form, awaited, browserHash } = visit
        const code = form.get('code') ?? ''
        const { outcome, waitSeconds } = await proveByCode(deps, { awaited, browserHash, code, ip: request.ip })
        if (outcome === 'proven') return reply.redirect(stepPath(NEW_PASSWORD, pending.id), 303)
        if (waitSeconds !== undefined) reply.header('retry-after', String(waitSeconds))
        const status = outcome === 'wrong' ? 422 : 429
        return sendPage(reply.code(status), checkMailPage({ pending, binding, awaited, problem: outcome }))
      },
    },
    [NEW_PASSWORD]: newPasswordPages(deps, openProven, async (request, reply, visit, { personId, authEpoch }) => {
      const methods = visit.proof.purpose === 'reset' ? (['pwd', 'mca'] as const) : (['pwd'] as const)
      const person = { personId, authEpoch, ...authenticatedBy(methods), issuer: null, isExpected: true }
      const done = await completeSignIn(deps, request, reply, visit, person)
      return done === 'person changed' ? visits.resume(reply, visit.pending) : reply
    }),
  }
}
