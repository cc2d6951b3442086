// An index by which the invitations of an application are found that is deleted: the one there is holds those alone that are open.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index application_invitations_by_application on application_invitations (application_id)`.execute(db)
}
