// Refresh-token families as a person sees them: the installations of apps that are signed in to the account.
import { type SqlBool, sql } from 'kysely'
import { type Db, inTransaction, type Trx } from '../database.ts'
import { IS_UNENDED, isOfStandingPerson } from '../sql.ts'
import type { Database } from '../tables/index.ts'

export interface Installation {
  /** The family's id (`grant_…`). */
  readonly id: string
  readonly applicationId: string
  readonly clientId: string
  readonly applicationName: string
  readonly isNameVerified: boolean
  readonly redirectUris: readonly string[]
  readonly apiName: string
  /** What the person calls it, or else the app said of the device; null if neither has. */
  readonly name: string | null
  /** The device that the app has proven by a key, where it began as a guest's. */
  readonly device: InstallationDevice | null
  readonly createdAt: Date
  readonly lastUsedAt: Date
  /** How the person signed in (`acr`). */
  readonly acr: string
  /** Whether it was signed in from the browser that asks. */
  readonly current: boolean
}

/** Where an installation came from: a device that an app knew a guest by. */
export interface InstallationDevice {
  readonly since: Date
  /** When the guest made this account, or became part of it; null where nobody wrote that down. */
  readonly accountSince: Date | null
  /** The account was there before. */
  readonly isMerged: boolean
  /** Whether the phone vouches for the app and its key. */
  readonly isAttested: boolean
}

/** The installations of a person, last used first. @param sessionId of the browser that asks. */
export async function listInstallations(
  db: Db,
  { personId, sessionId }: Readonly<{ personId: string; sessionId: string | null }>,
): Promise<readonly Installation[]> {
  const rows = await db
    .selectFrom('refresh_families as family')
    .innerJoin('people as person', (join) => join.on(isOfStandingPerson('family')))
    .leftJoin('device_keys as device', (join) =>
      join
        .onRef('device.jkt', '=', 'family.dpop_jkt')
        .onRef('device.application_id', '=', 'family.application_id')
        .onRef('device.person_id', '=', 'family.person_id'),
    )
    .innerJoin('applications as application', 'application.id', 'family.application_id')
    .innerJoin('apis as api', 'api.id', 'family.api_id')
    .where('family.person_id', '=', personId)
    .where(IS_UNENDED)
    .orderBy('family.used_at', 'desc')
    .orderBy('family.id')
    .select([
      'family.id',
      'application.id as applicationId',
      'application.client_id as clientId',
      'application.name as applicationName',
      sql<boolean>`application.name_verified_at is not null`.as('isNameVerified'),
      'application.redirect_uris as redirectUris',
      'api.name as apiName',
      sql<string | null>`coalesce(family.name, device.name)`.as('name'),
      'device.created_at as since',
      'device.account_since as accountSince',
      sql<boolean>`device.merged_from is not null`.as('isMerged'),
      sql<boolean>`device.attested_by is not null`.as('isAttested'),
      'family.created_at as createdAt',
      'family.used_at as lastUsedAt',
      'family.acr',
      sql<boolean>`family.session_id is not distinct from ${sessionId}`.as('current'),
    ])
    .execute()
  return rows.map(({ since, accountSince, isMerged, isAttested, ...row }) => ({
    ...row,
    device: since && { since, accountSince, isMerged, isAttested },
  }))
}

interface Own {
  readonly personId: string
  readonly id: string
}

/** False unless it stands and belongs to this person. */
export async function nameInstallation(db: Db, { personId, id }: Own, name: string): Promise<boolean> {
  const result = await db
    .updateTable('refresh_families as family')
    .set({ name })
    .where('id', '=', id)
    .where('person_id', '=', personId)
    .where(IS_UNENDED)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Ends one and returns its application; undefined unless it stood and belonged to this person. A refresh at the same moment waits, then finds it ended. */
export async function endInstallation(db: Db, { personId, id }: Own, because: string): Promise<string | undefined> {
  const row = await db
    .updateTable('refresh_families as family')
    .set({ revoked_at: sql<Date>`auth_now()`, revoked_because: because })
    .where('id', '=', id)
    .where('person_id', '=', personId)
    .where(IS_UNENDED)
    .returning('application_id')
    .executeTakeFirst()
  return row?.application_id
}

/** Whose installations: a person's, an application's, or those of one in the other; of one API, where it is named. */
export type Whose =
  | Readonly<{ personId: string; applicationId?: string; apiId?: string }>
  | Readonly<{ applicationId: string; personId?: string; apiId?: string }>

/** A table of codes: what is consumed once, and opens a family by it. */
type CodeTable = {
  readonly [T in keyof Database]: 'family_id' | 'consumed_at' extends keyof Database[T] ? T : never
}[keyof Database]
/** Each of them; one that is missing does not compile. Their rows have `person_id`, `application_id`, `expires_at` as well. */
const CODE_TABLES: Readonly<Record<CodeTable, true>> = { authorization_codes: true }

/**
 * Ends all of them, and the codes that could still open one. Returns how many ended. Two statements, in the order in which redeeming a code takes its locks: the second sees the family that a redemption
 * before it has opened (READ COMMITTED).
 */
export function endInstallations(
  db: Db | Trx,
  { personId, applicationId, apiId }: Whose,
  because: string,
): Promise<number> {
  const whose = sql<SqlBool>`(${personId ?? null}::text is null or person_id = ${personId ?? null})
      and (${applicationId ?? null}::text is null or application_id = ${applicationId ?? null})
      and (${apiId ?? null}::text is null or api_id = ${apiId ?? null})`
  return inTransaction(db, async (trx) => {
    // A code that has expired opens nothing anyway; the rest are few, and an index leads to them.
    for (const table of Object.keys(CODE_TABLES))
      await sql`
        update ${sql.table(table)} set consumed_at = auth_now()
        where consumed_at is null and expires_at > auth_now() and ${whose}`.execute(trx)
    const result = await trx
      .updateTable('refresh_families as family')
      .set({ revoked_at: sql<Date>`auth_now()`, revoked_because: because })
      .where(whose)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return Number(result.numUpdatedRows)
  })
}
