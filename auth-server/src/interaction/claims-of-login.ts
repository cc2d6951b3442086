// What a login's tokens will say beyond the server's own claims: one row for each source, the later ones count more.
import type { AddedClaims } from '../store/added-claims.ts'
import type { PendingAppVisit } from '../store/tables/authorization-requests.ts'
import type { Session } from '../store/tables/sessions.ts'
import { addClaims } from '../tokens/added-claims.ts'
import type { PolicyDeps } from './facts.ts'
import { claimsOfHooks } from './hooks/needed.ts'
import { registrationClaims } from './registration/claims.ts'

/** Tells the claims of one source for the person of a session who is done with a visit. */
type ClaimSource = (deps: PolicyDeps, pending: PendingAppVisit, session: Session) => Promise<AddedClaims> | AddedClaims

const SOURCES: readonly ClaimSource[] = [
  (_deps, _pending, { addedClaims }) => addedClaims ?? {},
  registrationClaims,
  claimsOfHooks,
]

/** @throws {Error} when all of them together are more than a token carries; each source is checked where it is read. */
export async function claimsOfLogin(
  deps: PolicyDeps,
  pending: PendingAppVisit,
  session: Session,
): Promise<AddedClaims> {
  let claims: AddedClaims = {}
  for (const source of SOURCES) {
    const addition = addClaims(claims, await source(deps, pending, session))
    if ('wrong' in addition) throw new Error(`claims of the login: ${addition.wrong}`)
    claims = addition.claims
  }
  return claims
}
