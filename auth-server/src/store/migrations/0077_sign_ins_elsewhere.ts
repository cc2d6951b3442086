// Who opened a session at which sign-in of the provider, so that the provider can say when that is over.
import { type Kysely, sql } from 'kysely'

export const apart = true

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`alter table sessions add column upstream_subject text, add column upstream_sid text`,
    sql`create index sessions_by_upstream_subject on sessions (issuer, upstream_subject) where upstream_subject is not null`,
    sql`create index sessions_by_upstream_sid on sessions (issuer, upstream_sid) where upstream_sid is not null`,
  ]
  for (const statement of statements) await statement.execute(db)
}
