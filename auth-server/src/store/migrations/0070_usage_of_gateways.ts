// What gateways could not tell of usage is kept beside the names of their batches.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table usage_batches
    add column lost_calls bigint not null default 0, add column lost_refusals bigint not null default 0`.execute(db)
}
