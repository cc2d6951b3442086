// A subscription can be suspended by itself; so far it followed its application and its API alone.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table subscriptions add column suspended_at timestamptz`.execute(db)
  await sql`create trigger suspensions_locked before update of suspended_at on subscriptions
            for each statement execute function lock_suspensions()`.execute(db)
  // As in 0025, with a third reason.
  await sql`create or replace function hold_subscription() returns trigger language plpgsql as $$
  begin
    perform pg_advisory_xact_lock_shared(hashtext('suspensions'));
    if new.suspended_at is not null
      or exists (select from applications where id = new.application_id and suspended_at is not null)
      or exists (select from apis where id = new.api_id and suspended_at is not null) then
      new.status := 'suspended';
    else
      new.status := 'approved';
    end if;
    return new;
  end $$`.execute(db)
}
