// Claims beyond the server's own, which a login was given: they wait with the code and stay with the family.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table authorization_codes add column added_claims jsonb`.execute(db)
  await sql`alter table refresh_families add column added_claims jsonb`.execute(db)
}
