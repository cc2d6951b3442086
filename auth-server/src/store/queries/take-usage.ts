// Takes a batch of usage from a gateway: all of it once, in one statement, whatever else arrives meanwhile.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { secondsFromNow } from '../sql.ts'

/** Calls within an hour, by the names that gateways have for things. */
export interface ToldCount {
  readonly hour: number
  readonly audience: string
  readonly client_id: string
  readonly plan?: string
  readonly sub?: string
  readonly accepted: number
  readonly refused: number
}

/** A refused call, in the same way. */
export interface ToldRefusal {
  readonly request_id: string
  readonly at: number
  readonly audience: string
  readonly client_id: string
  readonly plan?: string
  readonly code: string
  readonly facts: Readonly<Record<string, unknown>>
}

export interface UsageBatch {
  readonly batch: string
  /** Calls that `counts` has, too; gateways of an earlier release say there for whom they were. */
  readonly people?: readonly Required<Omit<ToldCount, 'plan'>>[]
  readonly lost?: Readonly<{ calls: number; refusals: number }>
  readonly counts: readonly ToldCount[]
  readonly refusals: readonly ToldRefusal[]
}

/** The name of a batch counts for this long; a gateway sends one again within minutes. */
const REMEMBERED_SECONDS = 3 * 86_400
/** Of an application; older ones make room. */
const MAX_REFUSALS = 500

/**
 * What is about no application, API or person of ours is left out, and so is what is older than a day or yet to come. Who is
 * being erased is waited for, and then left out: what a figure refers to is locked before it. In which order people,
 * applications and APIs are, PostgreSQL decides; rows of each in that of their ids.
 * @returns whether it had not been taken before: of two at once one is the first, and the other waits to know; and how many
 * of its lines were left out
 */
export async function takeUsage(
  db: Db,
  gateway: string,
  { batch, counts, people = [], lost = { calls: 0, refusals: 0 }, refusals }: UsageBatch,
): Promise<Readonly<{ isNew: boolean; leftOut: number }>> {
  const { rows } = await sql<{ taken: number }>`
    with first as (
      insert into usage_batches (application_id, batch, expires_at, lost_calls, lost_refusals)
      values (${gateway}, ${batch}, ${secondsFromNow(REMEMBERED_SECONDS)}, ${lost.calls}, ${lost.refusals})
      on conflict do nothing returning batch
    ), counts as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as count
        (hour bigint, audience text, client_id text, plan text, sub text, accepted bigint, refused bigint)
      where exists (select from first)
        and to_timestamp(hour) between auth_now() - interval '25 hours' and auth_now() + interval '1 hour'
    ), people_told as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(people)}::jsonb) as told
        (hour bigint, audience text, client_id text, sub text, accepted bigint, refused bigint)
      where exists (select from first)
        and to_timestamp(hour) between auth_now() - interval '25 hours' and auth_now() + interval '1 hour'
    ), refusals as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(refusals)}::jsonb) as refusal
        (request_id text, at bigint, audience text, client_id text, plan text, code text, facts jsonb)
      where exists (select from first)
        and to_timestamp(at) between auth_now() - interval '25 hours' and auth_now() + interval '1 hour'
    ), person as materialized (
      select id from people where id in (select sub from counts union all select sub from people_told) order by id for key share
    ), application as materialized (
      select id, client_id from applications
      where client_id in (
        select client_id from counts union select client_id from people_told union select client_id from refusals) order by id for key share
    ), api as materialized (
      select id, resource from apis
      where resource in (
        select audience from counts union select audience from people_told union select audience from refusals) order by id for key share
    ), counted as materialized (
      select application.id as application_id, api.id as api_id, coalesce(counts.plan, '') as plan, counts.sub,
             to_timestamp(counts.hour) as hour, (to_timestamp(counts.hour) at time zone 'UTC')::date as day,
             counts.accepted, counts.refused
      from counts join application using (client_id) join api on api.resource = counts.audience
    ), people_counted as materialized (
      select person.id as person_id, application.id as application_id, api.id as api_id,
             (to_timestamp(told.hour) at time zone 'UTC')::date as day, told.accepted, told.refused
      from people_told told join application using (client_id) join api on api.resource = told.audience
      join person on person.id = told.sub
    ), of_people as (
      select * from people_counted
      union all select person.id, application_id, api_id, day, accepted, refused
      from counted join person on person.id = counted.sub
    ), by_hour as (
      insert into usage_hours as known (application_id, api_id, plan, hour, accepted, refused)
      select application_id, api_id, plan, hour, sum(accepted), sum(refused) from counted
      group by 1, 2, 3, 4 order by 1, 4, 2, 3
      on conflict (application_id, hour, api_id, plan) do update
      set accepted = known.accepted + excluded.accepted, refused = known.refused + excluded.refused
    ), by_day as (
      insert into usage_days as known (application_id, api_id, plan, day, accepted, refused)
      select application_id, api_id, plan, day, sum(accepted), sum(refused) from counted
      group by 1, 2, 3, 4 order by 1, 4, 2, 3
      on conflict (application_id, day, api_id, plan) do update
      set accepted = known.accepted + excluded.accepted, refused = known.refused + excluded.refused
    ), by_person as (
      insert into usage_of_people as known (person_id, application_id, api_id, day, accepted, refused)
      select person_id, application_id, api_id, day, sum(accepted), sum(refused) from of_people
      group by 1, 2, 3, 4 order by 1, 4, 2, 3
      on conflict (person_id, day, application_id, api_id) do update
      set accepted = known.accepted + excluded.accepted, refused = known.refused + excluded.refused
    ), listed as materialized (
      select application.id as application_id, refusals.request_id, to_timestamp(refusals.at) as at, api.id as api_id,
             coalesce(refusals.plan, '') as plan, refusals.code, refusals.facts
      from refusals join application using (client_id) join api on api.resource = refusals.audience
    ), refused as (
      insert into call_refusals (application_id, request_id, at, api_id, plan, code, facts)
      select distinct on (application_id, request_id) application_id, request_id, at, api_id, plan, code, facts
      from listed order by 1, 2
      on conflict do nothing
    )
    select ((select count(*) from counted) + (select count(*) from people_counted) + (select count(*) from listed))::int as taken
    from first`.execute(db)
  const [first] = rows
  const told = counts.length + people.length + refusals.length
  return { isNew: first !== undefined, leftOut: first ? Math.max(0, told - first.taken) : 0 }
}

/**
 * Makes room: of each application that has had a refusal within the hour the youngest of each code stay, so that many of
 * one push no others out; what another instance removes is left to it.
 * @returns how many went, no more than `most`
 */
export async function trimRefusals(db: Db, most: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with crowded as (
      select distinct application_id from call_refusals where at > auth_now() - interval '1 hour'
    ), surplus as (
      select refusal.application_id, refusal.request_id from crowded, lateral (
        select application_id, request_id from call_refusals where application_id = crowded.application_id
        order by row_number() over (partition by code order by at desc, request_id), at desc, request_id
        offset ${MAX_REFUSALS}) refusal
      limit ${most}
    ), free as materialized (
      select application_id, request_id from call_refusals
      where (application_id, request_id) in (select application_id, request_id from surplus)
      for update skip locked
    ), gone as (
      delete from call_refusals where (application_id, request_id) in (select application_id, request_id from free)
      returning 1
    )
    select count(*)::int as count from gone`.execute(db)
  return rows[0]?.count ?? 0
}
