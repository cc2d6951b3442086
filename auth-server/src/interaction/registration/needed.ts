// When a visit stops for the registration form of its API: nobody was asked yet, or something that has to be there is new.
import { isAsked } from '../../identity/registration-answers.ts'
import { findRegistration } from '../../store/tables/registrations.ts'
import type { Facts, PolicyDeps } from '../facts.ts'

declare module '../../store/visit-steps.ts' {
  interface StepNames {
    readonly registration: DoneStep
  }
}

export async function needsRegistration({ pending, session }: Facts, { db }: PolicyDeps): Promise<boolean> {
  if (!session || !pending.app?.demands.form) return false
  const asked = await findRegistration(db, { personId: session.personId, apiId: pending.app.apiId })
  return asked !== undefined && isAsked(asked.form, asked.answers)
}
