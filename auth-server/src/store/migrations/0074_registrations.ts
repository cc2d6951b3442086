// Registration forms of APIs, and what people have answered to them.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table apis add column registration jsonb`.execute(db)
  await sql`
    create table registrations (
      person_id text not null references people (id) on delete cascade,
      api_id text not null references apis (id) on delete cascade,
      answers jsonb not null,
      created_at timestamptz not null default auth_now(),
      changed_at timestamptz not null default auth_now(),
      primary key (person_id, api_id)
    )`.execute(db)
  await sql`create index registrations_api on registrations (api_id)`.execute(db)
}
