// Indexes for the foreign keys that came with devices: so that deleting what they refer to reads no whole table.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create index refresh_families_by_device on refresh_families (device_jkt)`,
    sql`create index apis_by_guest_plan on apis (id, guest_plan)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
