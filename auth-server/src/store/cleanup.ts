// Rows that nobody can use any more, removed in small batches so that no request ever waits behind them.
import { sql } from 'kysely'
import type { Db } from './database.ts'
import type { AnyDeclaration, Condition, KeptUntil } from './declaration.ts'
import { TABLES } from './tables/index.ts'

/** Batches of one table in one run; a flood is worked off, and the other tables have their turn. */
const MAX_BATCHES = 400
/** Pages of a table that one statement looks through, where no index leads to the obsolete rows: 16 MB. */
const PORTION_PAGES = 2048

/**
 * Removes the obsolete rows of the tables, in batches of their own; rows that another instance is removing are left to
 * it. Returns how many went, by table.
 * @param which `indexed` tables can be asked often, `scanned` ones seldom; all unless told.
 * @param pages of a table without an index that one statement looks through.
 * @param signal ends it after the batch under way.
 */
export async function removeObsoleteRows(
  db: Db,
  {
    which,
    batch = 500,
    pages = PORTION_PAGES,
    signal,
  }: Readonly<{ which?: 'indexed' | 'scanned'; batch?: number; pages?: number; signal?: AbortSignal }> = {},
): Promise<Readonly<Record<string, number>>> {
  const removed: Record<string, number> = {}
  for (const [table, { lifetime }] of Object.entries<AnyDeclaration>(TABLES)) {
    if ('kept' in lifetime) continue
    const { indexed, removedBy } = lifetime
    if (which !== undefined && indexed !== (which === 'indexed')) continue
    let gone = 0
    const isOver = () => gone >= MAX_BATCHES * batch || signal?.aborted
    for await (const where of portionsOf(db, table, lifetime, pages)) {
      for (let count = batch; count === batch && !isOver(); gone += count)
        count = await removeBatch(db, table, { where, removedBy, batch })
      if (isOver()) break
    }
    if (gone > 0) removed[table] = gone
  }
  return removed
}

/**
 * Where to look, part by part. A table without an index is read from its beginning to its end, once: a search that began
 * anew for each batch would read millions of rows that stay, each time, and in the end longer than a statement may take.
 */
async function* portionsOf(
  db: Db,
  table: string,
  { obsolete, indexed }: KeptUntil,
  portion: number,
): AsyncGenerator<Condition> {
  if (indexed) {
    yield obsolete
    return
  }
  const { rows } = await sql<{ pages: number }>`
    select (pg_relation_size(${table}::regclass) / current_setting('block_size')::int)::int as pages`.execute(db)
  for (let page = 0; page < (rows[0]?.pages ?? 0); page += portion) {
    const [from, to] = [`(${page},0)`, `(${page + portion},0)`]
    yield sql`ctid >= ${from}::tid and ctid < ${to}::tid and ${obsolete}`
  }
}

/** How many went. */
async function removeBatch(
  db: Db,
  table: string,
  { where, removedBy, batch }: Readonly<{ where: Condition; removedBy: string | undefined; batch: number }>,
): Promise<number> {
  const { rows } = await (removedBy === undefined
    ? sql<{ count: number }>`
        with gone as (
          delete from ${sql.table(table)} where ctid = any(array(
            select ctid from ${sql.table(table)} where ${where} limit ${batch} for update skip locked))
          returning 1
        )
        select count(*)::int as count from gone`
    : sql<{ count: number }>`select ${sql.id(removedBy)}(${batch}) as count`
  ).execute(db)
  return rows[0]?.count ?? 0
}
