// What administrators see of hooks: how each is configured, when it was called last, and what it answered to what waits.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table hook_subscriptions
      add column settings jsonb, add column called_at timestamptz, add column called_event text,
      add column failed_at timestamptz, add column failed_event text, add column failure text`.execute(db)
  await sql`alter table outbox add column last_answer text`.execute(db)
}
