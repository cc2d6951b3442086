// When the approvers of an API last heard by mail that somebody asked: once an hour at most.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table approval_mails (
      api_id text primary key references apis (id) on delete cascade,
      mailed_at timestamptz not null default auth_now()
    )`.execute(db)
}
