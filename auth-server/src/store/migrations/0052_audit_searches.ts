// Searches of the audit log by time, API and kind of event read what they answer with, and not the whole log.
import { type Kysely, sql } from 'kysely'

/** Nothing else is locked while the log is read. */
export const apart = true

export async function up(db: Kysely<unknown>): Promise<void> {
  // PostgreSQL builds no index concurrently in a transaction. Whoever cannot wait for it makes these beforehand, by the
  // same names (docs/operations.md).
  const statements = [
    sql`create index if not exists audit_events_by_time on audit_events (at, seq)`,
    sql`create index if not exists audit_events_by_api on audit_events (api_id, seq) where api_id is not null`,
    sql`create index if not exists audit_events_by_type on audit_events (type, seq)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
