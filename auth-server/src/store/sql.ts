// What several statements say in the same words, said once. Each fragment names the alias that it is about.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Slot } from './statement.ts'

/** All of these, where they are asked for: what is `false` is not. */
export function allOf(conditions: readonly (RawBuilder<unknown> | false)[]): RawBuilder<SqlBool> {
  return sql.join([sql`true`, ...conditions.filter((condition) => condition !== false)], sql` and `)
}

/** Whole Unix seconds of a moment, of the present unless told. */
export function unixSeconds(moment: RawBuilder<unknown> = sql`auth_now()`): RawBuilder<number> {
  return sql`floor(extract(epoch from ${moment}))::float8`
}

/** Seconds since a moment, with their fraction. */
export function secondsSince(moment: RawBuilder<unknown>): RawBuilder<number> {
  return sql`extract(epoch from auth_now() - ${moment})::float8`
}

/** The moment so many seconds from now. */
export function secondsFromNow(seconds: number | Slot): RawBuilder<Date> {
  return sql`auth_now() + make_interval(secs => ${seconds})`
}

/** Whether `person` is whom a row belongs to, is active, and has not ended the epoch that the row was born in. */
export function isOfStandingPerson(row: 'session' | 'code' | 'family'): RawBuilder<SqlBool> {
  return sql`person.id = ${sql.ref(`${row}.person_id`)} and person.auth_epoch = ${sql.ref(`${row}.auth_epoch`)}
    and person.status = 'active'`
}

/**
 * Whether `application` is that of a row, which is found by something else. A plan that is made while tables are small
 * takes any index for as good as another, and would read all rows of the application to find one: this gives it none.
 */
export function isOfApplication(row: 'code' | 'family' | 'device'): RawBuilder<SqlBool> {
  return sql`application.id = ${sql.ref(`${row}.application_id`)} || ''`
}

/** Whether `subscription` lets the application of a row use the row's API. */
export function isSubscribed(row: 'request' | 'code' | 'family'): RawBuilder<SqlBool> {
  return sql`subscription.application_id = ${sql.ref(`${row}.application_id`)}
    and subscription.api_id = ${sql.ref(`${row}.api_id`)} and subscription.status = 'approved'`
}

/** Whether `api`, that of the row, is open to everybody, or for the row's person. */
export function isAdmitted(row: 'code' | 'family'): RawBuilder<SqlBool> {
  return sql`(api.sign_up is null or may_come(${sql.ref(`${row}.person_id`)}, api.id))`
}

/** By what somebody is known; the address is the main one. */
export interface NamedPerson {
  readonly name: string | null
  readonly email: string | null
}

/** Null where there is nobody of this id. */
export function namedPerson(personId: RawBuilder<unknown>): RawBuilder<NamedPerson | null> {
  return sql`(
    select jsonb_build_object('name', named.name, 'email', (
      select email.address from email_addresses email
      where email.person_id = named.id and email.is_primary and email.proof is not null and email.suspended_at is null))
    from people named where named.id = ${personId})`
}

/** Whether `factor`, a row of authenticators, is good for anything. */
export const IS_FACTOR_IN_FORCE: RawBuilder<SqlBool> = sql`factor.confirmed_at is not null and factor.suspended_at is null`

/** Whether somebody let `application` in: it may use one API at least. */
export const HAS_SUBSCRIPTION: RawBuilder<SqlBool> = sql`
  exists (select from subscriptions where application_id = application.id and status = 'approved')`

/** For how long a provider's word counts after somebody last signed in by it; `open_scopes` and `told_groups` know it, too. */
const PROVIDER_WORD_DAYS = 30

/**
 * Whether that by which `member` is in a group still counts: an operator's word until it is taken back, a provider's while
 * the account is linked there and was used within these days.
 */
export const COUNTS_AS_MEMBER: RawBuilder<SqlBool> = sql`
  (member.source = 'operator' or exists (
    select from identities vouching where vouching.person_id = member.person_id and vouching.issuer = member.source
      and vouching.removed_at is null
      and vouching.used_at > auth_now() - make_interval(days => ${sql.lit(PROVIDER_WORD_DAYS)})))`

/** Of an array of names those that the API does not withhold: a scope may be for the people of a group alone, which few are. */
export function openScopes(
  names: RawBuilder<unknown>,
  apiId: RawBuilder<unknown>,
  personId: RawBuilder<unknown>,
): RawBuilder<string[]> {
  return sql`case when exists (select from api_scopes closed where closed.api_id = ${apiId} and closed.required_group is not null)
    then open_scopes(${names}, ${apiId}, ${personId}) else ${names} end`
}

/** The groups of a person that tokens for `api` name. */
export function toldGroups(personId: RawBuilder<unknown>): RawBuilder<string[]> {
  return sql`case when api.token_groups = '{}' then '{}' else told_groups(${personId}, api.token_groups) end`
}

/** Whether `family` has neither been ended nor run out. */
export const IS_UNENDED: RawBuilder<SqlBool> = sql`
  family.revoked_at is null and family.expires_at > auth_now() and family.idle_expires_at > auth_now()`
