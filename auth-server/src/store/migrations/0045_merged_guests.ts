// A guest becomes part of an account that is there already, and APIs can be told of that and of the end of a `sub`.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db)
}

const STATEMENTS = [
  // Who is `merged` is nobody's `sub` any more, and goes with the account.
  sql`alter table people
    drop constraint people_status_check,
    add constraint people_status_check check (status in ('active', 'suspended', 'leaving', 'merged')),
    add column merged_into text references people on delete cascade,
    add constraint people_merged_check check ((status = 'merged') = (merged_into is not null)),
    add constraint people_merged_guests_check check (merged_into is null or kind = 'guest')`,
  sql`create index people_by_merged_into on people (merged_into)`,
  // The key of the device whose guest the code makes part of the account.
  sql`alter table authorization_codes add column device_jkt text`,
  // Since when the key is an account's, and which guest's it was where that was another sub.
  sql`alter table device_keys
    add column account_since timestamptz,
    add column merged_from text references people on delete set null`,
  sql`create index device_keys_by_merged_from on device_keys (merged_from)`,
  // Where its backend wants to hear of that.
  sql`alter table apis add column events_uri text`,
]
