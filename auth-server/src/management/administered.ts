// What became of something done to a person, to whoever asked for it.
import { CATALOGUE_FILE_NAME } from '../catalogue/actor.ts'
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
  unchanged: 'this person is in no state that it could follow: read it again',
  'last administrator': 'nobody would be left to administer: make somebody else an administrator first',
  'managed by file': `this person has the role by ${CATALOGUE_FILE_NAME}: take it away there, or suspend the person`,
  'no address':
    'this person has no proven address, and could choose no new password: suspend them, or end their logins',
} as const satisfies Record<Exclude<Administered, 'done'>, string>

/** @throws {HttpProblem} 409 that says why it could not be done */
export function requireDone(outcome: Administered): void {
  if (outcome !== 'done') throw conflict(WHY_NOT[outcome])
}
