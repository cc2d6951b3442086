// Who was of the people of an application: they decide on nothing that it asked for meanwhile.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table former_members (
      application_id text not null references applications (id) on delete cascade,
      person_id text not null references people (id) on delete cascade,
      left_at timestamptz not null default auth_now(),
      primary key (application_id, person_id)
    )`,
    sql`create index former_members_by_person on former_members (person_id)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
