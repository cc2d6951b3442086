// A visit is for an application, or for a page of this server itself: then it has neither application nor API.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // An older release joins the application and so never finds such a visit: to it, it has ended.
  await sql`alter table authorization_requests
    alter column application_id drop not null,
    alter column api_id drop not null,
    add constraint authorization_requests_app_check check ((application_id is null) = (api_id is null))`.execute(db)
}
