// The refusal of a redirect URI that is not registered: everybody is told what theirs shows by itself, the people of the application what is registered.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import { inWords, mistakesIn, nearestRegistered } from '../catalogue/redirect-mistakes.ts'
import type { Deps } from '../deps.ts'
import type { Evidence, WayInstead } from '../http/problem.ts'
import { isFullLogin } from '../identity/full-login.ts'
import { Actor } from '../identity/roles.ts'
import { currentSession } from '../interaction/session.ts'
import { findMemberRole } from '../store/tables/application-members.ts'
import { OAuthError } from './errors.ts'

const REFUSALS = {
  redirect_uri: 'redirect_uri is not registered for this application; it has to match to the letter',
  post_logout_redirect_uri:
    'post_logout_redirect_uri is not registered for this application; it has to match to the letter',
} as const

/** Of which parameter of which application. */
interface Unregistered {
  readonly parameter: keyof typeof REFUSALS
  /** None where nobody knows which application asks. */
  readonly applicationId: string | undefined
  readonly received: string
  readonly registered: readonly string[]
  readonly way?: WayInstead
}

/** What was sent and what is registered stay in here until `forDevelopers` has looked who asks. */
export class UnregisteredRedirect extends OAuthError {
  override name = 'UnregisteredRedirect'
  readonly #unregistered: Unregistered

  constructor(unregistered: Unregistered, evidence: readonly Evidence[] = []) {
    const hint = inWords(mistakesIn(unregistered.received))
    const refusal = REFUSALS[unregistered.parameter]
    super('invalid_request', hint === '' ? refusal : `${refusal}. Look here: ${hint}`, {
      evidence,
      way: unregistered.way,
    })
    this.#unregistered = unregistered
  }

  get applicationId(): string | undefined {
    return this.#unregistered.applicationId
  }

  /** The same for whoever may see what is registered. */
  withEvidence(): UnregisteredRedirect {
    const { parameter, received, registered } = this.#unregistered
    const nearest = nearestRegistered(received, registered)
    return new UnregisteredRedirect(this.#unregistered, [
      { label: `Received ${parameter}`, values: [received] },
      { label: 'Registered', values: registered },
      ...(nearest ? [{ label: 'Compared with', values: [nearest.registered, inWords(nearest.mistakes)] }] : []),
    ])
  }
}

/**
 * Runs a step that may find a redirect URI unregistered.
 * @throws {UnregisteredRedirect} with what is registered, where the app's developers ask
 */
export async function tellingDevelopers<T>(deps: Deps, request: FastifyRequest, step: () => T): Promise<T> {
  try {
    return step()
  } catch (error) {
    if (error instanceof UnregisteredRedirect && (await maySee(deps, request, error.applicationId)))
      throw error.withEvidence()
    throw error
  }
}

/** On a developer's own machine everybody; elsewhere who has signed in and develops this application, or is an administrator. */
async function maySee(deps: Deps, request: FastifyRequest, applicationId: string | undefined): Promise<boolean> {
  if (deps.config.development) return true
  const session = await currentSession(deps, request)
  if (!session || !isFullLogin(session)) return false
  const { personId } = session
  const isMember = applicationId !== undefined && (await findMemberRole(deps.db, { applicationId, personId }))
  const roles = isMember ? (['developer', 'administrator'] as const) : (['administrator'] as const)
  const proofs = roles.map((role) => Actor.prove(deps.db, session, { role }, ofRequest(request)))
  return (await Promise.all(proofs)).some((proof) => proof instanceof Actor)
}
