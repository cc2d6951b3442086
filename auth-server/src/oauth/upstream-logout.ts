// /federation/<provider>/logout: a POST says that a sign-in there is over (OpenID Connect Back-Channel Logout 1.0 §2.5–2.8); by GET comes back whoever was signed out there.
import type { FastifyRequest, RouteHandlerMethod } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Deps } from '../deps.ts'
import { Parameters } from '../http/parameters.ts'
import { tooManyRequests } from '../http/problem.ts'
import { LOGOUT_TOKEN_KEEP_SECONDS } from '../identity/federation/logout-token.ts'
import { type EndedThere, UnfitLogoutToken } from '../identity/federation/provider.ts'
import { requireProvider, unknownProvider } from '../interaction/provider/required.ts'
import { returnFromProvider } from '../interaction/sign-out/at-provider.ts'
import { inBrief } from '../logger/brief-error.ts'
import { endSessionsWithin } from '../store/tables/sessions.ts'
import { useJti } from '../store/tables/used-jtis.ts'
import { OAuthError } from './errors.ts'
import { readForm } from './form-request.ts'

const TOKEN = 'logout_token'

export function upstreamLogoutHandler(deps: Deps): RouteHandlerMethod {
  const { db, providers, limits } = deps
  return async (request, reply) => {
    if (request.method === 'GET') {
      const provider = requireProvider(providers, request)
      if (!provider.logout) throw unknownProvider('nobody is signed out at this provider')
      const query = Parameters.ofUrl(request.raw.url ?? '')
      query.requireReadable()
      return returnFromProvider(deps, request, reply, { provider, state: query.get('state') ?? '' })
    }
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
    const ended = await end({ db }, request, issuer, told)
    if (ended === 'told before') throw refusal(request, name, new UnfitLogoutToken('its jti has been used already'))
    request.log.info(
      { event: 'provider_signed_out', provider: name, sessions: ended },
      'a provider signed somebody out',
    )
    return reply.code(200).send()
  }
}

/** How many sessions have ended; none where they were over already, which is as well (§2.8). */
function end(
  { db }: Pick<Deps, 'db'>,
  request: FastifyRequest,
  issuer: string,
  { jti, subject, sessionId: sid }: EndedThere,
): Promise<number | 'told before'> {
  return db.transaction().execute(async (trx) => {
    if (!(await useJti(trx, ['logout_token', issuer, jti], LOGOUT_TOKEN_KEEP_SECONDS))) return 'told before'
    const ended = await endSessionsWithin(trx, { issuer, subject, sid })
    for (const personId of new Set(ended.map((session) => session.personId)))
      await record(trx, { type: 'sign-out', outcome: 'by-provider', personId }, ofRequest(request))
    return ended.length
  })
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
