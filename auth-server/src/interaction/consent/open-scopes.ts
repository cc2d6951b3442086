// Which scopes a person may allow at all, for an API keeps some for the people of a group; and the claims beside them.
import { claimsOf, isPersonClaim, type PersonClaim } from '../../catalogue/openid-scopes.ts'
import { namesOf } from '../../store/asked-claims.ts'
import type { Db } from '../../store/database.ts'
import { findOpenScopes } from '../../store/tables/api-scopes.ts'
import type { PendingAppVisit, StoredRequest } from '../../store/tables/authorization-requests.ts'
import type { Session } from '../../store/tables/sessions.ts'
import type { Facts, PolicyDeps } from '../facts.ts'

/** Of the scopes that the app asked for, those that are open to this person. */
export async function openScopesOf(
  db: Db,
  { app, request }: PendingAppVisit,
  { personId }: Session,
): Promise<readonly string[]> {
  if (!app.demands.groups) return request.scopes
  return findOpenScopes(db, { personId, apiId: app.apiId, names: request.scopes })
}

/** The claims that the app asks for by name and no scope of its opens: the person allows them like a scope. */
export function claimsBeside({ claims, scopes }: StoredRequest): readonly PersonClaim[] {
  const opened = claimsOf(scopes)
  return namesOf(claims)
    .filter(isPersonClaim)
    .filter((claim) => !opened.has(claim))
}

/** Whether the app asked for something, and nothing of it is open to this person. */
export async function isNothingOpen({ pending, session }: Facts, { db }: PolicyDeps): Promise<boolean> {
  if (!session || pending.app === undefined || pending.request.scopes.length === 0) return false
  return (await openScopesOf(db, pending, session)).length === 0
}
