// What the systems of phones know an application by: one record, which links, passkey origins and attestation follow from.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { HAS_SUBSCRIPTION } from '../sql.ts'

/** Whether a phone has to vouch for the keys of the app's devices; `optional`: what vouches is noted. */
export const ATTESTATION_MODES = ['off', 'optional', 'required'] as const
export type AttestationMode = (typeof ATTESTATION_MODES)[number]

export interface AppIdentities {
  application_id: string
  android_package: string | null
  /** SHA-256 of each signing certificate, as `AA:BB:…`. */
  android_digests: string[]
  apple_team: string | null
  apple_bundle: string | null
  /** Whether the app itself may ask for passkeys of this server. */
  passkeys: boolean
  attestation: Defaulted<AttestationMode>
  created_at: Defaulted<Date>
}

export const APP_IDENTITIES: TableDeclaration<AppIdentities> = {
  purpose: 'What Android and Apple know an application by: links, passkeys and attestation follow from it.',
  lifetime: { kept: 'Part of the catalogue; goes with its application.' },
  people: { nobody: 'Describes apps, not those who use them.' },
}

/** An app on Android: its package, and the SHA-256 of every certificate that it may be signed with, as `AA:BB:…`. */
export interface AndroidIdentity {
  readonly packageName: string
  readonly digests: readonly string[]
}
/** An app on Apple's systems. */
export interface AppleIdentity {
  readonly team: string
  readonly bundle: string
}
/** At least one of the two is there. */
export interface AppIdentity {
  readonly android: AndroidIdentity | null
  readonly apple: AppleIdentity | null
  /** Whether the app itself may ask for passkeys of this server. */
  readonly passkeys: boolean
}
/** The record of an application, by the name that the protocol has for it. */
export interface NamedIdentity extends AppIdentity {
  readonly clientId: string
  readonly attestation: AttestationMode
}

/**
 * Sets or replaces the record of an application. @param attestation what it was before, or off, unless told. Those who set one wait for each other: all share two documents.
 */
export async function upsertIdentity(
  trx: Trx,
  applicationId: string,
  identity: AppIdentity,
  attestation?: AttestationMode,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('app identities'))`.execute(trx)
  const values = {
    android_package: identity.android?.packageName ?? null,
    android_digests: [...(identity.android?.digests ?? [])],
    apple_team: identity.apple?.team ?? null,
    apple_bundle: identity.apple?.bundle ?? null,
    passkeys: identity.passkeys,
    ...(attestation && { attestation }),
  }
  await trx
    .insertInto('app_identities')
    .values({ application_id: applicationId, ...values })
    .onConflict((conflict) => conflict.column('application_id').doUpdateSet(values))
    .execute()
}

/** Takes the record away; false where there was none. */
export async function deleteIdentity(trx: Trx, applicationId: string): Promise<boolean> {
  const deleted = await trx
    .deleteFrom('app_identities')
    .where('application_id', '=', applicationId)
    .returning('application_id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Whether an application has a record; `forShare`, so that it stays for as long as the transaction. */
export async function hasIdentity(trx: Trx, clientId: string): Promise<boolean> {
  const found = await trx
    .selectFrom('app_identities as identity')
    .innerJoin('applications as application', 'application.id', 'identity.application_id')
    .where('application.client_id', '=', clientId)
    .select('identity.application_id')
    .forShare('identity')
    .executeTakeFirst()
  return found !== undefined
}

function identities(db: Db) {
  return db
    .selectFrom('app_identities as identity')
    .innerJoin('applications as application', 'application.id', 'identity.application_id')
    .select([
      'application.client_id as clientId',
      'identity.passkeys',
      'identity.attestation',
      sql<AndroidIdentity | null>`case when android_package is not null then jsonb_build_object(
        'packageName', android_package, 'digests', to_jsonb(android_digests)) end`.as('android'),
      sql<AppleIdentity | null>`case when apple_team is not null then jsonb_build_object(
        'team', apple_team, 'bundle', apple_bundle) end`.as('apple'),
    ])
    .orderBy('application.client_id')
}

/** The record of one application, whoever let it in. */
export async function findIdentity(db: Db, clientId: string): Promise<Omit<NamedIdentity, 'clientId'> | undefined> {
  const found = await identities(db).where('application.client_id', '=', clientId).executeTakeFirst()
  return (
    found && { android: found.android, apple: found.apple, passkeys: found.passkeys, attestation: found.attestation }
  )
}

/** Every record, also of applications that nobody let in. */
export async function listIdentities(db: Db): Promise<readonly NamedIdentity[]> {
  return identities(db).execute()
}

/** The records of the applications that somebody let in, and that are not suspended. */
export async function listApprovedIdentities(db: Db): Promise<readonly NamedIdentity[]> {
  return identities(db).where(HAS_SUBSCRIPTION).execute()
}

/** The record of one application, and its name, if somebody let it in. */
export async function findApprovedIdentity(
  db: Db,
  clientId: string,
): Promise<(NamedIdentity & Readonly<{ name: string }>) | undefined> {
  return identities(db)
    .where(HAS_SUBSCRIPTION)
    .where('application.client_id', '=', clientId)
    .select('application.name')
    .executeTakeFirst()
}
