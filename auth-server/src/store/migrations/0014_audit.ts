// What happened to whom, when and through which app: rows that nobody changes, and details that are kept for a while.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    // How the audit log names a person. Random, so that nothing leads from there to anybody once the row has gone.
    sql`alter table people add column pseudonym uuid not null default gen_random_uuid()`,
    // No foreign keys: an event outlives what it tells of.
    sql`create table audit_events (
      seq bigint generated always as identity primary key,
      at timestamptz not null default auth_now(),
      type text not null,
      outcome text not null,
      person uuid,
      application_id text,
      request_id text
    )`,
    sql`create index audit_events_by_person on audit_events (person, seq) where person is not null`,
    sql`create index audit_events_by_application on audit_events (application_id, seq) where application_id is not null`,
    sql`create table audit_details (
      event_seq bigint primary key,
      address text,
      user_agent text,
      expires_at timestamptz not null
    )`,
    sql`create index audit_details_by_expiry on audit_details (expires_at)`,
    // A role that may only append is refused by its rights (see store/server-rights.ts); this is for one that owns the table.
    sql`create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
    end $$`,
    sql`create trigger only_added before update or delete or truncate on audit_events
        for each statement execute function refuse_change()`,
  ]
  for (const statement of statements) await statement.execute(db)
}
