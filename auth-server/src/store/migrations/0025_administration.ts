// Administration: who may act as what, who did something to whom, and applications and APIs that are put out of use.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...ROLES, ...AUDIT, ...SUSPENSION]) await statement.execute(db)
}

const ROLES = [
  // Everybody is a person; these are beside it. An approver is one of an API.
  sql`create table person_roles (
    person_id text not null references people on delete cascade,
    role text not null check (role in ('developer', 'approver', 'administrator')),
    api_id text references apis on delete cascade,
    created_at timestamptz not null default auth_now(),
    unique nulls not distinct (person_id, role, api_id),
    check ((role = 'approver') = (api_id is not null))
  )`,
  sql`create index person_roles_by_api on person_roles (api_id)`,
  // By how a name begins, people are found.
  sql`create index people_by_name on people (lower(name) text_pattern_ops)`,
  // Its cookie goes when the browser ends; some roles ask for that.
  sql`alter table sessions add column ends_with_browser boolean not null default false`,
]

// Where somebody else than the person did it: under which pseudonym, or an operator by a command.
const AUDIT = [
  sql`alter table audit_events add column actor uuid, add column by_command boolean not null default false,
      add column api_id text`,
  sql`create index audit_events_by_actor on audit_events (actor, seq) where actor is not null`,
]

// What is suspended has no approved subscription, so that every statement which asks for one is right, and the triggers of
// 0004 tell the gateways. Whoever suspends or restores, and whoever subscribes, come one after the other: the first lock
// before any row's, so that none waits for another in a circle.
const SUSPENSION = [
  sql`alter table applications add column suspended_at timestamptz`,
  sql`alter table apis add column suspended_at timestamptz`,
  sql`alter table subscriptions
    drop constraint subscriptions_status_check,
    add constraint subscriptions_status_check check (status in ('pending', 'approved', 'suspended'))`,

  sql`create function lock_suspensions() returns trigger language plpgsql as $$
  begin
    perform pg_advisory_xact_lock(hashtext('suspensions'));
    return null;
  end $$`,
  sql`create function follow_suspension() returns trigger language plpgsql as $$
  begin
    update subscriptions set status = status
    where status <> 'pending' and new.id = case tg_table_name when 'apis' then api_id else application_id end;
    return null;
  end $$`,
  ...['applications', 'apis'].flatMap((table) => [
    sql`create trigger suspensions_locked before update of suspended_at on ${sql.table(table)}
        for each statement execute function lock_suspensions()`,
    sql`create trigger subscriptions_follow after update of suspended_at on ${sql.table(table)}
        for each row execute function follow_suspension()`,
  ]),

  sql`create function hold_subscription() returns trigger language plpgsql as $$
  begin
    perform pg_advisory_xact_lock_shared(hashtext('suspensions'));
    if exists (select from applications where id = new.application_id and suspended_at is not null)
      or exists (select from apis where id = new.api_id and suspended_at is not null) then
      new.status := 'suspended';
    else
      new.status := 'approved';
    end if;
    return new;
  end $$`,
  sql`create trigger held_while_suspended before insert or update of status on subscriptions
      for each row when (new.status in ('approved', 'suspended')) execute function hold_subscription()`,
]
