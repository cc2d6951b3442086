// Brings a database to the newest schema, from several instances at once as well, and says on which one a release may run.
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { type ConcurrentOptions, makeConcurrently } from './concurrent-indexes.ts'
import type { Db, Trx } from './database.ts'
import { codeOf } from './health.ts'
import { loadMigration, MIGRATIONS, type Migration, type Migrations } from './migration-files.ts'
import { grantToServer } from './server-rights.ts'

/** This release cannot run on the schema that it found; the message says what to do. */
export class SchemaMismatch extends Error {
  override name = 'SchemaMismatch'
}

/** What `migrate` did, and found. */
export interface Migrated {
  /** Names of the migrations applied now. */
  readonly applied: readonly string[]
  /** Names of those that a newer release has applied, and that this one can live with. */
  readonly newer: readonly string[]
}

/**
 * Kysely's own number for migrations, so that releases which lock by session wait for us and we for them. By transaction,
 * because a session is not ours behind a pooler of transactions.
 */
const LOCK = sql.lit('3853314791062309107')

/**
 * How long a change of a table waits for its lock, and how often it tries. Whoever reads the table after it waits behind
 * it: one long transaction elsewhere would otherwise keep everybody from signing in.
 */
const LOCK_WAIT = { millis: 3000, tries: 20, pauseMillis: 1000 } as const

/** What `migrate` may be told. */
interface MigrateOptions extends ConcurrentOptions {
  readonly migrations?: Migrations
  /** Who gets the rights that the server needs, where it connects as somebody else than `db`. */
  readonly serverRole?: string
  readonly lockWait?: Readonly<{ millis: number; tries: number; pauseMillis: number }>
  /** Whether indexes of large tables are made concurrently; behind a pooler of transactions that cannot be. */
  readonly concurrently?: boolean
}

/**
 * Applies what is missing, in order. All of it or nothing, where none is to run apart; else what ran before one that fails
 * stays, and the next start goes on from there.
 * @throws {SchemaMismatch} on a schema that this release cannot work with; else what the failing migration threw.
 */
export async function migrate(
  db: Db,
  { migrations = MIGRATIONS, serverRole, lockWait = LOCK_WAIT, concurrently = true, ...options }: MigrateOptions = {},
): Promise<Migrated> {
  const applied: string[] = []
  for (let tries = 1; ; ) {
    try {
      const indexes = await nextIndexes(db, migrations)
      if (concurrently) await makeConcurrently(db, indexes, options)
      const step = await migrateStep(db, { migrations, serverRole, lockMillis: lockWait.millis, indexes })
      applied.push(...step.applied)
      if (step.done) return { applied, newer: step.newer }
      tries = 1
    } catch (error) {
      if (!isLockMissed(error) || tries >= lockWait.tries) throw error
      tries += 1
      await pause(lockWait.pauseMillis)
    }
  }
}

/** Those of the migration that is next; none where that is made with others, or in an empty database. */
async function nextIndexes(db: Db | Trx, migrations: Migrations): Promise<readonly string[]> {
  const present = (await readApplied(db)) ?? []
  const next = Object.keys(migrations).find((name) => !present.includes(name))
  if (next === undefined || present.length === 0) return []
  return (await loadMigration(migrations, next)).indexes ?? []
}

