// Codes keep the pages that they have once had, so that a search for one never looks cheapest as a reading of them all.
import { type Kysely, sql } from 'kysely'

/**
 * After two days without a login the table is empty. A vacuum that gave its pages back would have PostgreSQL prepare the first
 * redemptions for a table of nothing, and read all of it for each one until it looks again, a minute later.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table authorization_codes set (vacuum_truncate = false)`.execute(db)
}
