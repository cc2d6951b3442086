// The first administrator, by a link that counts once; and audit events that say what was before and what is after.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table setup_links (
      id text primary key,
      secret_hash text not null,
      created_at timestamptz not null default auth_now(),
      expires_at timestamptz not null,
      consumed_at timestamptz
    )`,
    sql`create index setup_links_by_expiry on setup_links (expires_at)`,
    sql`alter table audit_events add column change jsonb`,
  ]
  for (const statement of statements) await statement.execute(db)
}
