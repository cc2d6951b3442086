// Putting an application or an API out of use and back: its subscriptions follow, and gateways hear of it (triggers see to both).
import { sql } from 'kysely'
import type { Trx } from '../database.ts'

/** Of which tables rows can be suspended. */
export type Suspendable = 'applications' | 'apis'

/** False when there is no such row, or it is suspended already. */
export async function suspendRow(trx: Trx, table: Suspendable, id: string): Promise<boolean> {
  const { rows } = await sql`
    update ${sql.table(table)} set suspended_at = auth_now() where id = ${id} and suspended_at is null
    returning id`.execute(trx)
  return rows.length === 1
}

/** False when there is no such row, or it is not suspended. */
export async function restoreRow(trx: Trx, table: Suspendable, id: string): Promise<boolean> {
  const { rows } = await sql`
    update ${sql.table(table)} set suspended_at = null where id = ${id} and suspended_at is not null
    returning id`.execute(trx)
  return rows.length === 1
}
