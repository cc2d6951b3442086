// Who becomes a developer: by an address, by the domain of one, by an invitation, or, where the file says `open`, by pressing a button.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db)
}

const STATEMENTS = [
  sql`alter table invitations add column developer boolean not null default false`,
  sql`alter table role_promises drop constraint role_promises_role_check`,
  sql`alter table role_promises add constraint role_promises_role_check
      check (role in ('developer', 'approver', 'administrator'))`,

  // Beside an address, a promise can name a domain (@example.com), or be made to everybody who asks (*).
  sql`create function promise_keys(key text) returns text[] language sql immutable as $$
    select array[key, substring(key from '@[^@]*$')]
  $$`,
  // As in 0047, but for the keys.
  sql`create or replace function give_promised_roles(person text, key text) returns void language plpgsql as $$
  begin
    with given as (
      insert into person_roles (person_id, role, api_id, managed_by)
      select person, promise.role, promise.api_id, 'file' from role_promises promise
      where promise.email_key = any(promise_keys(key))
      on conflict do nothing returning role, api_id
    )
    insert into audit_events (type, outcome, person, api_id, by_command)
    select 'role', given.role || '-given', (select pseudonym from people where id = person), given.api_id, true
    from given;
  end $$`,
  sql`create or replace function role_promise_made() returns trigger language plpgsql as $$
  begin
    perform give_promised_roles(person_id, key) from email_addresses
    where proof is not null
      and (key = new.email_key or (new.email_key like '@%' and new.email_key = any(promise_keys(key))));
    return null;
  end $$`,
  // As in 0050, but for the keys.
  sql`create or replace function end_roles_by_address() returns trigger language plpgsql as $$
  begin
    with taken as (
      delete from person_roles given
      where given.person_id = old.person_id and given.managed_by = 'file'
        and not exists (
          select from role_promises promise join email_addresses email on promise.email_key = any(promise_keys(email.key))
          where email.person_id = old.person_id and email.proof is not null and promise.role = given.role
            and promise.api_id is not distinct from given.api_id)
      returning role, api_id
    )
    insert into audit_events (type, outcome, person, api_id, by_command)
    select 'role', taken.role || '-taken', (select pseudonym from people where id = old.person_id), taken.api_id, true
    from taken;
    return null;
  end $$`,
]
