// An administrator finds people and reads what is stored about one of them: each time the audit log says so.
import { record } from '../../audit/record.ts'
import type { Db } from '../../store/database.ts'
import { exportPerson, type PersonExport } from '../../store/person.ts'
import { type FoundPerson, findPeople } from '../../store/queries/administration.ts'
import { emailKey } from '../email.ts'
import type { Authority } from './authority.ts'

/** People who are told at once. */
const MAX_FOUND = 20
/** Of a name: with fewer letters it would be a list of everybody. */
const MIN_NAME_LENGTH = 2
const MAX_TEXT_LENGTH = 254

/** Who was found, and whether there are more, whom a longer name would tell apart. */
export interface Found {
  readonly people: readonly FoundPerson[]
  readonly hasMore: boolean
}

/** Those whose id or address a text is, or whose name begins with it. */
export async function searchPeople(db: Db, { context }: Authority, text: string): Promise<Found> {
  const words = text.trim().normalize('NFC')
  // PostgreSQL stores no NUL; a longer text is nobody's.
  if (words.length < MIN_NAME_LENGTH || words.length > MAX_TEXT_LENGTH || words.includes('\0'))
    return { people: [], hasMore: false }
  await record(db, { type: 'account', outcome: 'searched-for' }, context)
  const search = { id: words, emailKey: emailKey(words) ?? null, name: words }
  const found = await findPeople(db, search, MAX_FOUND + 1)
  return { people: found.slice(0, MAX_FOUND), hasMore: found.length > MAX_FOUND }
}

/** What is stored about somebody, as they would get it themselves; undefined when there is no such person. */
export async function readPerson(db: Db, { context }: Authority, personId: string): Promise<PersonExport | undefined> {
  const copy = await exportPerson(db, personId)
  if (copy) await record(db, { type: 'account', outcome: 'read', personId }, context)
  return copy
}
