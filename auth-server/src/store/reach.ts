// Waits for a database that is not there yet, and refuses a PostgreSQL that is too old or cannot hold every name.
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { codeOf, isDatabaseAway } from './health.ts'

const PATIENCE_MILLIS = 60_000
const ASK_AGAIN_MILLIS = 500
const OLDEST_MAJOR = 15

// A name that nobody knows, a database that takes no more connections or can only be read: waiting helps none of them.
const STAYS = /^(ENOTFOUND|53\d{3}|25006)$/
/** What PgBouncer says, all under one code, while the database behind it is away. */
const BEHIND_POOLER =
  /server login (has been failing|failed)|cannot connect to server|query_wait_timeout|pgbouncer_shutdown|database system is (starting|shutting)/i

/** This PostgreSQL, or this database, lacks what we need; the message says what to do. */
export class UnfitServer extends Error {
  override name = 'UnfitServer'
}

/** Whether an error says that the database is not up, or not up yet. */
export function isNotThereYet(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (code === '08P01') return BEHIND_POOLER.test(error.message)
  // A file that DATABASE_URL names (sslrootcert) is looked for by `open`, a socket by `connect`.
  if ('syscall' in error && error.syscall === 'open') return false
  return isDatabaseAway(error) && !STAYS.test(code)
}

/**
 * Returns once the database answers.
 * @param onWait told once, when it does not at first
 * @throws {UnfitServer}; what keeps us from it, at once if waiting cannot help, else after a minute
 */
export async function reachDatabase(
  db: Db,
  onWait: (error: unknown) => void,
  patienceMillis = PATIENCE_MILLIS,
): Promise<void> {
  const deadline = performance.now() + patienceMillis
  for (let told = false; ; told = true) {
    try {
      return await requireFit(db)
    } catch (error) {
      if (!isNotThereYet(error) || performance.now() > deadline) throw error
      if (!told) onWait(error)
      await delay(ASK_AGAIN_MILLIS)
    }
  }
}

async function requireFit(db: Db): Promise<void> {
  const { rows } = await sql<{ version: string; number: number; encoding: string }>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
           current_setting('server_encoding') as encoding`.execute(db)
  const [server] = rows
  if (server === undefined) return
  if (server.number < OLDEST_MAJOR * 10_000)
    throw new UnfitServer(
      `PostgreSQL ${server.version} is too old. Upgrade it to ${OLDEST_MAJOR} or newer, or name another in DATABASE_URL.`,
    )
  // Each other encoding lacks letters that occur in people's names; SQL_ASCII takes bytes as they are.
  if (server.encoding !== 'UTF8' && server.encoding !== 'SQL_ASCII')
    throw new UnfitServer(
      `The database is encoded in ${server.encoding}, which lacks letters of people's names. ` +
        "Make one by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and name it in DATABASE_URL.",
    )
}

/** Whether PostgreSQL gives a statement of ours up after some time. */
export async function hasTimeLimit(db: Db): Promise<boolean> {
  const { rows } = await sql`select where current_setting('statement_timeout') <> '0'`.execute(db)
  return rows.length > 0
}
