// A page of a list of people, of a group, of who answered a form or of calls of hooks reads about what it shows.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the rows are read. */
export const apart = true

const INDEXES = [
  'people_by_status on people (status, id)',
  'people_by_kind on people (kind, id)',
  'group_members_to_list on group_members (group_name, person_id)',
  'registrations_to_list on registrations (api_id, person_id)',
  "outbox_hooks on outbox (created_at) where kind = 'hook'",
  'passwords_by_pepper on passwords (pepper_id)',
]

export { INDEXES as indexes }

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index if not exists ${index}`).execute(db)
  // New ones begin with the same.
  await sql`drop index if exists group_members_by_group, registrations_api`.execute(db)
}
