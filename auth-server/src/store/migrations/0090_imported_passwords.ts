// How many passwords of other systems there still are, by what a check of one costs, is counted in an index.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the rows are read. */
export const apart = true

export async function up(db: Kysely<unknown>): Promise<void> {
  // The hash is longer than an index takes; one row of each cost is found by the person.
  await sql`create index if not exists passwords_imported on passwords (split_part(hash, ':', 2), person_id)
            where hash like 'imported:%'`.execute(db)
}
