// Before the first request: waits for the database, and brings it to this release's schema, under another role if there is one.
import type { Config } from '../config.ts'
import { type Db, openDatabase } from './database.ts'
import { type Migrated, migrate } from './migrate.ts'
import { reachDatabase } from './reach.ts'
import { currentRole } from './server-rights.ts'

/** Thrown for what went wrong under the role of MIGRATION_DATABASE_URL; `cause` says what. */
export class UpgradeFailed extends Error {
  override name = 'UpgradeFailed'
}

/** Who hears of what happens meanwhile. */
export interface UpgradeListener {
  /** An idle connection was lost. */
  readonly onError: (error: Error) => void
  /** The database does not answer yet. */
  readonly onWait: (error: unknown) => void
  /** An index of a large table is about to be made, which may take minutes. */
  readonly onIndex?: (name: string) => void
}

type Databases = Pick<Config, 'databaseUrl' | 'migrationDatabaseUrl'> & Partial<Pick<Config, 'databasePooler'>>

/** @throws {UpgradeFailed} under another role; else what `reachDatabase` and `migrate` throw. */
export async function upgradeDatabase(
  { databaseUrl, migrationDatabaseUrl, databasePooler = 'session' }: Databases,
  { onError, onWait, onIndex }: UpgradeListener,
): Promise<Migrated> {
  // Migrations may wait for another instance's, so their connection has no time limit.
  const once = async <T>(url: string, work: (db: Db) => Promise<T>): Promise<T> => {
    const db = openDatabase(url, onError, { connections: 1, statementTimeoutMillis: 0 })
    return reachDatabase(db, onWait)
      .then(() => work(db))
      .finally(() => db.destroy())
  }
  const options = { onIndex, concurrently: databasePooler === 'session' }
  if (migrationDatabaseUrl === undefined) return once(databaseUrl, (db) => migrate(db, options))
  const serverRole = await once(databaseUrl, currentRole)
  return once(migrationDatabaseUrl, (db) => migrate(db, { ...options, serverRole })).catch((error: unknown) => {
    throw new UpgradeFailed('the database could not be upgraded', { cause: error })
  })
}
