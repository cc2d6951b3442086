// Refusals that say more to the people of the application that they are about: who these are, and how a step's refusal comes to them.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import type { Deps } from '../deps.ts'
import { isFullLogin } from '../identity/full-login.ts'
import { Actor } from '../identity/roles.ts'
import { currentSession } from '../interaction/session.ts'
import type { Db } from '../store/database.ts'
import { findMemberRole } from '../store/tables/application-members.ts'
import { OAuthError } from './errors.ts'

/** Says to everybody what they may know. */
export abstract class ToldToDevelopers extends OAuthError {
  /** None where nobody knows which application asks. */
  abstract get applicationId(): string | undefined

  /** The same for those who may see more. */
  abstract withEvidence(db: Db): Promise<OAuthError>
}

/**
 * Runs a step that may end with such a refusal.
 * @throws {ToldToDevelopers} with its evidence, where the app's developers ask
 */
export async function tellingDevelopers<T>(
  deps: Deps,
  request: FastifyRequest,
  step: () => T | Promise<T>,
): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (error instanceof ToldToDevelopers && (await maySee(deps, request, error.applicationId)))
      throw await error.withEvidence(deps.db)
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
