// Putting an application, an API or a subscription out of use and back: subscriptions follow, and gateways hear of it (triggers see to both).
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Trx } from '../database.ts'
import { REVOCATIONS_API } from '../tables/apis.ts'

/**
 * Of which tables rows can be suspended, and which of their rows cannot: the feed of revocations, and who reads it.
 * Without it every gateway refuses every call.
 */
const NEEDED = {
  apis: sql<SqlBool>`id = ${REVOCATIONS_API}`,
  applications: sql<SqlBool>`exists (
    select from subscriptions
    where application_id = applications.id and api_id = ${REVOCATIONS_API} and status <> 'pending')`,
  subscriptions: sql<SqlBool>`api_id = ${REVOCATIONS_API}`,
} as const satisfies Readonly<Record<string, RawBuilder<SqlBool>>>
export type Suspendable = keyof typeof NEEDED

/** The triggers look at a subscription's status when it is set. */
function setTo(table: Suspendable, moment: RawBuilder<unknown>): RawBuilder<unknown> {
  return table === 'subscriptions' ? sql`suspended_at = ${moment}, status = status` : sql`suspended_at = ${moment}`
}

/** `unchanged`: there is no such row, or it is suspended already. */
export async function suspendRow(
  trx: Trx,
  table: Suspendable,
  id: string,
): Promise<'done' | 'unchanged' | 'needed by gateways'> {
  const { rows } = await sql<{ isNeeded: boolean }>`
    with found as (select id, ${NEEDED[table]} as is_needed from ${sql.table(table)} where id = ${id}),
    suspended as (
      update ${sql.table(table)} set ${setTo(table, sql`auth_now()`)}
      where id = (select id from found where not is_needed) and suspended_at is null
      returning id
    )
    select is_needed as "isNeeded" from found where is_needed or exists (select from suspended)`.execute(trx)
  const [row] = rows
  if (!row) return 'unchanged'
  return row.isNeeded ? 'needed by gateways' : 'done'
}

/** False when there is no such row, or it is not suspended. */
export async function restoreRow(trx: Trx, table: Suspendable, id: string): Promise<boolean> {
  const { rows } = await sql`
    update ${sql.table(table)} set ${setTo(table, sql`null`)} where id = ${id} and suspended_at is not null
    returning id`.execute(trx)
  return rows.length === 1
}

/**
 * For whoever gives an application access to an API and locks rows before: suspending takes this lock, then an API or an
 * application, then subscriptions, and so do all, or the one would wait for the other in a circle.
 */
export async function holdSuspensions(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtext('suspensions'))`.execute(trx)
}
