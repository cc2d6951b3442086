// What the database knows of how the server fares: its schema, the gateways that reported, and what waits to be delivered.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { secondsSince } from '../sql.ts'
import { IS_DEAD } from '../tables/outbox.ts'
import { GOOD_FOR_SECONDS } from '../tables/plan-limits.ts'

/** A gateway of which something was heard lately: gateways tell the limits of their plans every hour. */
export interface HeardGateway {
  readonly clientId: string
  readonly nodes: number
  readonly heardAt: Date
  /** Calls and refusals that it could not tell, in the last three days. */
  readonly lostCalls: number
  readonly lostRefusals: number
}

/** What waits of a kind; `failing` has been tried already. */
export interface WaitingDeliveries {
  readonly kind: string
  readonly waiting: number
  readonly failing: number
  readonly oldestSeconds: number
}

export interface ServerState {
  readonly schema: string
  readonly gateways: readonly HeardGateway[]
  readonly deliveries: readonly WaitingDeliveries[]
}

export async function readServerState(db: Db): Promise<ServerState> {
  const [schema, gateways, deliveries] = await Promise.all([
    sql<{ name: string }>`select max(name) as name from kysely_migration`.execute(db),
    sql<HeardGateway>`
      select application.client_id as "clientId", count(distinct node)::int as nodes,
             max(limits.expires_at) - make_interval(secs => ${GOOD_FOR_SECONDS}) as "heardAt",
             (select coalesce(sum(lost_calls), 0)::float8 from usage_batches where application_id = application.id) as "lostCalls",
             (select coalesce(sum(lost_refusals), 0)::float8 from usage_batches where application_id = application.id) as "lostRefusals"
      from plan_limits limits join applications application on application.id = limits.application_id
      where limits.expires_at > auth_now() group by application.id order by 1`.execute(db),
    sql<WaitingDeliveries>`
      select kind, count(*)::int as waiting, (count(*) filter (where attempts > 0))::int as failing,
             ${secondsSince(sql`min(created_at)`)} as "oldestSeconds"
      from outbox where expires_at > auth_now() and not ${IS_DEAD} group by kind order by kind`.execute(db),
  ])
  return { schema: schema.rows[0]?.name ?? '', gateways: gateways.rows, deliveries: deliveries.rows }
}