/** One transaction: the migrations up to the next that runs apart, or that one. */
async function migrateStep(
  db: Db,
  { migrations, serverRole, lockMillis, indexes }: StepOptions,
): Promise<Migrated & { readonly done: boolean }> {
  return db.transaction().execute(async (trx) => {
    // Whatever the role's setting: we may wait for another instance, and building an index takes its time.
    await sql`set local statement_timeout = 0`.execute(trx)
    await sql`set local lock_timeout = 0`.execute(trx)
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx)
    const present = await listApplied(trx)
    const newer = present.filter((name) => !Object.hasOwn(migrations, name))
    const missing = Object.keys(migrations).filter((name) => !present.includes(name))
    if (newer.length > 0) {
      await requireWorkable(trx, migrations, newer, missing)
      return { applied: [], newer, done: true }
    }
    // Others came first, and what is next by now has indexes of its own to be made before.
    if (!isDeepStrictEqual(await nextIndexes(trx, migrations), indexes)) return { applied: [], newer, done: false }
    await sql`set local lock_timeout = ${sql.lit(lockMillis)}`.execute(trx)
    const last = await endOfStep(migrations, missing)
    const migrator = new Migrator({ db: trx, provider: { getMigrations: async () => withFloor(migrations) } })
    const { error, results } = await (last === undefined ? migrator.migrateToLatest() : migrator.migrateTo(last))
    if (error) throw error
    const done = last === undefined
    if (done && serverRole !== undefined) await grantToServer(trx, serverRole)
    return { applied: (results ?? []).map(({ migrationName }) => migrationName), newer, done }
  })
}

interface StepOptions {
  readonly migrations: Migrations
  readonly serverRole: string | undefined
  readonly lockMillis: number
  /** Those that were made ready. */
  readonly indexes: readonly string[]
}

/** A lock that was not to be had in time, or that two waited for in a circle: what the transaction did is undone. */
function isLockMissed(error: unknown): boolean {
  return ['55P03', '40P01'].includes(codeOf(error))
}

/** The last migration of the next transaction; undefined where that is the last of all. */
async function endOfStep(migrations: Migrations, missing: readonly string[]): Promise<string | undefined> {
  for (const [index, name] of missing.entries()) {
    if ((await loadMigration(migrations, name)).apart !== true) continue
    if (index > 0) return missing[index - 1]
    return missing.length > 1 ? name : undefined
  }
  return undefined
}

/** What was applied, in order; undefined where nothing ever was. */
async function readApplied(db: Db | Trx): Promise<readonly string[] | undefined> {
  // From a table: else PostgreSQL may answer with what it remembers from before it waited for the lock.
  const { rows: found } = await sql`select from pg_class where oid = to_regclass('kysely_migration')`.execute(db)
  if (found.length === 0) return undefined
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}

async function listApplied(trx: Trx): Promise<readonly string[]> {
  const applied = await readApplied(trx)
  // As Kysely would; but where it may not, it asks once more in the transaction that has failed, and says only that.
  if (!applied)
    await sql`create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)`.execute(
      trx,
    )
  return applied ?? []
}

/** Kysely refuses a schema that is newer than the migrations it is given, so it is not asked about one. */
async function requireWorkable(
  trx: Trx,
  migrations: Migrations,
  newer: readonly string[],
  missing: readonly string[],
): Promise<void> {
  if (missing.length > 0)
    throw new SchemaMismatch(
      `The database has migrations that this release does not know (${newer.join(', ')}) and lacks ${missing.join(', ')}. ` +
        'Start the release that made it; two that grew apart cannot share a database.',
    )
  const { rows } = await sql<{ migration: string }>`select migration from schema_floor`.execute(trx)
  const floor = rows[0]?.migration
  if (floor !== undefined && !Object.hasOwn(migrations, floor))
    throw new SchemaMismatch(
      `A newer release has changed the database (${floor}) in a way that this one cannot work with. ` +
        'Start that release, or restore the backup from before the upgrade.',
    )
}

/** The migrations, each loaded when it runs, and the incompatible ones raising the floor to themselves. */
function withFloor(migrations: Migrations): Record<string, Pick<Migration, 'up'>> {
  return Object.fromEntries(
    Object.keys(migrations).map((name) => {
      const up = async (db: Kysely<unknown>): Promise<void> => {
        const migration = await loadMigration(migrations, name)
        await migration.up(db)
        if (migration.incompatible === true)
          await sql`insert into schema_floor (migration) values (${name})
                    on conflict (single) do update set migration = excluded.migration`.execute(db)
      }
      return [name, { up }]
    }),
  )
}
