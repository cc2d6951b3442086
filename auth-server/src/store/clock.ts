// What time it is: the database says so, and nobody else.
import { sql } from 'kysely'
import type { Db } from './database.ts'

/** Unix seconds by the one clock. */
export async function databaseTime(db: Db): Promise<number> {
  const { rows } = await sql<{ now: number }>`select extract(epoch from auth_now())::float8 as now`.execute(db)
  const [row] = rows
  if (!row) throw new Error('the database did not say the time')
  return row.now
}
