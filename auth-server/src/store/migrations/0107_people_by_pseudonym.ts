// Whom an event of the audit log tells of is found by an index: a hook that hears of it would else read every person.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the rows are read. */
export const apart = true

const INDEXES = ['people_by_pseudonym on people (pseudonym)']

export { INDEXES as indexes }

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index if not exists ${index}`).execute(db)
}
