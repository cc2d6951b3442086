// Rows of applications: what developers registered, each one OAuth client.

import type { JSONWebKeySet } from 'jose'
import { type ColumnType, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'
import type { ManagedBy } from '../managed-by.ts'
import { unixSeconds } from '../sql.ts'
import type { SignInOffer } from './apis.ts'

/** `native` runs on a device, `web` on a server, `browser` in a page (RFC 6749 §2.1, RFC 8252). */
export type ApplicationKind = 'native' | 'web' | 'browser'
/** How a client proves itself at our endpoints (RFC 7591 §2, OpenID Connect Core §9). */
export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
export interface Applications {
  id: string
  client_id: string
  name: string
  kind: ApplicationKind
  redirect_uris: string[]
  refresh_idle: Defaulted<string>
  refresh_absolute: Defaulted<string>
  token_endpoint_auth_method: Defaulted<ClientAuthMethod>
  client_secret_hash: string | null
  jwks: ColumnType<JSONWebKeySet | null, string | null | undefined, string | null>
  grant_types: Defaulted<string[]>
  pkce_required: Defaulted<boolean>
  require_pushed_authorization_requests: Defaulted<boolean>
  dpop_bound_access_tokens: Defaulted<boolean>
  id_token_signed_response_alg: Defaulted<string>
  claims_in_id_token: Defaulted<boolean>
  access_token_signing_alg: Defaulted<string>
  post_logout_redirect_uris: Defaulted<string[]>
  backchannel_logout_uri: string | null
  default_acr_values: Defaulted<string[]>
  created_at: Defaulted<Date>
  suspended_at: Date | null
  managed_by: Defaulted<ManagedBy>
  /** The secret before, and until when it goes on beside the present one. */
  previous_secret_hash: string | null
  previous_secret_until: Date | null
  secret_created_at: Date | null
  secret_used_at: Date | null
  previous_secret_created_at: Date | null
  previous_secret_used_at: Date | null
  /** What it leaves of the ways to sign in that its APIs offer; null: all. */
  sign_in: Json<SignInOffer> | null
  /** `#rrggbb` as its developer wrote it; pages correct it. */
  brand_color: string | null
  policy_uri: string | null
  tos_uri: string | null
  support_contact: string | null
  /** Of its row of application_logos. */
  logo_hash: string | null
  /** Since when somebody who may vouches for the name; another name has nobody. */
  name_verified_at: Date | null
}

/** The client ID of the developer portal, which is part of the server: nobody else changes it, and no list shows it. */
export const PORTAL_CLIENT = 'portal'

export const APPLICATIONS: TableDeclaration<Applications> = {
  purpose: 'The apps of developers, each one OAuth client.',
  lifetime: { kept: 'Part of the catalogue, until the application is deleted.' },
  people: { nobody: 'Describes apps, not those who use them.' },
}

/** An application by its client ID, which nobody else changes until the transaction ends; the portal's nobody changes. */
export async function findApplication(
  trx: Trx,
  clientId: string,
): Promise<Readonly<{ id: string; kind: ApplicationKind; managedBy: ManagedBy }> | undefined> {
  return trx
    .selectFrom('applications')
    .where('client_id', '=', clientId)
    .where('client_id', '<>', PORTAL_CLIENT)
    .select(['id', 'kind', 'managed_by as managedBy'])
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** The redirect URIs of an application; none where there is no such application. */
export async function findRedirectUris(db: Db, clientId: string): Promise<readonly string[]> {
  const found = await db
    .selectFrom('applications')
    .where('client_id', '=', clientId)
    .select('redirect_uris')
    .executeTakeFirst()
  return found?.redirect_uris ?? []
}

/** Registers one more redirect URI, unless it is there. */
export async function addRedirectUri(trx: Trx, id: string, uri: string): Promise<void> {
  await sql`update applications set redirect_uris = array_append(redirect_uris, ${uri})
            where id = ${id} and ${uri} <> all (redirect_uris)`.execute(trx)
}

export async function removeRedirectUri(trx: Trx, id: string, uri: string): Promise<void> {
  await sql`update applications set redirect_uris = array_remove(redirect_uris, ${uri}) where id = ${id}`.execute(trx)
}

/** What an application is to the protocol. */
export interface ApplicationProperties {
  readonly clientId: string
  readonly name: string
  readonly kind: ApplicationKind
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly authMethod: ClientAuthMethod
  /** SHA-256 of the client secret, base64url; null unless `authMethod` is one with a secret. */
  readonly secretHash: string | null
  /** Its public keys, needed for `private_key_jwt`. */
  readonly jwks: JSONWebKeySet | null
  readonly grantTypes: readonly string[]
  readonly pkceRequired: boolean
  readonly requirePushedRequests: boolean
  readonly dpopBound: boolean
  readonly idTokenAlg: string
  readonly claimsInIdToken: boolean
  readonly accessTokenAlg: string
  /** What it asks for where a request names no class of sign-in, the best first. */
  readonly defaultAcrValues: readonly string[]
  /** What it leaves of the ways to sign in that its APIs offer; null: all. */
  readonly signIn: SignInOffer | null
}

/** How it looks where people decide, as far as its definition says. */
export interface ApplicationLooks {
  readonly brandColor: string | null
  readonly policyUri: string | null
  readonly tosUri: string | null
  readonly supportContact: string | null
}

/** Whose word a name is: with `always` somebody vouches for it as it is, with `if changed` for another one alone. */
export type NameVerification = 'always' | 'if changed' | 'never'

// A query within a statement sees the rows as they were before it.
const CHANGE = sql<UpsertedApplication['change']>`coalesce((
  select case when before is distinct from applications then 'changed' else 'unchanged' end
  from applications before where before.id = applications.id), 'created')`

/** What became of an application, and since when it is there, in Unix seconds. */
interface UpsertedApplication {
  readonly id: string
  readonly createdAt: number
  readonly change: 'created' | 'changed' | 'unchanged'
}

/** Inserts an application under this id, or changes the one that has the client ID; undefined where somebody else manages that. */
export async function upsertApplication(
  trx: Trx,
  row: ApplicationProperties &
    ApplicationLooks &
    Readonly<{
      id: string
      refreshIdleSeconds: number
      refreshAbsoluteSeconds: number
      backchannelLogoutUri: string | null
      managedBy: ManagedBy
      nameVerification: NameVerification
    }>,
): Promise<UpsertedApplication | undefined> {
  const values = {
    name: row.name,
    kind: row.kind,
    redirect_uris: [...row.redirectUris],
    token_endpoint_auth_method: row.authMethod,
    client_secret_hash: row.secretHash,
    jwks: row.jwks && JSON.stringify(row.jwks),
    refresh_idle: sql<string>`make_interval(secs => ${row.refreshIdleSeconds})`,
    refresh_absolute: sql<string>`make_interval(secs => ${row.refreshAbsoluteSeconds})`,
    grant_types: [...row.grantTypes],
    pkce_required: row.pkceRequired,
    require_pushed_authorization_requests: row.requirePushedRequests,
    dpop_bound_access_tokens: row.dpopBound,
    id_token_signed_response_alg: row.idTokenAlg,
    claims_in_id_token: row.claimsInIdToken,
    access_token_signing_alg: row.accessTokenAlg,
    post_logout_redirect_uris: [...row.postLogoutRedirectUris],
    backchannel_logout_uri: row.backchannelLogoutUri,
    default_acr_values: [...row.defaultAcrValues],
    sign_in: row.signIn && JSON.stringify(row.signIn),
    brand_color: row.brandColor,
    policy_uri: row.policyUri,
    tos_uri: row.tosUri,
    support_contact: row.supportContact,
  }
  const verified = row.nameVerification === 'never' ? null : sql<Date>`auth_now()`
  const verifiedAfter = sql<Date | null>`case
    when applications.name is distinct from excluded.name then excluded.name_verified_at
    when ${row.nameVerification === 'always'} then coalesce(applications.name_verified_at, excluded.name_verified_at)
    else applications.name_verified_at end`
  // Whoever proves itself by no secret any more has none from before, either.
  const previousSecretAfter = row.secretHash === null ? { previous_secret_hash: null, previous_secret_until: null } : {}
  return trx
    .insertInto('applications')
    .values({ id: row.id, client_id: row.clientId, managed_by: row.managedBy, ...values, name_verified_at: verified })
    .onConflict((conflict) =>
      conflict
        .column('client_id')
        .doUpdateSet({ ...values, ...previousSecretAfter, name_verified_at: verifiedAfter })
        .where('applications.managed_by', '=', row.managedBy),
    )
    .returning(['id', unixSeconds(sql`created_at`).as('createdAt'), CHANGE.as('change')])
    .executeTakeFirst()
}

/** Notes that somebody vouches for the name, or nobody does. False where it has another name by now. */
export async function verifyName(trx: Trx, id: string, name: string, isVerified: boolean): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update applications set name_verified_at = case when ${isVerified} then coalesce(name_verified_at, auth_now()) end
    where id = ${id} and name = ${name}`.execute(trx)
  return numAffectedRows === 1n
}
