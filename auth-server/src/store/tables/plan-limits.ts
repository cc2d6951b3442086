// Rows of the limits of plans, as gateways tell them: each node of a gateway for itself, and anew every hour.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

/** Whose calls are counted: of one user through one application, of one on an attested device, of a whole application. */
export const COUNTED = ['user', 'attested', 'application'] as const
export const PERIODS = ['second', 'minute', 'hour', 'day'] as const

export interface PlanLimits {
  /** The gateway that says so. */
  application_id: string
  /** Which of its plugin servers. */
  node: string
  policy: string
  api_id: string
  /** Empty: tokens without a plan, or with one that the gateway does not list. */
  plan: string
  counted: (typeof COUNTED)[number]
  period: (typeof PERIODS)[number]
  calls: number
  expires_at: Date
}

export const PLAN_LIMITS: TableDeclaration<PlanLimits> = {
  purpose: 'The limits of plans, as gateways tell them.',
  lifetime: {
    until: 'no gateway has said so again for three hours',
    obsolete: sql`expires_at < auth_now()`,
    indexed: true,
  },
  people: { nobody: 'Describes APIs and gateways.' },
}

/** They are told every hour: one message may be lost, and the next be late. */
export const GOOD_FOR_SECONDS = 3 * 3600

/** One limit of a policy; the audiences are the APIs that it protects, as `aud` names them. */
export interface ToldLimit extends Pick<PlanLimits, 'policy' | 'plan' | 'counted' | 'period' | 'calls'> {
  readonly audience: string
}

/**
 * Replaces what a node said before, in one statement. What is about no API of ours is left out.
 * @returns how many rows there are of it now
 */
export async function replacePlanLimits(
  db: Db,
  { applicationId, node }: Readonly<{ applicationId: string; node: string }>,
  limits: readonly ToldLimit[],
): Promise<number> {
  const { rows } = await sql<{ known: number }>`
    with told as (
      select distinct limits.policy, api.id as api_id, limits.plan, limits.counted, limits.period, limits.calls
      from jsonb_to_recordset(${JSON.stringify(limits)}::jsonb)
             as limits (policy text, audience text, plan text, counted text, period text, calls integer)
      join apis api on api.resource = limits.audience
    ), kept as (
      insert into plan_limits (application_id, node, policy, api_id, plan, counted, period, calls, expires_at)
      select ${applicationId}, ${node}, told.*, ${secondsFromNow(GOOD_FOR_SECONDS)} from told order by 3, 4, 5, 6, 7, 8
      on conflict (application_id, node, policy, api_id, plan, counted, period, calls)
      do update set expires_at = excluded.expires_at
      returning 1
    ), gone as (
      delete from plan_limits row where row.application_id = ${applicationId} and row.node = ${node}
        and not exists (select from told
                        where (told.policy, told.api_id, told.plan, told.counted, told.period, told.calls)
                            = (row.policy, row.api_id, row.plan, row.counted, row.period, row.calls))
    )
    select count(*)::int as known from kept`.execute(db)
  return rows[0]?.known ?? 0
}

/** A number of calls, and by how many nodes of gateways it is said. */
export interface SaidLimit {
  readonly calls: number
  readonly nodes: number
}

/** A limit of a plan. Where gateways disagree, or a gateway's policies do, it has several numbers, the smallest first. */
export interface KnownLimit extends Pick<PlanLimits, 'api_id' | 'plan' | 'counted' | 'period'> {
  readonly said: readonly SaidLimit[]
}

/** The limits of an API's plans, or of all APIs, that gateways stand by now. */
export async function findPlanLimits(db: Db, apiId?: string): Promise<readonly KnownLimit[]> {
  const { rows } = await sql<KnownLimit>`
    select api_id, plan, counted, period,
           jsonb_agg(jsonb_build_object('calls', calls, 'nodes', nodes) order by calls) as said
    from (select api_id, plan, counted, period, calls, count(distinct (application_id, node)) as nodes
          from plan_limits where expires_at > auth_now() and (${apiId ?? null}::text is null or api_id = ${apiId ?? null})
          group by api_id, plan, counted, period, calls) limits
    group by api_id, plan, counted, period
    order by api_id, plan, array_position(${[...COUNTED]}::text[], counted),
             array_position(${[...PERIODS]}::text[], period)`.execute(db)
  return rows
}
