// Try this provider: an administrator begins a sign-in there that signs nobody in, and sees what came of it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { portalCookiesFor } from '../../http/portal-cookies.ts'
import { HttpProblem } from '../../http/problem.ts'
import type { IdentityProvider } from '../../identity/federation/providers.ts'
import { resolvedGuesses } from '../../identity/federation/resolved-guesses.ts'
import { spelledOnce } from '../../identity/federation/spelled-once.ts'
import { admitSignInGuess } from '../../identity/sign-in-guesses.ts'
import { resultOf } from '../../interaction/provider-trial/answer.ts'
import {
  openTrial,
  settle,
  type Trier,
  trialPage,
  trialRequest,
  tryAtProvider,
} from '../../interaction/provider-trial/begin.ts'
import { type TrialResult, unsealResult } from '../../interaction/provider-trial/result.ts'
import { sendPage } from '../../pages/send-page.ts'
import { endProviderTrial, findProviderTrial } from '../../store/tables/provider-trials.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { idsOf } from './asked.ts'
import { providerTrialPage } from './provider-trial-view.ts'

export function providerTrialRoutes(deps: Deps): PortalRoutes {
  const { db, config, cookies, limits, providers } = deps
  const portalCookies = portalCookiesFor(config.issuer)

  /** @throws {HttpProblem} 404 */
  function providerOf(request: FastifyRequest): IdentityProvider {
    const provider = providers.find(idsOf(request).get('provider') ?? '')
    if (!provider) throw new HttpProblem('not_found', 'no such provider is configured', { status: 404 })
    return provider
  }

  function trierOf(request: FastifyRequest, { session }: PortalPerson): Trier {
    const { personId, id: sessionId, portalTokenHash } = session
    const secret = portalCookies.sessions(request).find((token) => sha256(token) === portalTokenHash)
    if (secret === undefined) throw new Error('the guard let somebody in without their cookie')
    return { personId, sessionId, secret, context: { ...ofRequest(request), actorId: personId } }
  }

  async function lastResult({ session }: PortalPerson, { name }: IdentityProvider): Promise<TrialResult | undefined> {
    const owner = { personId: session.personId, sessionId: session.id, provider: name }
    const found = await findProviderTrial(db, owner)
    return found && unsealResult(found.sealed, config.keyEncryptionKeys, found.stateHash)
  }

  /** Name and password of one whose people type them on a page of ours: guesses count as those of sign-ins. */
  async function tryHere(
    request: FastifyRequest,
    reply: FastifyReply,
    me: PortalPerson,
    provider: IdentityProvider,
  ): Promise<FastifyReply> {
    const [name, password] = [me.form.get('name') ?? '', me.form.get('password') ?? '']
    const account = `${provider.issuer} ${spelledOnce(name)}`
    const guess = { account, address: request.ip, tokens: cookies.known(request) }
    const attempt = await admitSignInGuess(limits, config.cookieSecrets, guess)
    const tooMany = (waitSeconds: number) => {
      const page = providerTrialPage(me, provider, { result: undefined, tooMany: true })
      return sendPage(reply.code(429).header('retry-after', String(waitSeconds)), page)
    }
    if (attempt.waitSeconds > 0) return tooMany(attempt.waitSeconds)
    const resolved = resolvedGuesses(limits, config.cookieSecrets, provider.issuer, guess)
    const trier = trierOf(request, me)
    const state = await openTrial(deps, request, provider, trier)
    const asked = trialRequest(config, provider, { secret: trier.secret, state })
    const parameters = new URLSearchParams({ name, password })
    const result = await resultOf(deps, provider, { ...asked, parameters, admit: resolved.admit })
    await settle(deps, state, result)
    const waitSeconds = resolved.waitSeconds()
    if (result.kind !== 'wrong credentials' || waitSeconds > 0) await attempt.takeBack()
    if (waitSeconds > 0) return tooMany(waitSeconds)
    if (result.kind !== 'wrong credentials') await resolved.takeBack()
    return reply.redirect(trialPage(provider.name), 303)
  }

  return {
    [PATHS.providerTrial]: {
      needs: 'administrator',
      recent: true,
      async GET(request, reply, me) {
        const provider = providerOf(request)
        return sendPage(reply, providerTrialPage(me, provider, { result: await lastResult(me, provider) }))
      },
      async POST(request, reply, me) {
        const provider = providerOf(request)
        return provider.asksHere
          ? tryHere(request, reply, me, provider)
          : tryAtProvider(deps, request, reply, provider, trierOf(request, me))
      },
    },
    [PATHS.providerTrialEnd]: {
      needs: 'administrator',
      on: PATHS.providerTrial,
      async POST(request, reply, me) {
        const { name } = providerOf(request)
        await endProviderTrial(db, { personId: me.session.personId, provider: name })
        return reply.redirect(trialPage(name), 303)
      },
    },
  }
}
