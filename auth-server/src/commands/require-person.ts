// Whom a command is about: an account by its id or one of its addresses.
import { emailKey } from '../identity/email.ts'
import type { Db } from '../store/database.ts'
import { findPersonId } from '../store/tables/people.ts'

/** @param person an e-mail address or an id (usr_…). @throws {Error} when there is no such account */
export async function requirePerson(db: Db, person: string): Promise<string> {
  const personId = await findPersonId(db, { id: person, emailKey: emailKey(person) })
  if (personId === undefined) throw new Error(`There is no account ${person}.`)
  return personId
}
