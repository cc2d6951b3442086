// An index behind each foreign key: deleting an application or an API looks for its rows instead of reading every table.
import { type Kysely, sql } from 'kysely'

// None of these columns is ever updated, so the hot paths (rotating a refresh token, redeeming a code) touch no index
// more than before.
export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create index api_plans_by_plan on api_plans (plan)`,
    sql`create index subscriptions_by_api on subscriptions (api_id, plan)`,
    sql`create index consents_by_application on consents (application_id)`,
    sql`create index consents_by_api on consents (api_id)`,
    sql`create index authorization_requests_by_application on authorization_requests (application_id)`,
    sql`create index authorization_requests_by_api on authorization_requests (api_id)`,
    sql`create index authorization_codes_by_application on authorization_codes (application_id)`,
    sql`create index authorization_codes_by_api on authorization_codes (api_id)`,
    sql`create index authorization_codes_by_user on authorization_codes (user_id)`,
    // Also for ending every installation of an application at once (see endInstallations).
    sql`create index refresh_families_by_application on refresh_families (application_id)`,
    sql`create index refresh_families_by_api on refresh_families (api_id)`,
    sql`create index pushed_requests_by_application on pushed_requests (application_id)`,
    // With the time, so that the notices of one client that are due lie next to each other.
    sql`create index logout_notices_by_application on logout_notices (application_id, next_attempt_at)`,
    // Not foreign keys: what removes obsolete rows looks here each minute.
    sql`create index logout_notices_by_expiry on logout_notices (expires_at)`,
    sql`create index initial_access_tokens_by_expiry on initial_access_tokens (expires_at)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
