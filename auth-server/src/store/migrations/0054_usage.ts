// Calls as gateways count them, and calls that they refused: figures for developers, and for people about their own apps.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table usage_batches (
      application_id text not null references applications (id) on delete cascade,
      batch uuid not null,
      expires_at timestamptz not null,
      primary key (application_id, batch)
    )`,
    sql`create index usage_batches_by_expiry on usage_batches (expires_at)`,
    sql`create table usage_hours (
      application_id text not null references applications (id) on delete cascade,
      api_id text not null references apis (id) on delete cascade,
      plan text not null,
      hour timestamptz not null,
      accepted bigint not null,
      refused bigint not null,
      primary key (application_id, hour, api_id, plan)
    )`,
    sql`create index usage_hours_by_hour on usage_hours (hour)`,
    sql`create index usage_hours_by_api on usage_hours (api_id)`,
    sql`create table usage_days (
      application_id text not null references applications (id) on delete cascade,
      api_id text not null references apis (id) on delete cascade,
      plan text not null,
      day date not null,
      accepted bigint not null,
      refused bigint not null,
      primary key (application_id, day, api_id, plan)
    )`,
    sql`create index usage_days_by_day on usage_days (day)`,
    sql`create index usage_days_by_api on usage_days (api_id)`,
    sql`create table usage_of_people (
      person_id text not null references people (id) on delete cascade,
      application_id text not null references applications (id) on delete cascade,
      api_id text not null references apis (id) on delete cascade,
      day date not null,
      accepted bigint not null,
      refused bigint not null,
      primary key (person_id, day, application_id, api_id)
    )`,
    sql`create index usage_of_people_by_application on usage_of_people (application_id, day)`,
    sql`create index usage_of_people_by_day on usage_of_people (day)`,
    sql`create index usage_of_people_by_api on usage_of_people (api_id)`,
    sql`create table call_refusals (
      application_id text not null references applications (id) on delete cascade,
      request_id text not null,
      at timestamptz not null,
      api_id text not null references apis (id) on delete cascade,
      plan text not null,
      code text not null,
      facts jsonb not null,
      primary key (application_id, request_id)
    )`,
    sql`create index call_refusals_by_time on call_refusals (application_id, at desc)`,
    sql`create index call_refusals_by_age on call_refusals (at)`,
    sql`create index call_refusals_by_api on call_refusals (api_id)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
