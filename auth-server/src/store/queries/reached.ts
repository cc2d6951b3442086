// Whose things somebody reaches: every list, every one that is read or locked for the management API, is narrowed to them.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { MANAGEMENT_API, PORTAL_API, REVOCATIONS_API } from '../tables/apis.ts'
import { PORTAL_CLIENT } from '../tables/applications.ts'

/** All there is but the portal itself, which nobody reaches; what a developer is one of the people of; what concerns the APIs that somebody approves for. */
export type Reach = 'everything' | Readonly<{ developer: string }> | Readonly<{ approver: string }>

/** Whether `application` is reached. */
export function isReachedApplication(reach: Reach): RawBuilder<SqlBool> {
  if (reach === 'everything') return sql`application.client_id <> ${PORTAL_CLIENT}`
  if ('approver' in reach) return sql`false`
  return sql`exists (
    select from application_members member
    where member.application_id = application.id and member.person_id = ${reach.developer})`
}

/** Whether `subscription` of `application` is reached. */
export function isReachedSubscription(reach: Reach): RawBuilder<SqlBool> {
  if (reach === 'everything' || 'developer' in reach) return isReachedApplication(reach)
  return sql`exists (
    select from person_roles given
    where given.person_id = ${reach.approver} and given.role = 'approver' and given.api_id = subscription.api_id)`
}

/**
 * Whether `api` is reached: the catalogue is everybody's, the server's own APIs are none of it, and one that is hidden is
 * for those alone whose applications are subscribed to it, or who approve that.
 */
export function isReachedApi(reach: Reach): RawBuilder<SqlBool> {
  const hidden = reach === 'everything' ? [PORTAL_API] : [PORTAL_API, MANAGEMENT_API, REVOCATIONS_API]
  const ordinary = sql<SqlBool>`api.id <> all (${hidden})`
  return reach === 'everything' ? ordinary : sql`(${ordinary} and (api.offer <> 'hidden' or ${isTheirs(reach)}))`
}

function isTheirs(reach: Exclude<Reach, 'everything'>): RawBuilder<SqlBool> {
  if ('approver' in reach)
    return sql`exists (select from person_roles where person_id = ${reach.approver} and role = 'approver' and api_id = api.id)`
  return sql`exists (
    select from subscriptions subscription join applications application on application.id = subscription.application_id
    where subscription.api_id = api.id and ${isReachedApplication(reach)})`
}
