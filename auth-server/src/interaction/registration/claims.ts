// What the answers to a registration form say in the tokens of a login: in access tokens where the form says so, in ID tokens and at userinfo by scope.
import { claimOf, isStandard } from '../../catalogue/registration-rules.ts'
import { claimValue } from '../../identity/registration-answers.ts'
import type { AddedClaims } from '../../store/added-claims.ts'
import type { PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import { findRegistration } from '../../store/tables/registrations.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { openScopesOf } from '../consent/open-scopes.ts'
import type { PolicyDeps } from '../facts.ts'

export async function registrationClaims(
  { db, providers }: PolicyDeps,
  pending: PendingAppVisit,
  session: Session,
): Promise<AddedClaims> {
  const { apiId, demands } = pending.app
  if (!demands.form) return {}
  const asked = await findRegistration(db, { personId: session.personId, apiId })
  if (!asked?.answers) return {}
  const { form, answers } = asked
  // The word of a provider stands under such a name, and also where it has said nothing nobody types it.
  const ofProviders = new Set(providers.all.flatMap(({ claims }) => claims.map(({ claim }) => claim)))
  const told = form.fields.flatMap((field) => {
    const value = isStandard(field) || ofProviders.has(claimOf(field)) ? undefined : claimValue(field, answers)
    return value === undefined ? [] : [{ field, claim: [claimOf(field), value] as const }]
  })
  const scopes = await openScopesOf(db, pending, session)
  return {
    access_token: Object.fromEntries(told.filter(({ field }) => field.in_access_token).map(({ claim }) => claim)),
    id_token: Object.fromEntries(
      told.filter(({ field: { scope } }) => scope !== undefined && scopes.includes(scope)).map(({ claim }) => claim),
    ),
  }
}
