// A guest makes an account: the request that begins it names the device that has signed it.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pushed_requests add column device_jkt text`.execute(db)
}
