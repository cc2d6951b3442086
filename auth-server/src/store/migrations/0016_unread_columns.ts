// Columns that no release has ever read or written go; of a signing key `signs_from` says all that is asked.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`alter table apis drop column created_at`,
    sql`alter table plans drop column description`,
    sql`alter table subscriptions drop column created_at`,
    sql`alter table signing_keys drop column created_at`,
  ]
  for (const statement of statements) await statement.execute(db)
}
