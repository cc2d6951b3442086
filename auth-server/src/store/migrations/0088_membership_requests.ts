// Who has asked to come to an API whose people are approved by an administrator.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db)
}

const STATEMENTS = [
  sql`create table membership_requests (
    id text primary key default 'request_' || replace(gen_random_uuid()::text, '-', ''),
    person_id text not null references people (id) on delete cascade,
    api_id text not null references apis (id) on delete cascade,
    reason text,
    created_at timestamptz not null default auth_now(),
    declined_at timestamptz,
    declined_because text,
    expires_at timestamptz not null
  )`,
  // One of each person and API, also of many that are made at once.
  sql`create unique index membership_requests_by_person on membership_requests (person_id, api_id)`,
  sql`create index membership_requests_by_api on membership_requests (api_id)`,
  sql`create index membership_requests_by_end on membership_requests (expires_at)`,

  // A trigger, so that no way to become a member leaves a request that nobody has to decide on any more.
  sql`create function membership_request_over() returns trigger language plpgsql as $$
  begin
    delete from membership_requests where person_id = new.person_id and api_id = new.api_id;
    return null;
  end $$`,
  sql`create trigger membership_request_over after insert on memberships for each row
      when (new.person_id is not null) execute function membership_request_over()`,

  // When administrators last heard by mail that people ask; -infinity in the other column: of subscriptions they never did.
  sql`alter table approval_mails add column people_mailed_at timestamptz`,
]
