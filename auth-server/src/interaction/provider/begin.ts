// The way to a provider: what it is asked comes from the configuration and from chance, and nothing of it from the app or the browser.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'
import { hmac, sha256 } from '../../crypto/digest.ts'
import { madeBy, newState } from '../../crypto/state.ts'
import type { Deps } from '../../deps.ts'
import { tooManyRequests } from '../../http/problem.ts'
import { federationPath } from '../../identity/federation/addresses.ts'
import type { UpstreamRequest } from '../../identity/federation/provider.ts'
import type { IdentityProvider } from '../../identity/federation/providers.ts'
import { inBrief } from '../../logger/brief-error.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import { beginUpstreamLogin, type LinkingPerson } from '../../store/tables/upstream-logins.ts'
import { LOGIN, stepPath } from '../paths.ts'
import type { Visit } from '../visit.ts'
import { typedPath } from './paths.ts'
import { providerFailedPage } from './view.ts'

export interface UpstreamStart {
  readonly requestId: string
  /** What the visit's cookie holds. */
  readonly secret: string
  /** Whoever links what comes back to their account; nobody where it signs somebody in. */
  readonly linking?: LinkingPerson
  readonly isFresh: boolean
  /** The page that it was begun on. */
  readonly back: string
}

/**
 * What a provider is asked in one sign-in. Nonce and verifier are computed from the secret of the browser's cookie, so
 * nobody has them who has only the database, and no other browser can go on with the answer.
 */
export function upstreamRequest(
  { cookieSecrets, issuer }: Pick<Config, 'cookieSecrets' | 'issuer'>,
  { name }: Pick<IdentityProvider, 'name'>,
  {
    requestId,
    secret,
    state,
    isFresh,
  }: Pick<UpstreamStart, 'requestId' | 'secret' | 'isFresh'> & Readonly<{ state: string }>,
): UpstreamRequest {
  const cookieSecret = madeBy(cookieSecrets, state)
  const [nonce, codeVerifier] = ['nonce', 'verifier'].map((what) => hmac(cookieSecret, 'upstream', what, secret, state))
  return {
    redirectUri: `${issuer}${federationPath('callback', name)}`,
    state,
    nonce: nonce ?? '',
    codeVerifier: codeVerifier ?? '',
    isFresh,
    ownPage: `${issuer}${stepPath(typedPath(name), requestId)}`,
  }
}

/** A sign-in that is begun in a visit. */
export function signingIn({ pending, secret }: Pick<Visit, 'pending' | 'secret'>): UpstreamStart {
  return { requestId: pending.id, secret, isFresh: asksAnew(pending), back: stepPath(LOGIN, pending.id) }
}

/** Whether a visit wants its person to show anew who they are. */
export function asksAnew({ request }: Pick<PendingRequest, 'request'>): boolean {
  const { prompts, maxAgeSeconds } = request
  return prompts.includes('login') || prompts.includes('select_account') || maxAgeSeconds !== undefined
}

/** Sends the browser to the provider. @throws {HttpProblem} too_many_requests when one address begins too many. */
export async function beginAtProvider(
  { db, config, limits }: Pick<Deps, 'db' | 'config' | 'limits'>,
  request: FastifyRequest,
  reply: FastifyReply,
  provider: IdentityProvider,
  { requestId, secret, linking, isFresh, back }: UpstreamStart,
): Promise<FastifyReply> {
  const { waitSeconds } = await limits.admit({ providerSignIns: { address: request.ip } })
  if (waitSeconds > 0) throw tooManyRequests('too many sign-ins at providers were begun; try again later', waitSeconds)
  const state = newState(config.cookieSecrets)
  const asked = upstreamRequest(config, provider, { requestId, secret, state, isFresh })
  const address = await provider.begin(asked).catch((error: unknown) => {
    request.log.warn(
      { event: 'provider_unavailable', provider: provider.name, because: inBrief(error) },
      'a provider cannot be asked',
    )
    return undefined
  })
  if (!address) return sendPage(reply.code(503), providerFailedPage('unavailable', provider.label, back))
  await beginUpstreamLogin(db, { requestId, provider: provider.name, stateHash: sha256(state), linking })
  return reply.redirect(address.href, 303)
}
