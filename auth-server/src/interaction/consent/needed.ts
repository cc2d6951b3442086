// Whether somebody has to be asked: they have not allowed it all before and the subscription's trust does not do, or the app insists.
import { claimsOf, meaningsOf } from '../../catalogue/openid-scopes.ts'
import { namesOf } from '../../store/asked-claims.ts'
import type { StoredRequest } from '../../store/tables/authorization-requests.ts'
import { findConsent } from '../../store/tables/consents.ts'
import { doneInSession, type Facts, type PolicyDeps } from '../facts.ts'
import { claimsBeside, openScopesOf } from './open-scopes.ts'

export async function needsConsent(facts: Facts, { db }: PolicyDeps): Promise<boolean> {
  const { pending, session } = facts
  if (!session || pending.app === undefined) return false
  const { app, request } = pending
  if (request.prompts.includes('consent') && !doneInSession(facts, 'consent')) return true
  if (app.trusted && !asksWhereToFind(request)) return false
  // What was allowed in this visit may have been withdrawn since.
  const key = { personId: session.personId, applicationId: app.applicationId, apiId: app.apiId }
  const given = await findConsent(db, key)
  if (given === undefined) return true
  if (!claimsBeside(request).every((claim) => given.claims.includes(claim))) return true
  const scopes = await openScopesOf(db, pending, session)
  if (!meaningsOf(scopes).every((meaning) => given.meanings.includes(meaning))) return true
  return !scopes.every((scope) => given.scopes.includes(scope))
}

// Nobody has approved that when the subscription was trusted: OpenID scopes and claims are open to every application.
function asksWhereToFind(request: StoredRequest): boolean {
  const asked = new Set<string>([...claimsOf(request.scopes), ...namesOf(request.claims)])
  return asked.has('address') || asked.has('phone_number')
}
