// The answer to a trial: taken once, in the browser that began it, looked at, and shown; nobody is signed in by it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { portalCookiesFor } from '../../http/portal-cookies.ts'
import { CancelledThere, type UpstreamAnswer, WrongCredentials } from '../../identity/federation/provider.ts'
import type { IdentityProvider } from '../../identity/federation/providers.ts'
import { sendPage } from '../../pages/send-page.ts'
import { takeProviderTrial } from '../../store/tables/provider-trials.ts'
import { providerFailedPage } from '../provider/view.ts'
import { settle, trialPage, trialRequest } from './begin.ts'
import { failureInWords, refusalInWords } from './failure.ts'
import type { TrialResult } from './result.ts'
import { toldResult } from './told.ts'

type AnswerDeps = Pick<Deps, 'db' | 'config'>

/** @param parameters of the address; what its page has posted counts instead, where it does that */
export async function answerTrial(
  deps: AnswerDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { provider, state, parameters }: Readonly<{ provider: IdentityProvider; state: string; parameters: string }>,
): Promise<FastifyReply> {
  const { db, config } = deps
  const secrets = portalCookiesFor(config.issuer).sessions(request)
  const taken = await takeProviderTrial(db, {
    provider: provider.name,
    stateHash: sha256(state),
    isPosted: provider.posts !== undefined,
    browserHashes: secrets.map(sha256),
  })
  const secret = secrets.find((each) => sha256(each) === taken?.browserHash)
  if (!taken || secret === undefined) return sendPage(reply.code(400), providerFailedPage('ended', provider.label))
  const asked = trialRequest(config, provider, { secret, state })
  const answer = new URLSearchParams(taken.posted ?? parameters)
  const { begunSecondsAgo } = taken
  await settle(deps, state, await resultOf(deps, provider, { ...asked, parameters: answer, begunSecondsAgo }))
  return reply.redirect(trialPage(provider.name), 303)
}

/** What a provider says to an answer. */
export async function resultOf(
  deps: AnswerDeps,
  provider: IdentityProvider,
  answer: UpstreamAnswer,
): Promise<TrialResult> {
  const because = refusalInWords(answer.parameters)
  if (answer.parameters.get('error') === 'access_denied') return { kind: 'cancelled', because }
  try {
    return await toldResult(deps, provider, await provider.finish(answer))
  } catch (error) {
    if (error instanceof CancelledThere) return { kind: 'cancelled', because }
    if (error instanceof WrongCredentials) return { kind: 'wrong credentials' }
    return { kind: 'failed', because: failureInWords(error), isDown: provider.isDown() }
  }
}
