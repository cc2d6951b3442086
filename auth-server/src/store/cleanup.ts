// Rows that nobody can use any more, removed in small batches so that no request ever waits behind them.
import { sql } from 'kysely'
import type { Db } from './database.ts'
import type { AnyDeclaration } from './declaration.ts'
import { TABLES } from './tables/index.ts'

/** Batches of one table in one run; a flood is worked off, and the other tables have their turn. */
const MAX_BATCHES = 400

/**
 * Removes the obsolete rows of the tables, in batches of their own; rows that another instance is removing are left to
 * it. Returns how many went, by table.
 * @param which `indexed` tables can be asked often, `scanned` ones seldom; all unless told.
 * @param signal ends it after the batch under way.
 */
export async function removeObsoleteRows(
  db: Db,
  {
    which,
    batch = 500,
    signal,
  }: Readonly<{ which?: 'indexed' | 'scanned'; batch?: number; signal?: AbortSignal }> = {},
): Promise<Readonly<Record<string, number>>> {
  const removed: Record<string, number> = {}
  for (const [table, { lifetime }] of Object.entries<AnyDeclaration>(TABLES)) {
    if ('kept' in lifetime) continue
    const { obsolete, indexed, removedBy } = lifetime
    if (which !== undefined && indexed !== (which === 'indexed')) continue
    for (let count = batch, round = 0; count === batch && round < MAX_BATCHES && !signal?.aborted; round++) {
      const { rows } = await (removedBy === undefined
        ? sql<{ count: number }>`
            with gone as (
              delete from ${sql.table(table)} where ctid = any(array(
                select ctid from ${sql.table(table)} where ${obsolete} limit ${batch} for update skip locked))
              returning 1
            )
            select count(*)::int as count from gone`
        : sql<{ count: number }>`select ${sql.id(removedBy)}(${batch}) as count`
      ).execute(db)
      count = rows[0]?.count ?? 0
      if (count > 0) removed[table] = (removed[table] ?? 0) + count
    }
  }
  return removed
}
