// What an API's plans are for, in words for developers who choose one.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table apis add column plan_descriptions jsonb not null default '{}'`.execute(db)
}
