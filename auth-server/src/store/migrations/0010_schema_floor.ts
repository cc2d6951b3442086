// Which release may run on this schema, and a table to try whether the database can be written.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    // The newest migration that releases without it cannot live with; no row: there is none. See migrate.ts.
    sql`create table schema_floor (
      single boolean primary key default true check (single),
      migration text not null
    )`,
    // Never holds a row, because what is inserted is rolled back. Uncompressed, so that each trial takes a page of disk.
    sql`create table write_trials (page bytea not null)`,
    sql`alter table write_trials alter column page set storage plain`,
  ]
  for (const statement of statements) await statement.execute(db)
}
