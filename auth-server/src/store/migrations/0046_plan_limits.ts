// What gateways say about the limits of plans: kong.yml alone knows the numbers, and people ask for them here.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table plan_limits (
      application_id text not null references applications (id) on delete cascade,
      node text not null,
      policy text not null,
      api_id text not null references apis (id) on delete cascade,
      plan text not null,
      counted text not null check (counted in ('user', 'attested', 'application')),
      period text not null check (period in ('second', 'minute', 'hour', 'day')),
      calls integer not null check (calls > 0),
      expires_at timestamptz not null,
      primary key (application_id, node, policy, api_id, plan, counted, period, calls)
    )`,
    sql`create index plan_limits_by_api on plan_limits (api_id)`,
    sql`create index plan_limits_by_expiry on plan_limits (expires_at)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
