// Identity providers whose page posts its answer: it waits here, for a moment, for the browser that comes after it with its cookies.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table upstream_logins add column posted text`.execute(db)
}
