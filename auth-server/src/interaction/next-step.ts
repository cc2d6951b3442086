// What policy says of one visit: gathers the facts from request, session and consents.
import { redirectKind } from '../catalogue/redirect-uri.ts'
import type { Db } from '../store/database.ts'
import type { PendingRequest } from '../store/tables/authorization-requests.ts'
import { findConsentedScopes } from '../store/tables/consents.ts'
import type { Session } from '../store/tables/sessions.ts'
import { nextStep, type Step } from './policy.ts'

/** The next step of a visit, by what is true in the database now. */
export async function nextStepOf(
  db: Db,
  pending: PendingRequest,
  session: Session | undefined,
): Promise<Step | undefined> {
  const { request } = pending
  return nextStep({
    session: session && {
      id: session.id,
      ageAtVisitSeconds: session.ageSeconds - pending.ageSeconds,
      isExpected: request.expectedPersonId === undefined || request.expectedPersonId === session.personId,
    },
    steps: pending.steps,
    prompts: request.prompts,
    maxAgeSeconds: request.maxAgeSeconds,
    redirectProvesApp: redirectKind(request.redirectUri) === 'https',
    scopesNeedConsent: session !== undefined && (await scopesNeedConsent(db, pending, session)),
  })
}

async function scopesNeedConsent(db: Db, pending: PendingRequest, session: Session): Promise<boolean> {
  if (pending.request.prompts.includes('consent')) return true
  if (pending.trusted) return false
  const given = await findConsentedScopes(db, {
    personId: session.personId,
    applicationId: pending.applicationId,
    apiId: pending.apiId,
  })
  return given === undefined || !pending.request.scopes.every((scope) => given.includes(scope))
}
