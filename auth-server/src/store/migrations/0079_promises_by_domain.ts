// Whom a promised role concerns is found by an index: one address, or those of a domain, and not by reading every address.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the addresses are read. */
export const apart = true

/** The domain as promise_keys (0058) has it. */
const INDEXES = ["email_addresses_by_domain on email_addresses (substring(key from '@[^@]*$')) where proof is not null"]

export { INDEXES as indexes }

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index if not exists ${index}`).execute(db)
  for (const statement of STATEMENTS) await statement.execute(db)
}

const STATEMENTS = [
  // In the place of role_promise_made (0047, 0058, 0091): of one condition for both kinds PostgreSQL makes no use of an index.
  sql`create function keep_role_promise() returns trigger language plpgsql as $$
  begin
    if new.email_key like '@%' then
      perform give_promised_roles(person_id, key) from email_addresses
      where proof <> 'imported' and substring(key from '@[^@]*$') = new.email_key;
    else
      perform give_promised_roles(person_id, key) from email_addresses
      where proof <> 'imported' and key = new.email_key;
    end if;
    return null;
  end $$`,
  sql`drop trigger role_promise_made on role_promises`,
  sql`create trigger role_promise_made after insert on role_promises for each row execute function keep_role_promise()`,
]
