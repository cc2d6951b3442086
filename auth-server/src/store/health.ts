// Whether the database answers.
import { sql } from 'kysely'
import type { Db } from './database.ts'

/** One round trip; rejects when the database cannot be reached. */
export const ping = async (db: Db): Promise<void> => {
  await sql`select 1`.execute(db)
}

// SQLSTATE: connection exceptions, a standby that is not promoted yet, rolled back for another's sake, too many
// connections, lock not available, operator intervention (shutdown, timeout).
const AWAY = /^(08|25006|40|53|55P03|57)/
const SOCKET = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
])

/** Whether an error says that the database is away or overloaded, rather than that the statement was wrong. */
export const isDatabaseAway = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (
    AWAY.test(code) ||
    SOCKET.has(code) ||
    /^(timeout exceeded when trying to connect|Connection terminated)/.test(error.message)
  )
}
