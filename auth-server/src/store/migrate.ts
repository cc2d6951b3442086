// Brings a database to the newest schema; safe to run from several instances at once (Kysely takes a lock).
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Database } from './database.ts'
import * as firstHouse from './migrations/0001_first_house.ts'
import * as everyKindOfClient from './migrations/0002_every_kind_of_client.ts'
import * as boundSince from './migrations/0003_bound_since.ts'
import * as revocations from './migrations/0004_revocations.ts'
import * as indexesForForeignKeys from './migrations/0005_indexes_for_foreign_keys.ts'
import * as oneSignIn from './migrations/0006_one_sign_in.ts'
import * as visitsKeysClaims from './migrations/0008_visits_keys_claims.ts'

/** Every migration, by name, append-only: a merged one is never edited. */
const MIGRATIONS = {
  '0001_first_house': firstHouse,
  '0002_every_kind_of_client': everyKindOfClient,
  '0003_bound_since': boundSince,
  '0004_revocations': revocations,
  '0005_indexes_for_foreign_keys': indexesForForeignKeys,
  '0006_one_sign_in': oneSignIn,
  '0008_visits_keys_claims': visitsKeysClaims,
} as const

/** Applies what is missing and returns the names applied. @throws what the failing migration threw; its changes are rolled back. */
export const migrate = async (db: Kysely<Database>): Promise<string[]> => {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw error
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}
