// The request that a code answers: what it showed of its app counts when the code is redeemed.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // No foreign key: a code outlives its request.
  await sql`alter table authorization_codes add column request_id text`.execute(db)
}
