// How many people an application was called for is counted in an index, in the order in which it is asked.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the rows are read. */
export const apart = true

const INDEXES = ['usage_of_people_to_count on usage_of_people (application_id, day, person_id)']

export { INDEXES as indexes }

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index if not exists ${index}`).execute(db)
  // The new one begins with the same.
  await sql`drop index if exists usage_of_people_by_application`.execute(db)
}
