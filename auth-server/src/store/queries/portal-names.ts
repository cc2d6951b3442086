// Whether the portal's own names are somebody else's: an application or an API that was there before the portal.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { PORTAL_API } from '../tables/apis.ts'
import { PORTAL_CLIENT } from '../tables/applications.ts'

/**
 * The portal's own application and API are there together, with the subscription of one to the other; else neither is.
 * @param resource the portal's: an API of it that nobody subscribes to is of a first start that was ended half-way.
 */
export async function findTakenName(db: Db, resource: string): Promise<'application' | 'API' | undefined> {
  const { rows } = await sql<{ taken: 'application' | 'API' }>`
    select 'application' as taken from applications application
    where application.client_id = ${PORTAL_CLIENT} and not exists (
      select from subscriptions where application_id = application.id and api_id = ${PORTAL_API})
    union all
    select 'API' from apis api where api.id = ${PORTAL_API} and not exists (
      select from subscriptions subscription join applications application on application.id = subscription.application_id
      where subscription.api_id = api.id and application.client_id = ${PORTAL_CLIENT})
      and (api.resource <> ${resource} or exists (select from subscriptions where api_id = api.id))`.execute(db)
  return rows[0]?.taken
}
