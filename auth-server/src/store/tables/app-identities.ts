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
  /** Since when it counts as it is; null: nobody who may has confirmed it. */
  confirmed_at: Date | null
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
  /** Whether phones are told, and passkeys of the app count. */
  readonly isConfirmed: boolean
}

/** What is said of a record beside the record. */
export interface IdentityTerms {
  /** What it was before, or off, unless told. */
  readonly attestation?: AttestationMode | undefined
  /** Whether it is confirmed by whoever sets it; otherwise it stays so for as long as nothing of it changes. */
  readonly isConfirmed: boolean
}

/**
 * Sets or replaces the record of an application; another package, certificate, team or bundle, or passkeys, take a
 * confirmation back. Those who set one wait for each other: all share two documents.
 */
export async function upsertIdentity(
  trx: Trx,
  applicationId: string,
  identity: AppIdentity,
  { attestation, isConfirmed }: IdentityTerms,
): Promise<void> {
  await holdIdentities(trx)
  const values = {
    android_package: identity.android?.packageName ?? null,
    android_digests: [...(identity.android?.digests ?? [])],
    apple_team: identity.apple?.team ?? null,
    apple_bundle: identity.apple?.bundle ?? null,
    passkeys: identity.passkeys,
    ...(attestation && { attestation }),
  }
  const confirmedAt = sql<Date | null>`case when ${isConfirmed} then auth_now() end`
  const confirmedAfter = sql<Date | null>`case
    when (app_identities.android_package, app_identities.android_digests, app_identities.apple_team,
      app_identities.apple_bundle, app_identities.passkeys) is not distinct from (excluded.android_package,
      excluded.android_digests, excluded.apple_team, excluded.apple_bundle, excluded.passkeys)
    then coalesce(app_identities.confirmed_at, excluded.confirmed_at) else excluded.confirmed_at end`
  await trx
    .insertInto('app_identities')
    .values({ application_id: applicationId, ...values, confirmed_at: confirmedAt })
    .onConflict((conflict) =>
      conflict.column('application_id').doUpdateSet({ ...values, confirmed_at: confirmedAfter }),
    )
    .execute()
}

async function holdIdentities(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('app identities'))`.execute(trx)
}

/** Lets the record of an application count as it is; false where it does already, or is none. */
export async function confirmIdentity(trx: Trx, applicationId: string): Promise<boolean> {
  await holdIdentities(trx)
  const confirmed = await trx
    .updateTable('app_identities')
    .set({ confirmed_at: sql<Date>`auth_now()` })
    .where('application_id', '=', applicationId)
    .where('confirmed_at', 'is', null)
    .returning('application_id')
    .executeTakeFirst()
  return confirmed !== undefined
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
      sql<boolean>`identity.confirmed_at is not null`.as('isConfirmed'),
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
  if (!found) return undefined
  const { clientId: _, ...identity } = found
  return identity
}

/** Every record, also of applications that nobody let in. */
export async function listIdentities(db: Db): Promise<readonly NamedIdentity[]> {
  return identities(db).execute()
}

/** The confirmed ones, also of applications that nobody let in: as many as phones could be told of. */
export async function listConfirmedIdentities(db: Db): Promise<readonly NamedIdentity[]> {
  return identities(db).where('identity.confirmed_at', 'is not', null).execute()
}

/** The confirmed records of the applications that somebody let in, and that are not suspended. */
export async function listApprovedIdentities(db: Db): Promise<readonly NamedIdentity[]> {
  return identities(db).where('identity.confirmed_at', 'is not', null).where(HAS_SUBSCRIPTION).execute()
}

/** The record of one application, confirmed or not, and its name, if somebody let the application in. */
export async function findApprovedIdentity(
  db: Db,
  clientId: string,
): Promise<
  (NamedIdentity & Readonly<{ name: string; isNameVerified: boolean; redirectUris: readonly string[] }>) | undefined
> {
  return identities(db)
    .where(HAS_SUBSCRIPTION)
    .where('application.client_id', '=', clientId)
    .select([
      'application.name',
      sql<boolean>`application.name_verified_at is not null`.as('isNameVerified'),
      'application.redirect_uris as redirectUris',
    ])
    .executeTakeFirst()
}
