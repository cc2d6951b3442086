// What applications may do in a person's name: what was allowed, and what the installations that stand hold.
import { sql } from 'kysely'
import { type Db, inTransaction, type Trx } from '../database.ts'
import { IS_UNENDED, isOfStandingPerson } from '../sql.ts'
import { endInstallations } from './installations.ts'

/** What one application may do with one API. */
export interface Access {
  readonly applicationId: string
  readonly clientId: string
  readonly applicationName: string
  readonly isNameVerified: boolean
  readonly redirectUris: readonly string[]
  readonly apiId: string
  readonly apiName: string
  readonly scopes: readonly string[]
  /** Asked for by name, beside the scopes. */
  readonly claims: readonly string[]
  /** The scopes that are the API's own, in its words. */
  readonly words: readonly string[]
  readonly since: Date
  /** How many installations of the application use the API. */
  readonly installations: number
}

interface Own {
  readonly personId: string
  readonly applicationId?: string
}

/** By application and API, in the order of their names. An application that is trusted was never allowed anything, but is there. */
export async function listAccess(db: Db, { personId, applicationId }: Own): Promise<readonly Access[]> {
  const one = applicationId ?? null
  const { rows } = await sql<Access>`
    with held as (
      select application_id, api_id, scopes, claims, given_at as since, false as installed
      from consents where person_id = ${personId}
      union all
      select family.application_id, family.api_id, family.scopes, array(
               select claim from jsonb_each(coalesce(family.asked_claims, '{}')) place, jsonb_object_keys(place.value) claim),
             family.created_at, true
      from refresh_families family join people person on ${isOfStandingPerson('family')}
      where family.person_id = ${personId} and ${IS_UNENDED}
    ), access as (
      select application_id, api_id, min(since) as since, count(*) filter (where installed)::int as installations,
             array(select distinct scope from held other, unnest(other.scopes) scope
                   where other.application_id = held.application_id and other.api_id = held.api_id) as scopes,
             array(select distinct claim from held other, unnest(other.claims) claim
                   where other.application_id = held.application_id and other.api_id = held.api_id order by claim) as claims
      from held where ${one}::text is null or application_id = ${one}
      group by application_id, api_id
    )
    select application.id as "applicationId", application.client_id as "clientId", application.name as "applicationName",
           application.name_verified_at is not null as "isNameVerified", application.redirect_uris as "redirectUris", api.id as "apiId",
           api.name as "apiName", access.scopes, access.claims, access.since, access.installations,
           array(select coalesce(nullif(scope.description, ''), scope.name) from api_scopes scope
                 where scope.api_id = api.id and scope.name = any(access.scopes) order by scope.name) as words
    from access join applications application on application.id = access.application_id
    join apis api on api.id = access.api_id
    order by application.name, application.id, api.name`.execute(db)
  return rows
}

/**
 * Takes back all that a person has allowed an application, and ends what came of it: its installations, the codes that
 * could open one, and the yes of visits that are not done yet. False when there was nothing to take back.
 *
 * Locks are taken in the order of `TABLES`, as a visit that is being finished takes them (see mintCode): so either that
 * finds nothing allowed any more, or its code is there for the statement that ends codes (READ COMMITTED).
 * @param also what belongs to it, in the same transaction
 */
export function withdrawAccess(
  db: Db,
  { personId, applicationId }: Required<Own>,
  also: (trx: Trx) => Promise<void>,
  because = 'withdrawn by the person',
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    await sql`
      update authorization_requests set steps = steps - 'consent'
      where application_id = ${applicationId} and completed_at is null and expires_at > auth_now()
        and steps->'consent'->>'session' in (select id from sessions where person_id = ${personId})`.execute(trx)
    const { rows: withdrawn } = await sql`
      with history as (
        update consent_history set withdrawn_at = auth_now()
        where person_id = ${personId} and application_id = ${applicationId} and withdrawn_at is null
      )
      delete from consents where person_id = ${personId} and application_id = ${applicationId}
      returning api_id`.execute(trx)
    const ended = await endInstallations(trx, { personId, applicationId }, because)
    if (withdrawn.length === 0 && ended === 0) return false
    await also(trx)
    return true
  })
}
