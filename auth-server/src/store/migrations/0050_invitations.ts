// Invitations: there is no person before an address is proven, so what is to become of one waits here.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table invitations (
      email_key text primary key,
      address text not null,
      reserved_id text not null unique,
      name text,
      language text not null,
      groups text[] not null default '{}',
      challenge_id text not null,
      created_at timestamptz not null default auth_now(),
      expires_at timestamptz not null
    )`,
    sql`create index invitations_by_expiry on invitations (expires_at)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
