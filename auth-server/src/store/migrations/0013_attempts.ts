// Attempts that are counted over all instances: who guesses at secrets and passwords, and how often.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    // Unlogged: counting costs no disk, and after a crash of the database, or on a standby that takes over, everybody may
    // try again. Room in each page, so that counting further touches no index.
    sql`create unlogged table attempts (
      key text primary key,
      count integer not null,
      allowed integer not null,
      expires_at timestamptz not null
    ) with (fillfactor = 70)`,
    sql`create index attempts_by_expiry on attempts (expires_at)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
