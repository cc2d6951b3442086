// What something between two moments has touched, counted or read page by page, however much it is.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { type AffectedFilter, type AffectedKind, type AffectedRow, selectAffected } from './affected-selects.ts'

/** How many there are of a kind. */
export async function countAffected(db: Db, kind: AffectedKind, filter: AffectedFilter): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) from (${selectAffected(kind, filter)}) each`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

/** All of a kind, however many: the database holds them, and hands out a page at a time. */
export async function* readAffected(
  trx: Trx,
  kind: AffectedKind,
  filter: AffectedFilter,
  { page = 1000, limit }: Readonly<{ page?: number; limit?: number }> = {},
): AsyncGenerator<AffectedRow> {
  await sql`declare affected no scroll cursor for ${selectAffected(kind, filter)} limit ${limit ?? null}`.execute(trx)
  for (let isMore = true; isMore; ) {
    const { rows } = await sql<AffectedRow>`fetch forward ${sql.lit(page)} from affected`.execute(trx)
    yield* rows
    isMore = rows.length === page
  }
  await sql`close affected`.execute(trx)
}

/** An application by its client ID, or by its own id. */
export async function findApplicationId(db: Db, name: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from applications where ${name} in (client_id, id) limit 1`.execute(db)
  return rows[0]?.id
}
