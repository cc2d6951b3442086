// The statements that say what something between two moments has touched: people, applications, logins, addresses and keys.
import { type RawBuilder, sql } from 'kysely'
import { allOf } from '../sql.ts'
import { SIGNING_PERIODS, type SigningPeriod } from './signing-periods.ts'

/** Between which moments, and of what alone; undefined: not by this. */
export interface AffectedFilter {
  readonly from: Date
  readonly to: Date
  readonly applicationId?: string | undefined
  /** An address, or a range of them in CIDR. */
  readonly clientIp?: string | undefined
  readonly key?: SigningPeriod | undefined
}

/** Every kind of thing that is told, with its columns in order. */
export const AFFECTED_COLUMNS = {
  people: [
    ...['id', 'email', 'name', 'language', 'kind', 'status', 'pseudonym'],
    ...['first_at', 'last_at', 'events', 'logins', 'days_with_calls'],
  ],
  applications: ['client_id', 'name', 'events', 'logins'],
  logins: [
    ...['grant_id', 'session_id', 'person_id', 'client_id', 'api_id', 'scopes', 'created_at', 'used_at', 'revoked_at'],
    ...['revoked_because', 'dpop_jkt', 'device_jkt'],
  ],
  addresses: ['address', 'events', 'people', 'first_at', 'last_at'],
  keys: ['kid', 'alg', 'signs_from', 'replaced_at'],
  events: ['type', 'outcome', 'events', 'people', 'first_at', 'last_at'],
} as const
export type AffectedKind = keyof typeof AFFECTED_COLUMNS
export type AffectedRow = Readonly<Record<string, string | number | Date | readonly string[] | null>>

/** Applications that can have had a token of this algorithm. */
function ofApplications({ applicationId, key }: AffectedFilter, column: RawBuilder<unknown>) {
  return [
    applicationId !== undefined && sql`${column} = ${applicationId}`,
    key !== undefined &&
      sql`${column} in (select id from applications
          where ${key.alg} in (access_token_signing_alg, id_token_signed_response_alg))`,
  ]
}

/** As the log of a server that listens to both protocols may have it; with a zone it is nobody's from elsewhere. */
const AS_ADDRESS = sql`case when detail.address ~ '^[0-9a-fA-F:.]+$'
  then regexp_replace(detail.address, '^::ffff:(?=[0-9]+[.])', '', 'i')::inet end`

function events(filter: AffectedFilter): RawBuilder<unknown> {
  const { from, to, clientIp } = filter
  const conditions = [
    sql`event.at >= ${from} and event.at < ${to}`,
    ...ofApplications(filter, sql`event.application_id`),
    clientIp !== undefined && sql`${AS_ADDRESS} <<= ${clientIp}::inet`,
  ]
  return sql`select event.*, detail.address from audit_events event
    left join audit_details detail on detail.event_seq = event.seq where ${allOf(conditions)}`
}

/** Logins that there were then, and that may have been used: of each only the last use is known. */
function logins(filter: AffectedFilter): RawBuilder<unknown> {
  const { from, to, clientIp } = filter
  const conditions = [
    sql`family.created_at < ${to} and family.used_at >= ${from}`,
    ...ofApplications(filter, sql`family.application_id`),
    // Whose login it is was seen at that address, with that app or on their own pages.
    clientIp !== undefined &&
      sql`exists (select from event join people on people.pseudonym = event.person
          where people.id = family.person_id and coalesce(event.application_id, family.application_id) = family.application_id)`,
  ]
  return sql`select family.* from refresh_families family where ${allOf(conditions)}`
}

/** Days on which gateways counted calls; where they came from is not known. */
function calls(filter: AffectedFilter): RawBuilder<unknown> {
  const { from, to, clientIp } = filter
  const conditions = [
    clientIp === undefined ? sql`true` : sql`false`,
    sql`day >= (${from}::timestamptz at time zone 'utc')::date and day <= (${to}::timestamptz at time zone 'utc')::date`,
    ...ofApplications(filter, sql`application_id`),
  ]
  return sql`select person_id, day from usage_of_people where ${allOf(conditions)}`
}

const SELECTS: Readonly<Record<AffectedKind, (filter: AffectedFilter) => RawBuilder<unknown>>> = {
  // A guest who became part of an account is told as that.
  people: ({ from, to }) => sql`
    select one.id, email.address as email, person.name, person.language, person.kind, person.status, one.pseudonym,
           first_at, last_at, events, logins, days_with_calls
    from (
      select coalesce(people.merged_into, touched.id) as id, case when touched.id is null then touched.pseudonym end as pseudonym,
             min(first_at) as first_at, max(last_at) as last_at, sum(event)::int as events, sum(login)::int as logins,
             count(distinct day)::int as days_with_calls
      from (
        select people.id, event.person as pseudonym, event.at as first_at, event.at as last_at, 1 as event, 0 as login,
               null::date as day
        from event left join people on people.pseudonym = event.person where event.person is not null
        union all select person_id, null, greatest(created_at, ${from}), least(used_at, ${to}), 0, 1, null from login
        union all select person_id, null, greatest(day::timestamp at time zone 'utc', ${from}),
               least((day + 1)::timestamp at time zone 'utc', ${to}), 0, 0, day from call
      ) touched left join people on people.id = touched.id group by 1, 2
    ) one left join people person on person.id = one.id
    left join email_addresses email on email.person_id = one.id and email.is_primary and email.proof is not null
    order by one.id nulls last, one.pseudonym`,
  applications: () => sql`
    select coalesce(application.client_id, one.id) as client_id, application.name, events, logins
    from (
      select application_id as id, sum(event)::int as events, sum(login)::int as logins from (
        select application_id, 1 as event, 0 as login from event
        union all select application_id, 0, 1 from login
      ) each where application_id is not null group by 1
    ) one left join applications application on application.id = one.id order by 1`,
  logins: () => sql`
    select login.id as grant_id, session_id, person_id, application.client_id, api_id, scopes, login.created_at, used_at,
           revoked_at, revoked_because, dpop_jkt, device_jkt
    from login join applications application on application.id = login.application_id order by login.id`,
  addresses: () => sql`
    select address, count(*)::int as events, count(distinct person)::int as people, min(at) as first_at, max(at) as last_at
    from event where address is not null group by address order by count(*) desc, address`,
  keys: ({ from, to, key }) => sql`
    select kid, alg, signs_from, replaced_at from (${SIGNING_PERIODS}) key
    where signs_from < ${to} and coalesce(replaced_at > ${from}, true)
      and kid = coalesce(${key?.kid ?? null}::text, kid) order by signs_from, kid`,
  events: () => sql`
    select type, outcome, count(*)::int as events, count(distinct person)::int as people, min(at) as first_at,
           max(at) as last_at from event group by type, outcome order by count(*) desc, type, outcome`,
}

/** All of a kind, in an order of its own. */
export function selectAffected(kind: AffectedKind, filter: AffectedFilter): RawBuilder<AffectedRow> {
  // A key that signed for a part of the time only: then it is that part.
  const { key } = filter
  const narrowed = key
    ? {
        ...filter,
        from: new Date(Math.max(+filter.from, +key.from)),
        to: new Date(Math.min(+filter.to, +(key.to ?? filter.to))),
      }
    : filter
  return sql<AffectedRow>`with event as (${events(narrowed)}), login as (${logins(narrowed)}),
    call as (${calls(narrowed)}) ${SELECTS[kind](narrowed)}`
}
