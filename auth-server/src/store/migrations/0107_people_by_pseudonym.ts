// Whom an event of the audit log tells of is found by an index: a hook that hears of it would else read every person.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the rows are read. */
export const apart = true

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index if not exists people_by_pseudonym on people (pseudonym)`.execute(db)
}
