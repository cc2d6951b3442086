// When the page of an identity provider posted its answer: the browser comes after it at once, or it counts no more.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['upstream_logins', 'provider_trials'])
    await sql`alter table ${sql.table(table)} add column posted_at timestamptz`.execute(db)
}
