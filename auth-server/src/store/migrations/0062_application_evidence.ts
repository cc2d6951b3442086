// What the traffic of an application has shown, for its developers' checklist.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table application_evidence (
    application_id text not null references applications on delete cascade,
    fact text not null,
    -- What was seen, where the fact alone does not tell.
    detail text not null default '',
    first_seen date not null default (auth_now() at time zone 'UTC')::date,
    last_seen date not null default (auth_now() at time zone 'UTC')::date,
    primary key (application_id, fact)
  )`.execute(db)
  await sql`create index application_evidence_by_last_seen on application_evidence (last_seen)`.execute(db)
}
