// When a visit stops to link a provider: somebody came from it whose address is that of an account, and has now signed in to just that.
import { findWaitingLink } from '../../store/tables/upstream-logins.ts'
import { doneInSession, type Facts, type PolicyDeps } from '../facts.ts'

declare module '../../store/visit-steps.ts' {
  interface StepNames {
    readonly 'link-provider': DoneStep
  }
}

/** Signed in within this visit: an old session proves nothing about who sits here. */
export async function needsLink(facts: Facts, { db, providers }: PolicyDeps): Promise<boolean> {
  const { session, pending } = facts
  if (providers.all.length === 0 || !session || !doneInSession(facts, 'login')) return false
  return (await findWaitingLink(db, { requestId: pending.id, personId: session.personId })) !== undefined
}
