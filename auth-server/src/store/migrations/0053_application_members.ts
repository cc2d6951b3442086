// Whose an application is: people who made it or work on it. Those that were made before, or by a machine, are nobody's. A request for a subscription keeps who asked.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table application_members (
      application_id text not null references applications (id) on delete cascade,
      person_id text not null references people (id) on delete cascade,
      role text not null check (role in ('owner', 'collaborator')),
      since timestamptz not null default auth_now(),
      primary key (application_id, person_id)
    )`.execute(db)
  await sql`alter table subscriptions add column requested_by_person text references people (id) on delete set null`.execute(
    db,
  )
  await sql`create index subscriptions_by_asker on subscriptions (requested_by_person)`.execute(db)
  await sql`create index application_members_by_person on application_members (person_id)`.execute(db)
}
