// What people say of themselves beside their name; claims that apps ask for by name, what was allowed of them, and by which login.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table people add column standard_claims jsonb not null default '{}'`.execute(db)
  await sql`alter table consents add column claims text[] not null default '{}'`.execute(db)
  await sql`alter table consent_history add column claims text[] not null default '{}'`.execute(db)
  // Null of a login that asked for none by name.
  await sql`alter table refresh_families add column asked_claims jsonb`.execute(db)
}
