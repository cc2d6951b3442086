// Brings a database to the newest schema, from several instances at once as well, and says on which one a release may run.
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Db, Trx } from './database.ts'
import { grantToServer } from './server-rights.ts'

/**
 * One step. A file that exports `incompatible = true` says that releases without it cannot run beside or after it; on all
 * others an older release goes on working, so that instances can be replaced one by one, and an upgrade taken back.
 */
export interface Migration {
  readonly up: (db: Kysely<unknown>) => Promise<void>
  readonly incompatible?: boolean
}
export type Migrations = Readonly<Record<string, Migration>>

const FOLDER = new URL('migrations/', import.meta.url)

/** Every migration, by the name of its file, append-only: a merged one is never edited, and a gap in the numbers is never filled. */
export const MIGRATIONS: Migrations = Object.fromEntries(
  await Promise.all(
    readdirSync(FOLDER)
      .toSorted()
      .map(
        async (file): Promise<[string, Migration]> => [basename(file, '.ts'), await import(new URL(file, FOLDER).href)],
      ),
  ),
)

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
 * Applies what is missing, all or nothing.
 * @param options.serverRole who gets the rights that the server needs, where it connects as somebody else than `db`
 * @throws {SchemaMismatch} on a schema that this release cannot work with; else what the failing migration threw.
 */
export async function migrate(
  db: Db,
  { migrations = MIGRATIONS, serverRole }: Readonly<{ migrations?: Migrations; serverRole?: string }> = {},
): Promise<Migrated> {
  return db.transaction().execute(async (trx) => {
    // Whatever the role's setting: we may wait for another instance, and building an index takes its time.
    await sql`set local statement_timeout = 0`.execute(trx)
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx)
    const present = await listApplied(trx)
    const newer = present.filter((name) => !Object.hasOwn(migrations, name))
    if (newer.length > 0) {
      const missing = Object.keys(migrations).filter((name) => !present.includes(name))
      await requireWorkable(trx, migrations, newer, missing)
      return { applied: [], newer }
    }
    const migrator = new Migrator({ db: trx, provider: { getMigrations: async () => withFloor(migrations) } })
    const { error, results } = await migrator.migrateToLatest()
    if (error) throw error
    if (serverRole !== undefined) await grantToServer(trx, serverRole)
    return { applied: (results ?? []).map(({ migrationName }) => migrationName), newer }
  })
}

async function listApplied(trx: Trx): Promise<string[]> {
  const { rows: found } = await sql`select where to_regclass('kysely_migration') is not null`.execute(trx)
  if (found.length === 0) {
    // As Kysely would; but where it may not, it asks once more in the transaction that has failed, and says only that.
    await sql`create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)`.execute(
      trx,
    )
    return []
  }
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(trx)
  return rows.map(({ name }) => name)
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

/** The migrations, each of the incompatible ones raising the floor to itself. */
function withFloor(migrations: Migrations): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(migrations).map(([name, migration]) => {
      if (migration.incompatible !== true) return [name, migration]
      const up = async (db: Kysely<unknown>): Promise<void> => {
        await migration.up(db)
        await sql`insert into schema_floor (migration) values (${name})
                  on conflict (single) do update set migration = excluded.migration`.execute(db)
      }
      return [name, { up }]
    }),
  )
}
