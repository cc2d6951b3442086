// How a connection pool is opened.

import type { Kysely, LogEvent, Transaction } from 'kysely'
import pg from 'pg'
import type { Pooler } from '../config/settings.ts'
import { Batches, type BatchOutcomes } from './batches.ts'
import { BegunAnewKysely, type FirstStep } from './begun-anew.ts'
import { Dialect } from './dialect.ts'
import { noteFailure } from './health.ts'
import { PreparingClient } from './prepared.ts'
import type { Database } from './tables/index.ts'
import { traceWaits, type WatchedPool } from './traced-connection.ts'
import { traceStatement } from './traced-statement.ts'
import { WatchedClient, watch, watchUsed } from './watched.ts'

export type Db = Kysely<Database>
export type Trx = Transaction<Database>

/** Does something in the transaction that is under way, or in one of its own. */
export function inTransaction<T>(db: Db | Trx, work: (trx: Trx) => Promise<T>): Promise<T> {
  return isTransaction(db) ? work(db) : db.transaction().execute(work)
}
function isTransaction(db: Db | Trx): db is Trx {
  return db.isTransaction
}

/** For how long a connection is kept that nobody uses: a new one has to plan each statement anew. */
const IDLE_MILLIS = 60_000

/** What a statement does. Reads go by themselves: they wait for no commit, and so for no disk and no standby. */
export type StatementEffect = 'reads' | 'writes'

/** What stands behind an open database. */
interface Opened {
  readonly pool: pg.Pool
  /** What goes together; undefined where no session is one's own. */
  readonly batches: Readonly<Record<StatementEffect, Batches>> | undefined
  /** Of each share, how many wait for their turn. */
  readonly lines: (() => number)[]
}
const OPENED = new WeakMap<Db, Opened>()
/** Of a share of a pool, the whole. */
const WHOLES = new WeakMap<Db, Db>()

/** By which to remember what is known of a database: the same for each share of its pool. */
export function wholeOf(db: Db): Db {
  return WHOLES.get(db) ?? db
}

/** Of each database, or share of one, what gives its connections out. */
const POOLS = new WeakMap<Db, WatchedPool>()

function databaseOn(pool: WatchedPool, first?: FirstStep<Database>): Db {
  const config = { dialect: new Dialect(traceWaits(pool)), log: (event: LogEvent) => noteStatement(db, event) }
  const db: Db = new BegunAnewKysely<Database>(config, first)
  POOLS.set(db, pool)
  return db
}

/** The same database, or share of one, by a handle whose transactions all begin with this step. */
export function beginningWith(db: Db, first: FirstStep<Database>): Db {
  const pool = POOLS.get(db)
  if (!pool) throw new Error('this database has no pool')
  const handle = databaseOn(pool, first)
  WHOLES.set(handle, wholeOf(db))
  return handle
}

/**
 * A database by some of its connections.
 * @param pool gives them out @param waiting how many wait for one of them: they are counted among those who wait
 */
export function shareOn(whole: Db, pool: WatchedPool, waiting: () => number): Db {
  const share = databaseOn(pool)
  WHOLES.set(share, whole)
  OPENED.get(whole)?.lines.push(waiting)
  return share
}

/** Told of every statement that was asked, alone or with others. */
export function noteStatement(db: Db, event: LogEvent): void {
  if (event.level === 'error') noteFailure(wholeOf(db), event.error)
  traceStatement(event)
}

/**
 * Opens a pool. A connection that PostgreSQL drops while idle is reported to `onError` and replaced on next use.
 * @param url `postgresql://…`
 * @param limits `connections` in the pool; `statementTimeoutMillis` after which PostgreSQL gives a statement up (0: what
 *   the role's own setting says). Behind a pooler of transactions it is the role's setting in any case, because what is
 *   set in a session would reach strangers there.
 */
export function openDatabase(
  url: string,
  onError: (error: Error) => void,
  {
    connections = 10,
    statementTimeoutMillis = 5000,
    pooler = 'session',
  }: Readonly<{ connections?: number; statementTimeoutMillis?: number; pooler?: Pooler }> = {},
): Db {
  // What stays in a session, its time limit and the names of its statements, is for those who have one to themselves and
  // for long; a command or a migration leaves nothing behind, whatever stands between.
  const ownsSession = statementTimeoutMillis > 0 && pooler === 'session'
  const silenceMillis = statementTimeoutMillis > 0 ? statementTimeoutMillis + 1000 : 0
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 3000,
    Client: ownsSession ? PreparingClient : WatchedClient,
    idleTimeoutMillis: IDLE_MILLIS,
    async onConnect(client) {
      watch(client, silenceMillis)
      // Not as a parameter of the connection's start: PgBouncer refuses those that it does not know.
      if (ownsSession) await client.query(`set statement_timeout = ${statementTimeoutMillis}`)
    },
  })
  watchUsed(pool, silenceMillis)
  pool.on('error', onError)
  // A connection that breaks while it is in use is an 'error' event as well, which nobody else hears and which would end
  // the process; whoever waits for the query is told by its rejection.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = databaseOn(Object.assign(pool, { hasFree: () => hasFree(pool) }))
  const together = () => new Batches(pool, statementTimeoutMillis)
  const batches = ownsSession ? { reads: together(), writes: together() } : undefined
  OPENED.set(db, { pool, batches, lines: [] })
  return db
}

/** What goes together to a database, or to a share of it; undefined in a transaction, and where no session is one's own. */
export function batchesOf(db: Db, effect: StatementEffect): Batches | undefined {
  return OPENED.get(wholeOf(db))?.batches?.[effect]
}

/** @throws {Error} when `openDatabase` did not open it */
export function poolOf(db: Db): pg.Pool {
  const opened = OPENED.get(db)
  if (!opened) throw new Error('this database has no pool of its own')
  return opened.pool
}

/** Whether whoever comes now gets a connection at once: one that is made, and that nobody uses or waits for. */
export function hasFree({ idleCount, waitingCount }: Pick<pg.Pool, 'idleCount' | 'waitingCount'>): boolean {
  return idleCount > waitingCount
}

/** How the connections of a pool are used at present; `waiting` are those who wait for one. */
export function poolUse(db: Db): Readonly<Record<'busy' | 'idle' | 'waiting', number>> {
  const { pool, lines = [] } = OPENED.get(db) ?? {}
  const { totalCount = 0, idleCount = 0, waitingCount = 0 } = pool ?? {}
  const inLines = lines.reduce((sum, waiting) => sum + waiting(), 0)
  return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount + inLines }
}

/** What became of the batches so far, with those of its shares; none behind a pooler of transactions. */
export function batchOutcomes(db: Db): BatchOutcomes {
  const { reads, writes } = OPENED.get(wholeOf(db))?.batches ?? {}
  const sum = (kind: keyof BatchOutcomes): number => (reads?.outcomes[kind] ?? 0) + (writes?.outcomes[kind] ?? 0)
  return { done: sum('done'), undone: sum('undone'), lost: sum('lost') }
}
