// What goes with an application when it is deleted.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { IS_UNENDED } from '../sql.ts'
import type { Subscriptions } from '../tables/subscriptions.ts'

/** So many logins are looked at, ended or not: an application with millions is not kept waiting for the count of them. */
const MOST_LOGINS = 10_000

export interface ApplicationConsequences {
  readonly subscriptions: readonly Readonly<{
    apiId: string
    apiName: string
    plan: string
    status: Subscriptions['status']
  }>[]
  readonly people: number
  /** Whether that is all of them. */
  readonly isCounted: boolean
  readonly secrets: number
  readonly androidPackage: string | null
  readonly appleId: string | null
  readonly members: number
  readonly invitations: number
}

export async function readConsequences(db: Db, applicationId: string): Promise<ApplicationConsequences> {
  const { rows } = await sql<ApplicationConsequences>`
    select coalesce((
        select jsonb_agg(jsonb_build_object(
          'apiId', api.id, 'apiName', api.name, 'plan', subscription.plan, 'status', subscription.status) order by api.name)
        from subscriptions subscription join apis api on api.id = subscription.api_id
        where subscription.application_id = application.id), '[]') as subscriptions,
      login.people, login.looked_at < ${MOST_LOGINS} as "isCounted",
      (client_secret_hash is not null)::int
        + coalesce(previous_secret_hash is not null and previous_secret_until > auth_now(), false)::int as secrets,
      identity.android_package as "androidPackage", identity.apple_team || '.' || identity.apple_bundle as "appleId",
      (select count(*)::int from application_members where application_id = application.id) as members,
      (select count(*)::int from application_invitations
        where application_id = application.id and ended_at is null and expires_at > auth_now()) as invitations
    from applications application left join app_identities identity on identity.application_id = application.id
    cross join lateral (
      select count(*) as looked_at, (count(distinct person_id) filter (where ${IS_UNENDED}))::int as people from (
        select * from refresh_families where application_id = application.id limit ${MOST_LOGINS}) family) login
    where application.id = ${applicationId}`.execute(db)
  const [found] = rows
  if (!found) throw new Error(`${applicationId} is not there`)
  return found
}
