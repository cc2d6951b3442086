// A role that somebody has by an address ends with the address; a guest whose app was removed is erased.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...BY_ADDRESS, ...WITHOUT_APP]) await statement.execute(db)
}

// The counterpart of role_promise_kept, a trigger for the same reason. Roles that were given by hand stay.
const BY_ADDRESS = [
  sql`create function end_roles_by_address() returns trigger language plpgsql as $$
  begin
    with taken as (
      delete from person_roles given
      where given.person_id = old.person_id and given.managed_by = 'file'
        and not exists (
          select from role_promises promise join email_addresses email on email.key = promise.email_key
          where email.person_id = old.person_id and email.proof is not null and promise.role = given.role
            and promise.api_id is not distinct from given.api_id)
      returning role, api_id
    )
    insert into audit_events (type, outcome, person, api_id, by_command)
    select 'role', taken.role || '-taken', (select pseudonym from people where id = old.person_id), taken.api_id, true
    from taken;
    return null;
  end $$`,
  sql`create trigger roles_by_address_end after delete on email_addresses for each row
      when (old.proof is not null) execute function end_roles_by_address()`,
  sql`create trigger roles_by_address_end_with_proof after update of proof, person_id, key on email_addresses for each row
      when (old.proof is not null
            and (new.proof is null or new.person_id <> old.person_id or new.key <> old.key))
      execute function end_roles_by_address()`,
]

// Keys go with their application: then nobody can come back to the guest, and the job for people who leave erases them.
const WITHOUT_APP = [
  sql`create function end_guest_without_key() returns trigger language plpgsql as $$
  begin
    update people set status = 'leaving', erase_after = auth_now(), updated_at = auth_now()
    where id = old.person_id and kind = 'guest' and status in ('active', 'suspended');
    return null;
  end $$`,
  sql`create trigger guest_ends_with_key after delete on device_keys
      for each row execute function end_guest_without_key()`,
  sql`update people set status = 'leaving', erase_after = auth_now(), updated_at = auth_now()
      where kind = 'guest' and status in ('active', 'suspended')
        and not exists (select from device_keys where person_id = people.id)`,
]
