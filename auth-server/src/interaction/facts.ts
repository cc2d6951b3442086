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

/** Whether they signed in too long ago for what was asked. Only a login makes a session younger than the visit. */
export function isTooLongAgo({ ageSeconds }: Session, { pending }: Pick<Facts, 'pending'>): boolean {
  const { maxAgeSeconds } = pending.request
  return maxAgeSeconds !== undefined && ageSeconds - pending.ageSeconds > maxAgeSeconds
}

/** Whoever is signed in still is asked once more for what they opened alone: it is theirs to be told why. */
export function isAskedAnew({ pending, session }: Facts): boolean {
  if (!session || !isExpected(session, { pending }) || pending.steps.switch !== undefined) return false
  return isTooLongAgo(session, { pending }) || pending.request.prompts.includes('login')
}

/** Whether it is the person whom the app expects, where it expects one. */
export function isExpected(session: Session, { pending }: Pick<Facts, 'pending'>): boolean {
  const { expectedPersonId } = pending.request
  return expectedPersonId === undefined || expectedPersonId === session.personId
}
