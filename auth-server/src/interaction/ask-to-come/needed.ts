// Whether a visit stops because an administrator approves the people of its API, and has not approved whoever has signed in.
import { findClosedTo } from '../../store/tables/memberships.ts'
import type { Facts, PolicyDeps } from '../facts.ts'

declare module '../../store/visit-steps.ts' {
  interface StepNames {
    readonly 'ask-to-come': DoneStep
  }
}

export async function hasToAsk({ pending, session }: Facts, { db }: PolicyDeps): Promise<boolean> {
  if (!session || !pending.app?.demands.approval) return false
  return (await findClosedTo(db, { personId: session.personId, apiId: pending.app.apiId })) !== undefined
}
