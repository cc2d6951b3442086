// Roles that wait for an address to be proven, and what a subscription or a role loses when the catalogue takes it away.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...PROMISES, ...NARROWED]) await statement.execute(db)
}

const PROMISES = [
  // By address, because the person may not be there yet. Nobody has the role before the address is proven to be theirs.
  sql`create table role_promises (
    email_key text not null,
    address text not null,
    role text not null check (role in ('approver', 'administrator')),
    api_id text references apis on delete cascade,
    created_at timestamptz not null default auth_now(),
    unique nulls not distinct (email_key, role, api_id),
    check ((role = 'approver') = (api_id is not null))
  )`,
  sql`create index role_promises_by_api on role_promises (api_id)`,

  // A trigger, so that no way to prove an address can forget it. What the person has already stays as it is.
  sql`create function give_promised_roles(person text, key text) returns void language plpgsql as $$
  begin
    with given as (
      insert into person_roles (person_id, role, api_id, managed_by)
      select person, promise.role, promise.api_id, 'file' from role_promises promise where promise.email_key = key
      on conflict do nothing returning role, api_id
    )
    insert into audit_events (type, outcome, person, api_id, by_command)
    select 'role', given.role || '-given', (select pseudonym from people where id = person), given.api_id, true
    from given;
  end $$`,
  sql`create function role_promise_kept() returns trigger language plpgsql as $$
  begin
    perform give_promised_roles(new.person_id, new.key);
    return null;
  end $$`,
  sql`create trigger role_promise_kept after insert or update of proof on email_addresses for each row
      when (new.proof is not null) execute function role_promise_kept()`,
  // The counterpart: the address was proven before.
  sql`create function role_promise_made() returns trigger language plpgsql as $$
  begin
    perform give_promised_roles(person_id, key) from email_addresses where key = new.email_key and proof is not null;
    return null;
  end $$`,
  sql`create trigger role_promise_made after insert on role_promises
      for each row execute function role_promise_made()`,
]

// As in 0004: a subscription that loses a scope. Its logins go on, and their next tokens have what is left.
const NARROWED = [
  sql`create function record_subscription_narrowed() returns trigger language plpgsql as $$
  begin
    perform record_client_revocation(client_id, (select resource from apis where id = new.api_id))
    from applications where id = new.application_id;
    return null;
  end $$`,
  sql`create constraint trigger subscription_narrowed after update of scopes on subscriptions
      deferrable initially deferred for each row
      when (old.status = 'approved' and new.status = 'approved' and not old.scopes <@ new.scopes)
      execute function record_subscription_narrowed()`,
]
