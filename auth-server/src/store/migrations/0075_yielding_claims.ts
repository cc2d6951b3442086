// Which claims of a waiting code give way to those of hooks.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table authorization_codes add column yielding_claims jsonb`.execute(db)
}
