// Whether somebody has to be asked: the subscription is not trusted and they have not allowed it all before, or the app insists.
import { findConsent } from '../../store/tables/consents.ts'
import { doneInSession, type Facts, type PolicyDeps } from '../facts.ts'
import { claimsBeside, openScopesOf } from './open-scopes.ts'

export async function needsConsent(facts: Facts, { db }: PolicyDeps): Promise<boolean> {
  const { pending, session } = facts
  if (!session || pending.app === undefined) return false
  const { app, request } = pending
  if (request.prompts.includes('consent') && !doneInSession(facts, 'consent')) return true
  if (app.trusted) return false
  // What was allowed in this visit may have been withdrawn since.
  const key = { personId: session.personId, applicationId: app.applicationId, apiId: app.apiId }
  const given = await findConsent(db, key)
  if (given === undefined) return true
  if (!claimsBeside(request).every((claim) => given.claims.includes(claim))) return true
  return !(await openScopesOf(db, pending, session)).every((scope) => given.scopes.includes(scope))
}
