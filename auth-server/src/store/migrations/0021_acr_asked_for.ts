// Which classes of sign-in an application asks for where a request names none (OpenID Connect Registration §2).
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table applications add column default_acr_values text[] not null default '{}'`.execute(db)
}
