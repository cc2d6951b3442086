// Word that a browser brings from a provider: a sign-in there is over (SAML Profiles §4.4), or it comes back from there after one that ended here.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import type { Deps } from '../deps.ts'
import { formOf } from '../http/form.ts'
import { Parameters } from '../http/parameters.ts'
import { tooManyRequests } from '../http/problem.ts'
import { sendProblem } from '../http/problem-handler.ts'
import { federationPath } from '../identity/federation/addresses.ts'
import type { BroughtLogout, BroughtMessage } from '../identity/federation/provider.ts'
import type { IdentityProvider } from '../identity/federation/providers.ts'
import { LOGOUT_REQUEST_KEEP_SECONDS } from '../identity/federation/saml/logout-request.ts'
import { unknownProvider } from '../interaction/provider/required.ts'
import { returnFromProvider } from '../interaction/sign-out/at-provider.ts'
import { inBrief } from '../logger/brief-error.ts'
import { endUpstreamSessions } from './end-upstream-sessions.ts'
import { OAuthError } from './errors.ts'

const REQUEST = 'SAMLRequest'
const RELAY_STATE = 'RelayState'

/** A GET: a request in the address, or somebody who comes back. */
export async function browserLogout(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  provider: IdentityProvider,
): Promise<FastifyReply> {
  if (!provider.logout) throw unknownProvider('nobody is signed out at this provider')
  const url = request.raw.url ?? ''
  const query = Parameters.ofUrl(url)
  query.requireSingle()
  const relayState = query.get(RELAY_STATE) ?? ''
  if (new URLSearchParams(query.toString()).has(REQUEST))
    return answerRequest(deps, request, reply, {
      provider,
      relayState,
      message: { query: url.slice(url.indexOf('?') + 1) },
    })
  return returnFromProvider(deps, request, reply, { provider, state: query.get('state') ?? relayState })
}

/** A form of the provider's page: it comes without our cookies, and what needs them comes again by GET. */
export async function postedLogout(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  provider: IdentityProvider,
): Promise<FastifyReply> {
  const form = formOf(request) ?? Parameters.parse('')
  form.requireSingle()
  const relayState = form.get(RELAY_STATE) ?? ''
  const sent = new URLSearchParams(form.toString())
  const posted = sent.get(REQUEST)
  if (posted !== null) return answerRequest(deps, request, reply, { provider, relayState, message: { posted } })
  const back = new URLSearchParams({ state: relayState })
  return reply.redirect(`${federationPath('logout', provider.name)}?${back}`, 303)
}

interface Brought {
  readonly provider: IdentityProvider
  readonly relayState: string
  readonly message: BroughtMessage
}

async function answerRequest(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { provider, relayState, message }: Brought,
): Promise<FastifyReply> {
  const { name, issuer, logout } = provider
  if (!logout?.brought) throw unknownProvider('this provider signs nobody out by a browser')
  const { waitSeconds } = await deps.limits.admit({ providerLogouts: { address: request.ip } })
  if (waitSeconds > 0) throw tooManyRequests('too many sign-outs were told of; try again later', waitSeconds)
  const refused = (because: unknown) => {
    request.log.warn(
      { event: 'provider_logout_refused', provider: name, because: inBrief(because) },
      'a provider’s word that a sign-in is over was not taken',
    )
    const problem = new OAuthError('invalid_request', `${REQUEST} is not one to take; the log says why`)
    return sendProblem(reply, problem, 'page')
  }
  let ended: BroughtLogout
  try {
    ended = await logout.brought.read(message)
  } catch (error) {
    return refused(error)
  }
  const { id, subject, sessionIds: sids } = ended
  const once = { parts: ['saml_logout', issuer, id], keepSeconds: LOGOUT_REQUEST_KEEP_SECONDS }
  const count = await endUpstreamSessions(deps.db, { issuer, subject, sids }, once, ofRequest(request))
  if (count === undefined) return refused(new Error('its ID has been used already'))
  request.log.info({ event: 'provider_signed_out', provider: name, sessions: count }, 'a provider signed somebody out')
  return reply.redirect((await logout.brought.answer(ended, relayState)).href, 303)
}
