// Usage as the management API tells it: calls by hour or day, by application, API and plan, and how many people they were for.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { PEOPLE_KEPT_DAYS } from '../tables/usage-of-people.ts'
import { isReachedApplication, type Reach } from './reached.ts'

export interface UsageFilter {
  readonly clientId: string | undefined
  readonly apiId: string | undefined
  readonly plan: string | undefined
  readonly by: 'hour' | 'day'
  /** Both ends belong to it; from and until are the beginnings of an hour or a day. */
  readonly from: Date
  readonly until: Date
}

interface Calls {
  readonly accepted: number
  readonly refused: number
}

export interface UsageFigures {
  readonly periods: readonly (Calls & { readonly at: string })[]
  readonly parts: readonly (Calls & {
    readonly client_id: string
    readonly name: string
    readonly api_id: string
    readonly plan: string
  })[]
  /** Exactly; null where it is not known. Whoever tells it hides small numbers. */
  readonly people: number | null
}

const MAX_PARTS = 100

/** All in one statement, so that the figures fit together. Hours and days without calls are there, too. */
export async function listUsage(db: Db, filter: UsageFilter, reach: Reach): Promise<UsageFigures> {
  const { clientId = null, apiId = null, plan = null, by, from, until } = filter
  const isHour = by === 'hour'
  const [table, column] = isHour ? ['usage_hours', 'hour'] : ['usage_days', 'day']
  const moment = isHour ? sql`hour` : sql`day::timestamp at time zone 'UTC'`
  const [first, last] = isHour
    ? [sql`${from}::timestamptz`, sql`${until}::timestamptz`]
    : [sql`(${from}::timestamptz at time zone 'UTC')::date`, sql`(${until}::timestamptz at time zone 'UTC')::date`]
  const { rows } = await sql<UsageFigures>`
    with reached as (
      select application.id, application.client_id, application.name from applications application
      where (${clientId}::text is null or application.client_id = ${clientId}) and ${isReachedApplication(reach)}
    ), figures as (
      select ${moment} as at, reached.client_id, reached.name, figure.api_id, figure.plan, figure.accepted, figure.refused
      from ${sql.table(table)} figure join reached on reached.id = figure.application_id
      where figure.${sql.ref(column)} between ${first} and ${last}
        and (${apiId}::text is null or figure.api_id = ${apiId}) and (${plan}::text is null or figure.plan = ${plan})
    ), periods as (
      select period.at, coalesce(sum(accepted), 0) as accepted, coalesce(sum(refused), 0) as refused
      from generate_series(${from}::timestamptz, ${until}::timestamptz, ${isHour ? '1 hour' : '24 hours'}::interval) period (at)
      left join figures on figures.at = period.at
      group by period.at
    ), parts as (
      select client_id, min(name) as name, api_id, plan, sum(accepted) as accepted, sum(refused) as refused
      from figures group by client_id, api_id, plan
      order by sum(accepted) + sum(refused) desc, client_id, api_id, plan limit ${MAX_PARTS}
    )
    select
      (select jsonb_agg(jsonb_build_object(
         'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'accepted', accepted, 'refused', refused)
         order by at) from periods) as periods,
      coalesce((select jsonb_agg(to_jsonb(parts) order by accepted + refused desc, client_id, api_id, plan) from parts),
               '[]') as parts,
      case when ${plan}::text is null and ${from}::timestamptz >= auth_now() - make_interval(days => ${PEOPLE_KEPT_DAYS + 1})
           -- Grouped, not counted as distinct: that would sort them.
           then (select count(*)::int from (
             select usage.person_id from usage_of_people usage join reached on reached.id = usage.application_id
             where usage.day between (${from}::timestamptz at time zone 'UTC')::date
                                 and (${until}::timestamptz at time zone 'UTC')::date
               and (${apiId}::text is null or usage.api_id = ${apiId})
             group by usage.person_id) person)
      end as people`.execute(db)
  const [row] = rows
  if (!row) throw new Error('the database gave no figures')
  return row
}
