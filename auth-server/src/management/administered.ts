// What became of something done to a person, to whoever asked for it.
import type { Administered } from '../identity/administration/authority.ts'
import type { Db } from '../store/database.ts'
import { type ListedPerson, readPerson } from '../store/queries/listed-people.ts'
import { conflict, notFound } from './refusals.ts'

/** @throws {HttpProblem} 404 */
export async function requirePerson(db: Db, id: string): Promise<ListedPerson> {
  const person = await readPerson(db, id)
  if (!person) throw notFound('person')
  return person
}

/** Why nothing came of it, to whoever asked. */
const WHY_NOT = {
  unchanged: 'person_unchanged',
  'last administrator': 'last_administrator',
  'managed by file': 'role_in_file',
  'no address': 'no_address',
} as const satisfies Record<Exclude<Administered, 'done'>, string>

/** @throws {HttpProblem} 409 that says why it could not be done */
export function requireDone(outcome: Administered): void {
  if (outcome !== 'done') throw conflict(WHY_NOT[outcome])
}
