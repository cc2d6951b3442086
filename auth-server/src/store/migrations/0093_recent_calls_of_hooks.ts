// The last calls of each hook, for administrators: when, of what event, and what was wrong with the answer.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table hook_subscriptions add column recent jsonb`.execute(db)
}
