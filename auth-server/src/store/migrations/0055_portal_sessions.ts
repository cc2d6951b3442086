// Who is signed in at the developer portal: each row is one login there, and goes with it.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table portal_sessions (
      token_hash text primary key,
      person_id text not null references people on delete cascade,
      session_id text not null,
      family_id text not null references refresh_families on delete cascade,
      id_token text not null,
      created_at timestamptz not null default auth_now(),
      expires_at timestamptz not null
    )`,
    sql`create index portal_sessions_by_person on portal_sessions (person_id)`,
    sql`create index portal_sessions_by_family on portal_sessions (family_id)`,
    sql`create index portal_sessions_by_expiry on portal_sessions (expires_at)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
