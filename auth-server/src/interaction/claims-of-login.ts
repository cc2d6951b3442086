// What a login's tokens will say beyond the server's own claims: a provider's, of the registration form, of hooks.
import type { AddedClaims } from '../store/added-claims.ts'
import type { PendingAppVisit } from '../store/tables/authorization-requests.ts'
import type { Session } from '../store/tables/sessions.ts'
import { type FittedClaims, fitClaims } from '../tokens/added-claims.ts'
import type { PolicyDeps } from './facts.ts'
import { claimsOfHooks } from './hooks/needed.ts'
import { registrationClaims } from './registration/claims.ts'

/**
 * Where they are too much for a token, a provider's are left out first, then those of the form, and never a hook's. What a
 * person typed takes no name that a provider or a hook told of them.
 */
export async function claimsOfLogin(
  deps: PolicyDeps,
  pending: PendingAppVisit,
  session: Session,
): Promise<FittedClaims> {
  const told = session.addedClaims ?? {}
  const [answers, ofHooks] = await Promise.all([
    registrationClaims(deps, pending, session),
    claimsOfHooks(deps, pending, session),
  ])
  return fitClaims(ofHooks, [told, without(told, answers)])
}

function without({ access_token, id_token }: AddedClaims, claims: AddedClaims): AddedClaims {
  const others = (set: AddedClaims[keyof AddedClaims] = {}, taken: AddedClaims[keyof AddedClaims] = {}) =>
    Object.fromEntries(Object.entries(set).filter(([name]) => !Object.hasOwn(taken, name)))
  return {
    access_token: others(claims.access_token, access_token),
    id_token: others(claims.id_token, id_token),
  }
}
