// What a provider told at the sign-in that opened a session, as far as the configuration makes claims of it.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table sessions add column added_claims jsonb`.execute(db)
}
