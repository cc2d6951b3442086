// What the policy looks at: the visit and who is signed in. All else a row looks up itself, when its turn comes. Pure.
import type { Deps } from '../deps.ts'
import type { PendingRequest } from '../store/tables/authorization-requests.ts'
import type { Session } from '../store/tables/sessions.ts'
import type { StepName } from '../store/visit-steps.ts'

export interface Facts {
  readonly pending: PendingRequest
  /** Of the browser. */
  readonly session: Session | undefined
}

/** What a row of the policy may look things up with. */
export type PolicyDeps = Pick<Deps, 'db' | 'config' | 'providers' | 'hooks'>

/** A step counts for the person of its session only. */
export function doneInSession({ session, pending }: Facts, step: StepName): boolean {
  return session !== undefined && pending.steps[step]?.session === session.id
}

/** Whether it is the person whom the app expects, where it expects one. */
export function isExpected(session: Session, { pending }: Pick<Facts, 'pending'>): boolean {
  const { expectedPersonId } = pending.request
  return expectedPersonId === undefined || expectedPersonId === session.personId
}
