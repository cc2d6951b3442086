// Whose things an actor reaches: what is not theirs is not found, as if it did not exist.
import type { Reach } from '../store/queries/reached.ts'
import type { ManagementActor } from './actor.ts'

/** For the queries that read, list and lock. */
export function reachOf({ person }: ManagementActor): Reach {
  if (!person || person.role === 'administrator') return 'everything'
  return person.role === 'developer' ? { developer: person.id } : { approver: person.id }
}
