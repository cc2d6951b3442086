// Lists of people who are not active have an index; the many who are need none, and whoever signs in is found by the key.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the rows are read. */
export const apart = true

const INDEXES = ["people_set_aside on people (status, id) where status <> 'active'"]

export { INDEXES as indexes }

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index if not exists ${index}`).execute(db)
  await sql`drop index if exists people_by_status`.execute(db)
}
