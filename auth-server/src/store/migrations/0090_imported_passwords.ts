// How many passwords of other systems there still are, by what a check of one costs, is counted in an index.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the rows are read. */
export const apart = true

/** The hash is longer than an index takes; one row of each cost is found by the person. */
const INDEXES = ["passwords_imported on passwords (split_part(hash, ':', 2), person_id) where hash like 'imported:%'"]

export { INDEXES as indexes }

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index if not exists ${index}`).execute(db)
}
