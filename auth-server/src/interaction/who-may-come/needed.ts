// Whether a visit ends because its API is not for whoever has signed in: they are neither invited nor of a domain that it is for.
import { findClosedTo } from '../../store/tables/memberships.ts'
import type { Facts, PolicyDeps } from '../facts.ts'

declare module '../../store/visit-steps.ts' {
  interface StepNames {
    readonly 'who-may-come': DoneStep
  }
}

export async function isNotInvited({ pending, session }: Facts, { db }: PolicyDeps): Promise<boolean> {
  if (!session || !pending.app?.demands.membership || pending.app.demands.approval) return false
  return (await findClosedTo(db, { personId: session.personId, apiId: pending.app.apiId })) !== undefined
}
