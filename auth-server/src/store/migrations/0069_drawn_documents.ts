// What a page draws of an OpenAPI document is kept beside it: reading one anew takes seconds.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_documents add column drawn text, add column drawn_by text`.execute(db)
}
