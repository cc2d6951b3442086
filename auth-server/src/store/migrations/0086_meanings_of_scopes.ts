// What scopes meant when they were allowed: whoever has allowed less than one opens today is asked again, once.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table consents add column meanings text[] not null default '{}'`.execute(db)
}
