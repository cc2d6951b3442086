// Whether the database answers, and can be written.
import { sql } from 'kysely'
import type { Db } from './database.ts'

// SQLSTATE: a standby or a database set to read only, no right to write, disk full, input/output error.
const UNWRITABLE = /^(25006|42501|53100|58030)$/

/** The code of an error: SQLSTATE, or that of the operating system or of TLS; '' when it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Whether somebody else holds what was not to be waited for. */
export function isLockTaken(error: unknown): boolean {
  return codeOf(error) === '55P03'
}

/** Databases in which a statement could not write, and no write has been seen to pass since. */
const doubtful = new WeakSet<Db>()

/** Told of every statement that failed. */
export function noteFailure(db: Db, error: unknown): void {
  if (UNWRITABLE.test(codeOf(error))) doubtful.add(db)
}

/**
 * Whether what we do can be stored. One round trip that writes nothing, as long as no statement has failed to write;
 * from then on a page is written and rolled back each time, until that works again.
 * @throws {Error} when the database cannot be reached.
 */
export async function isWritable(db: Db): Promise<boolean> {
  const { rows } = await sql<{ readOnly: boolean }>`
    select current_setting('transaction_read_only')::boolean as "readOnly"`.execute(db)
  if (rows[0]?.readOnly !== false) return false
  if (!doubtful.has(db)) return true
  const trial = await db.startTransaction().execute()
  try {
    await sql`insert into write_trials (page) values (decode(repeat('00', 7000), 'hex'))`.execute(trial)
    doubtful.delete(db)
    return true
  } catch (error) {
    if (isDatabaseAway(error) && !UNWRITABLE.test(codeOf(error))) throw error
    return false
  } finally {
    await trial.rollback().execute()
  }
}

// SQLSTATE: connection exceptions, a person or an application that was deleted just now, a standby that is not promoted
// yet, rolled back for another's sake, too many connections, lock not available, operator intervention (shutdown, timeout).
const AWAY = /^(08|23503|25006|40|53|55P03|57)/
const SOCKET = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
])

// What pg says of a connection that never came about, or ended under whoever used it, in a transaction that wants to roll
// back as well. None of these has a code.
const PG_SAYS =
  /^(?:timeout exceeded when trying to connect|timeout expired|Connection terminated|Query read timeout|Client (?:has encountered a connection error|was closed) and is not queryable|Received unexpected \w+ message from backend)/

/** Whether an error says that the database is away or overloaded, rather than that the statement was wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway)
  const code = codeOf(error)
  return AWAY.test(code) || SOCKET.has(code) || PG_SAYS.test(error.message)
}
