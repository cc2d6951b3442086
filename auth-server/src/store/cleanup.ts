// Rows that nobody can use any more, removed in small batches so that no request ever waits behind them.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Database, Db } from './database.ts'

/** Table → when its rows are of no use, not even as evidence. */
const OBSOLETE = {
  // For another hour, whoever comes back to the page of one is told how it ended.
  authorization_requests: sql`expires_at < auth_now() - interval '1 hour'`,
  // A code that comes again has to be recognised long after its minute, because it ends the family.
  authorization_codes: sql`expires_at < auth_now() - interval '1 day'`,
  sessions: sql`expires_at < auth_now()`,
  // An ended family is remembered, so that its owner can be told; its tokens stay refused either way.
  refresh_families: sql`least(expires_at, idle_expires_at, revoked_at) < auth_now() - interval '30 days'`,
  // Which of its visits ends first is settled on this row. A minute is for a visit that was just beginning.
  pushed_requests: sql`expires_at < auth_now() - interval '1 minute' and (used_at is not null or not exists (
    select from authorization_requests visit where visit.pushed_uri_hash = pushed_requests.uri_hash
    and visit.completed_at is null and visit.expires_at > auth_now()))`,
  used_jtis: sql`expires_at < auth_now()`,
  initial_access_tokens: sql`expires_at < auth_now()`,
  outbox: sql`expires_at < auth_now()`,
  // Life of an access token, 10 minutes, and of a gateway's cursor, an hour at most, with room. The last row stays: it is
  // the place from which gateways go on.
  revocations: sql`at < auth_now() - interval '2 hours' and seq < (select max(seq) from revocations)`,
} as const satisfies Partial<Record<keyof Database, RawBuilder<SqlBool> | RawBuilder<unknown>>>

type Table = keyof typeof OBSOLETE

/**
 * Tables whose obsolete rows no index leads to: each look reads the whole table. An index on `idle_expires_at` would have
 * to be written at each refresh, which is the hot path and otherwise touches no index.
 */
const SCANNED: ReadonlySet<string> = new Set<Table>(['refresh_families'])

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
  for (const [table, obsolete] of Object.entries(OBSOLETE)) {
    if (which !== undefined && SCANNED.has(table) !== (which === 'scanned')) continue
    for (let count = batch, round = 0; count === batch && round < MAX_BATCHES && !signal?.aborted; round++) {
      const { numAffectedRows } = await sql`
        delete from ${sql.table(table)} where ctid = any(array(
          select ctid from ${sql.table(table)} where ${obsolete} limit ${batch} for update skip locked))`.execute(db)
      count = Number(numAffectedRows ?? 0)
      if (count > 0) removed[table] = (removed[table] ?? 0) + count
    }
  }
  return removed
}
