// Signing out at the provider as well: what it is told then, kept with the session, and the way back from there.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`alter table sessions add column sealed_logout text`,
    sql`create table upstream_logouts (
      state_hash text primary key,
      provider text not null,
      browser_hash text not null,
      client_id text,
      redirect_uri text,
      state text,
      expires_at timestamptz not null
    )`,
    sql`create index upstream_logouts_by_expiry on upstream_logouts (expires_at)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
