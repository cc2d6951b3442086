// Brings a database to the newest schema, from several instances at once as well, and says on which one a release may run.
import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Db, Trx } from './database.ts'
import * as firstHouse from './migrations/0001_first_house.ts'
import * as everyKindOfClient from './migrations/0002_every_kind_of_client.ts'
import * as boundSince from './migrations/0003_bound_since.ts'
import * as revocations from './migrations/0004_revocations.ts'
import * as indexesForForeignKeys from './migrations/0005_indexes_for_foreign_keys.ts'
import * as oneSignIn from './migrations/0006_one_sign_in.ts'
import * as domainsInAscii from './migrations/0007_domains_in_ascii.ts'
import * as visitsKeysClaims from './migrations/0008_visits_keys_claims.ts'
import * as schemaFloor from './migrations/0010_schema_floor.ts'
import * as people from './migrations/0011_people.ts'
import * as outbox from './migrations/0012_outbox.ts'
import * as attempts from './migrations/0013_attempts.ts'
import * as audit from './migrations/0014_audit.ts'
import * as unreadColumns from './migrations/0016_unread_columns.ts'
import * as accounts from './migrations/0017_accounts.ts'
import * as visitsWithoutApp from './migrations/0018_visits_without_app.ts'
import * as acrAskedFor from './migrations/0021_acr_asked_for.ts'
import * as passkeys from './migrations/0022_passkeys.ts'
import * as administration from './migrations/0025_administration.ts'
import * as groups from './migrations/0026_groups.ts'
import * as appIdentities from './migrations/0033_app_identities.ts'
import * as devices from './migrations/0034_devices.ts'
import * as logoutNotices from './migrations/0035_logout_notices.ts'
import * as upstreamLogins from './migrations/0036_upstream_logins.ts'
import * as setup from './migrations/0037_setup.ts'
import * as wrongSignInsEnd from './migrations/0038_wrong_sign_ins_end.ts'
import * as deviceIndexes from './migrations/0039_device_indexes.ts'
import * as attestation from './migrations/0040_attestation.ts'
import * as guestAccounts from './migrations/0041_guest_accounts.ts'
import * as mailPurposes from './migrations/0042_mail_purposes.ts'
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

/** Every migration, by name, append-only: a merged one is never edited, and a gap in the numbers is never filled. */
export const MIGRATIONS = {
  '0001_first_house': firstHouse,
  '0002_every_kind_of_client': everyKindOfClient,
  '0003_bound_since': boundSince,
  '0004_revocations': revocations,
  '0005_indexes_for_foreign_keys': indexesForForeignKeys,
  '0006_one_sign_in': oneSignIn,
  '0007_domains_in_ascii': domainsInAscii,
  '0008_visits_keys_claims': visitsKeysClaims,
  '0010_schema_floor': schemaFloor,
  '0011_people': people,
  '0012_outbox': outbox,
  '0013_attempts': attempts,
  '0014_audit': audit,
  '0016_unread_columns': unreadColumns,
  '0017_accounts': accounts,
  '0018_visits_without_app': visitsWithoutApp,
  '0021_acr_asked_for': acrAskedFor,
  '0022_passkeys': passkeys,
  '0025_administration': administration,
  '0026_groups': groups,
  '0033_app_identities': appIdentities,
  '0034_devices': devices,
  '0035_logout_notices': logoutNotices,
  '0036_upstream_logins': upstreamLogins,
  '0037_setup': setup,
  '0038_wrong_sign_ins_end': wrongSignInsEnd,
  '0039_device_indexes': deviceIndexes,
  '0040_attestation': attestation,
  '0041_guest_accounts': guestAccounts,
  '0042_mail_purposes': mailPurposes,
} as const satisfies Migrations

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
