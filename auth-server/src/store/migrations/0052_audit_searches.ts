// Searches of the audit log by time, API and kind of event read what they answer with, and not the whole log.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the log is read. */
export const apart = true

const INDEXES = [
  'audit_events_by_time on audit_events (at, seq)',
  'audit_events_by_api on audit_events (api_id, seq) where api_id is not null',
  'audit_events_by_type on audit_events (type, seq)',
]

export { INDEXES as indexes }

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index if not exists ${index}`).execute(db)
}
