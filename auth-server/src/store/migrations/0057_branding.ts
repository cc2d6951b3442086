// How an application looks where people decide: colour, logo, links; and whether anybody vouches for its name.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table applications
    add column brand_color text,
    add column policy_uri text,
    add column tos_uri text,
    add column support_contact text,
    add column logo_hash text,
    add column name_verified_at timestamptz`.execute(db)
  // What stands in the file of the operator is the operator's word.
  await sql`update applications set name_verified_at = auth_now() where managed_by = 'file'`.execute(db)
  await sql`create table application_logos (
    application_id text primary key references applications on delete cascade,
    hash text not null,
    image bytea not null
  )`.execute(db)
  await sql`create index application_logos_by_hash on application_logos (hash)`.execute(db)
}
