// Where providers' answers end: each answer counts once, in the browser that it was begun in, and then decides who is signed in.
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import type { PageHandlers } from '../../http/page-routes.ts'
import { Parameters } from '../../http/parameters.ts'
import { federationPath } from '../../identity/federation/addresses.ts'
import { keptSubject } from '../../identity/federation/kept-subject.ts'
import { CancelledThere } from '../../identity/federation/provider.ts'
import { inBrief } from '../../logger/brief-error.ts'
import { sendPage } from '../../pages/send-page.ts'
import { takeUpstreamAnswer } from '../../store/tables/upstream-logins.ts'
import { LOGIN, stepPath } from '../paths.ts'
import { answerTrial } from '../provider-trial/answer.ts'
import { isTrialState } from '../provider-trial/begin.ts'
import { browserProof } from '../session.ts'
import { visitFlow } from '../visit.ts'
import { arrive, ownPageOf } from './arrival.ts'
import { asksAnew, upstreamRequest } from './begin.ts'
import { metadataDocument } from './metadata.ts'
import { postedAnswer } from './posted.ts'
import { requireProvider, unknownProvider } from './required.ts'
import { type ProviderFailure, providerFailedPage } from './view.ts'

export function callbackPages(deps: Deps): Readonly<Record<string, PageHandlers>> {
  const { db, config, cookies, providers } = deps
  const visits = visitFlow(deps)
  return {
    [federationPath('acs')]: postedAnswer(deps, 'acs'),
    [federationPath('metadata')]: metadataDocument(deps),
    [federationPath('callback')]: {
      ...postedAnswer(deps, 'callback'),
      async GET(request, reply) {
        const provider = requireProvider(providers, request)
        // Nothing that was typed ever comes by an address.
        if (provider.asksHere) throw unknownProvider('nobody comes back from this provider')
        const parameters = Parameters.ofUrl(request.raw.url ?? '')
        parameters.requireSound()
        const state = parameters.get('state') ?? ''
        if (isTrialState(state))
          return answerTrial(deps, request, reply, { provider, state, parameters: parameters.toString() })
        const { visits: sent } = browserProof(cookies, request)
        const stateHash = sha256(state)
        const isPosted = provider.posts !== undefined
        const returned = await takeUpstreamAnswer(db, { provider: provider.name, stateHash, isPosted, visits: sent })
        if (!returned) return sendPage(reply.code(400), providerFailedPage('ended', provider.label))
        const visit = await visits.open(request, reply, returned.requestId)
        if (!visit) return reply
        const answer = new URLSearchParams(returned.posted ?? parameters.toString())
        const back = returned.linking ? undefined : stepPath(LOGIN, returned.requestId)
        const failed = (why: ProviderFailure, status: number) =>
          sendPage(reply.code(status), providerFailedPage(why, provider.label, back ?? ownPageOf(visit)))
        if (answer.get('error') === 'access_denied') return failed('cancelled', 403)
        const { linking, begunSecondsAgo } = returned
        const isFresh = !linking && asksAnew(visit.pending)
        const { secret, pending } = visit
        const asked = upstreamRequest(config, provider, { requestId: pending.id, secret, state, isFresh })
        const identity = await provider
          .finish({ ...asked, parameters: answer, begunSecondsAgo })
          .catch((error: unknown) => {
            if (error instanceof CancelledThere) return 'cancelled' as const
            request.log.warn(
              { event: 'provider_failed', provider: provider.name, because: inBrief(error) },
              'a provider failed',
            )
            return undefined
          })
        if (identity === 'cancelled') return failed('cancelled', 403)
        if (!identity) return provider.isDown() ? failed('unavailable', 503) : failed('refused', 400)
        const subject = await keptSubject(identity, config.keyEncryptionKeys)
        const came = { request, reply, visit, provider, identity, subject, stateHash, failed }
        return arrive(deps, came, linking)
      },
    },
  }
}
