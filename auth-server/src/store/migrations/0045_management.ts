// The management API: who did what by it, answers that are given again, secrets that go on for a while, who asked for a subscription.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`alter table audit_events add column actor_application_id text`,
    sql`create index audit_events_by_actor_application on audit_events (actor_application_id, seq)
        where actor_application_id is not null`,
    sql`create table idempotency_keys (
      actor text not null,
      key text not null,
      request_hash text not null,
      answer text,
      person_id text references people on delete cascade,
      expires_at timestamptz not null,
      primary key (actor, key)
    )`,
    sql`create index idempotency_keys_by_person on idempotency_keys (person_id)`,
    sql`create index idempotency_keys_by_expiry on idempotency_keys (expires_at)`,
    sql`alter table applications add column previous_secret_hash text, add column previous_secret_until timestamptz`,
    // No foreign key: who asked is told, too, when that application is gone.
    sql`alter table subscriptions add column requested_by text, add column requested_at timestamptz`,
  ]
  for (const statement of statements) await statement.execute(db)
}
