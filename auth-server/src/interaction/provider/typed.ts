// The page where people type the name and the password that they have at a provider: asked within limits, believed once.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { pathParameter } from '../../http/request-path.ts'
import { keptSubject } from '../../identity/federation/kept-subject.ts'
import { waysOf } from '../../identity/federation/offered.ts'
import { TooManyGuesses, WrongCredentials } from '../../identity/federation/provider.ts'
import { resolvedGuesses } from '../../identity/federation/resolved-guesses.ts'
import { spelledOnce } from '../../identity/federation/spelled-once.ts'
import { admitSignInGuess } from '../../identity/sign-in-guesses.ts'
import { inBrief } from '../../logger/brief-error.ts'
import { sendPage } from '../../pages/send-page.ts'
import { awaitsUpstreamAnswer, takeUpstreamAnswer } from '../../store/tables/upstream-logins.ts'
import { LOGIN, stepPath } from '../paths.ts'
import { browserProof } from '../session.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { arrive, ownPageOf } from './arrival.ts'
import { upstreamRequest } from './begin.ts'
import { typedPath } from './paths.ts'
import { type TypedProblem, typedPage } from './typed-view.ts'
import { type ProviderFailure, providerFailedPage } from './view.ts'

export function typedPages(deps: Deps, visits: VisitFlow): VisitPages {
  const { db, config, cookies, limits, metrics, providers } = deps
  const open = async (request: FastifyRequest, reply: FastifyReply) => {
    const visit = await visits.open(request, reply)
    if (!visit) return undefined
    const provider = providers.find(pathParameter(request, 'provider') ?? '')
    if (provider?.asksHere) return { ...visit, visit, provider }
    // One that was there when the page was made, and is configured no more.
    visits.resume(reply, visit.pending)
    return undefined
  }
  return {
    [typedPath()]: {
      async GET(request, reply) {
        const opened = await open(request, reply)
        if (!opened) return reply
        const { visit, provider } = opened
        const state = new URL(request.raw.url ?? '', config.issuer).searchParams.get('state') ?? ''
        return sendPage(reply, typedPage(visit, provider, { state, back: backOf(opened) }))
      },
      async POST(request, reply) {
        const opened = await open(request, reply)
        if (!opened) return reply
        const { visit, provider, pending, form, secret } = opened
        const [state, name] = [form.get('state') ?? '', form.get('name') ?? '']
        const back = backOf(opened)
        const again = (problem: TypedProblem, status: number) =>
          sendPage(reply.code(status), typedPage(visit, provider, { state, back, name, problem }))
        const tooMany = (waitSeconds: number) => {
          metrics.signIns.inc({ outcome: 'refused' })
          reply.header('retry-after', String(waitSeconds))
          return again('tooMany', 429)
        }
        const failed = (why: ProviderFailure, status: number) =>
          sendPage(reply.code(status), providerFailedPage(why, provider.label, back))

        // What is not awaited, or would sign nobody in, is asked of nobody: it would tell right passwords from wrong ones.
        const stateHash = sha256(state)
        const sent = browserProof(cookies, request).visits.filter(({ id }) => id === pending.id)
        const awaited = await awaitsUpstreamAnswer(db, { provider: provider.name, stateHash, visits: sent })
        if (!awaited) return failed('ended', 400)
        if (!awaited.isLinking && !waysOf(providers, pending).providers.includes(provider))
          return failed('notOffered', 403)

        const account = `${provider.issuer} ${spelledOnce(name)}`
        const guess = { account, address: request.ip, tokens: cookies.known(request) }
        const attempt = await admitSignInGuess(limits, config.cookieSecrets, guess)
        if (attempt.waitSeconds > 0) return tooMany(attempt.waitSeconds)
        const resolved = resolvedGuesses(limits, config.cookieSecrets, provider.issuer, guess)
        const asked = upstreamRequest(config, provider, { requestId: pending.id, secret, state, isFresh: true })
        const parameters = new URLSearchParams({ name, password: form.get('password') ?? '' })
        const { admit } = resolved
        const identity = await provider.finish({ ...asked, parameters, admit }).catch((error: unknown) => {
          if (error instanceof WrongCredentials) return error
          const about = { event: 'provider_failed', provider: provider.name, because: inBrief(error) }
          request.log.warn(about, 'a provider failed')
          return undefined
        })
        // It counts: the directory was asked who this is, and nobody may have that done without end.
        if (identity instanceof TooManyGuesses) return tooMany(identity.waitSeconds)
        if (identity instanceof WrongCredentials) {
          metrics.signIns.inc({ outcome: 'wrong-credentials' })
          const whose = pending.app ? { applicationId: pending.app.applicationId } : {}
          await record(db, { type: 'sign-in', outcome: 'wrong-credentials', ...whose }, ofRequest(request))
          return again('noMatch', 422)
        }
        await attempt.takeBack()
        await resolved.takeBack()
        if (!identity) return failed('unavailable', 503)
        const arrival = { provider: provider.name, stateHash, isPosted: false, visits: sent }
        const returned = await takeUpstreamAnswer(db, arrival)
        if (!returned) return failed('ended', 400)
        const subject = await keptSubject(identity, config.keyEncryptionKeys)
        const came = { request, reply, visit, provider, identity, subject, stateHash, failed, account }
        return arrive(deps, came, returned.linking)
      },
    },
  }

  function backOf({ visit, pending }: NonNullable<Awaited<ReturnType<typeof open>>>): string {
    return ownPageOf(visit) ?? stepPath(LOGIN, pending.id)
  }
}
