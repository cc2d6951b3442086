// Passwords from before peppers had ids are found by an index: they get the id before another pepper is known.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the rows are read. */
export const apart = true

const INDEXES = ['passwords_of_no_pepper on passwords (person_id) where pepper_id is null']

export { INDEXES as indexes }

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index if not exists ${index}`).execute(db)
}
