// /federation/<provider>/logout: a sign-in at a provider is over, by its own word (OpenID Connect Back-Channel Logout 1.0 §2.5–2.8) or by a browser's.
import type { FastifyRequest, RouteHandlerMethod } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import type { Deps } from '../deps.ts'
import { tooManyRequests } from '../http/problem.ts'
import { pathParameter } from '../http/request-path.ts'
import { LOGOUT_TOKEN_KEEP_SECONDS } from '../identity/federation/logout-token.ts'
import { UnfitLogoutToken } from '../identity/federation/provider.ts'
import { requireProvider, unknownProvider } from '../interaction/provider/required.ts'
import { inBrief } from '../logger/brief-error.ts'
import { browserLogout, postedLogout } from './browser-logout.ts'
import { endUpstreamSessions } from './end-upstream-sessions.ts'
import { OAuthError } from './errors.ts'
import { readForm } from './form-request.ts'

const TOKEN = 'logout_token'

export function upstreamLogoutHandler(deps: Deps): RouteHandlerMethod {
  const { db, providers, limits } = deps
  return async (request, reply) => {
    if (request.method === 'GET') return browserLogout(deps, request, reply, requireProvider(providers, request))
    if (providers.find(pathParameter(request, 'provider') ?? '')?.logout?.brought)
      return postedLogout(deps, request, reply, requireProvider(providers, request))
    const parameters = readForm(request)
    const provider = requireProvider(providers, request)
    const { name, issuer } = provider
    if (!provider.readLogoutToken) throw unknownProvider('this provider tells of no sign-outs')
    const { waitSeconds } = await limits.admit({ providerLogouts: { address: request.ip } })
    if (waitSeconds > 0) throw tooManyRequests('too many sign-outs were told of; try again later', waitSeconds)
    const token = parameters.get(TOKEN)
    if (token === undefined) throw new OAuthError('invalid_request', `${TOKEN} is missing`)
    const told = await provider.readLogoutToken(token).catch((error: unknown) => {
      throw refusal(request, name, error)
    })
    const { jti, subject, sessionId } = told
    const ended = await endUpstreamSessions(
      db,
      { issuer, subject, sids: sessionId === undefined ? [] : [sessionId] },
      { parts: ['logout_token', issuer, jti], keepSeconds: LOGOUT_TOKEN_KEEP_SECONDS },
      ofRequest(request),
    )
    if (ended === undefined) throw refusal(request, name, new UnfitLogoutToken('its jti has been used already'))
    request.log.info(
      { event: 'provider_signed_out', provider: name, sessions: ended },
      'a provider signed somebody out',
    )
    return reply.code(200).send()
  }
}

/** The same status for both (§2.8): whether the token is unfit, or could not be checked. */
function refusal(request: FastifyRequest, provider: string, error: unknown): OAuthError {
  request.log.warn(
    { event: 'provider_logout_refused', provider, because: inBrief(error) },
    'a provider’s word that a sign-in is over was not taken',
  )
  const why = error instanceof UnfitLogoutToken ? error.message : 'it cannot be checked now; send another one later'
  return new OAuthError('invalid_request', `${TOKEN}: ${why}`)
}
