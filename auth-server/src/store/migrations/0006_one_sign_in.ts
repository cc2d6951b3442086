// One sign-in opens one session, however often its form arrives; and a session knows the token that its last one replaced.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table authorization_requests add column sign_in text`.execute(db)
  await sql`alter table sessions add column previous_token_hash text`.execute(db)
  await sql`create index sessions_by_previous_token on sessions (previous_token_hash)`.execute(db)
}
