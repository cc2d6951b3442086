// Addresses that come from another system: they sign in, and are nobody's word for whose they are.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db)
}

// Whoever made an account in another system may never have proven the address there. What is promised to an address
// (roles, memberships), and what is open to a domain, waits until somebody has shown that they read what is sent there.
const STATEMENTS = [
  sql`alter table email_addresses drop constraint email_addresses_proof_check`,
  sql`alter table email_addresses add constraint email_addresses_proof_check
      check (proof in ('assigned', 'verified', 'imported')) not valid`,

  // As in 0047 and 0078, but for the imported ones.
  sql`drop trigger role_promise_kept on email_addresses`,
  sql`create trigger role_promise_kept after insert or update of proof on email_addresses for each row
      when (new.proof <> 'imported') execute function role_promise_kept()`,
  sql`drop trigger promised_memberships_kept on email_addresses`,
  sql`create trigger promised_memberships_kept after insert or update of proof on email_addresses for each row
      when (new.proof <> 'imported') execute function keep_promised_memberships()`,
  // As in 0058.
  sql`create or replace function role_promise_made() returns trigger language plpgsql as $$
  begin
    perform give_promised_roles(person_id, key) from email_addresses
    where proof <> 'imported'
      and (key = new.email_key or (new.email_key like '@%' and new.email_key = any(promise_keys(key))));
    return null;
  end $$`,
  sql`create or replace function end_roles_by_address() returns trigger language plpgsql as $$
  begin
    with taken as (
      delete from person_roles given
      where given.person_id = old.person_id and given.managed_by = 'file'
        and not exists (
          select from role_promises promise join email_addresses email on promise.email_key = any(promise_keys(email.key))
          where email.person_id = old.person_id and email.proof <> 'imported' and promise.role = given.role
            and promise.api_id is not distinct from given.api_id)
      returning role, api_id
    )
    insert into audit_events (type, outcome, person, api_id, by_command)
    select 'role', taken.role || '-taken', (select pseudonym from people where id = old.person_id), taken.api_id, true
    from taken;
    return null;
  end $$`,
  // As in 0078.
  sql`create or replace function may_come(text, text) returns boolean language sql stable as $$
    select exists (
      select from apis api
      where api.id = $2 and (
        api.sign_up is null
        or exists (select from memberships member where member.person_id = $1 and member.api_id = $2)
        or exists (select from people person where person.id = $1 and person.kind = 'guest')
        or exists (select from email_addresses email
                   where email.person_id = $1 and email.proof <> 'imported' and email.suspended_at is null
                     and (api.sign_up->'domains') ? substring(email.key from '[^@]*$'))))
  $$`,
]
