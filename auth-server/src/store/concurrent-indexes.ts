// Indexes of large tables that are in use: made while everybody reads and writes, and anew where that was interrupted.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from './database.ts'

/** Below it an index is made within a second, in the transaction of its migration. */
const LARGE_BYTES = 16 * 1024 * 1024
/** Of whoever makes indexes: not the lock of migrations, so that releases that wait for that one are not waited for. */
const LOCK = sql.lit('3853314791062309108')
const ASK_AGAIN_MILLIS = 500

/** What `makeConcurrently` may be told. */
export interface ConcurrentOptions {
  /** Who hears of each that is about to be made. */
  readonly onIndex?: ((name: string) => void) | undefined
  readonly largeBytes?: number | undefined
}

/**
 * Makes those whose table is large, one by one; nothing is locked that a request waits for. One instance does, the others
 * wait for it. What a transaction elsewhere has begun with the table is waited for, however long.
 * @param indexes `name on table (column)`
 * @param db whose sessions are its own, so not behind a pooler of transactions
 */
export async function makeConcurrently(
  db: Db,
  indexes: readonly string[],
  { onIndex, largeBytes = LARGE_BYTES }: ConcurrentOptions = {},
): Promise<void> {
  if (indexes.length === 0) return
  await db.connection().execute(async (on) => {
    const missing: string[] = []
    for (const index of indexes) if (await isMissing(on, index, largeBytes)) missing.push(index)
    if (missing.length === 0) return
    await sql`set statement_timeout = 0`.execute(on)
    await sql`set lock_timeout = 0`.execute(on)
    // Nobody waits in a statement: whoever makes an index waits for every statement that began before.
    while (!(await isOurs(on))) await pause(ASK_AGAIN_MILLIS)
    const makeMissing = async () => {
      for (const index of missing) if (await isMissing(on, index, largeBytes)) await make(on, index, onIndex)
    }
    await makeMissing().catch(async (error: unknown) => {
      // With a session that has ended the lock has gone, too.
      await leave(on).catch(() => {})
      throw error
    })
    await leave(on)
  })
}

/** The lock belongs to the session that makes the index: it ends with that, not with us. */
async function isOurs(on: Db): Promise<boolean> {
  const { rows } = await sql<{ ours: boolean }>`select pg_try_advisory_lock(${LOCK}) as ours`.execute(on)
  return rows[0]?.ours === true
}

async function leave(on: Db): Promise<void> {
  await sql`select pg_advisory_unlock(${LOCK})`.execute(on)
  await sql`reset statement_timeout`.execute(on)
  await sql`reset lock_timeout`.execute(on)
}

function partsOf(index: string): Readonly<{ name: string; table: string }> {
  const [, name, table] = /^(\w+) on (\w+) /.exec(index) ?? []
  if (name === undefined || table === undefined) throw new Error(`${index} does not begin as an index does`)
  return { name, table }
}

/** Not there, or left behind half made. */
async function isMissing(on: Db, index: string, largeBytes: number): Promise<boolean> {
  const { name, table } = partsOf(index)
  const { rows } = await sql`
    select where pg_relation_size(to_regclass(${table})) >= ${largeBytes}
      and not exists (select from pg_index where indexrelid = to_regclass(${name}) and indisvalid)`.execute(on)
  return rows.length > 0
}

async function make(on: Db, index: string, onIndex: ((name: string) => void) | undefined): Promise<void> {
  const { name } = partsOf(index)
  onIndex?.(name)
  await sql`drop index concurrently if exists ${sql.id(name)}`.execute(on)
  await sql.raw(`create index concurrently ${index}`).execute(on)
}
