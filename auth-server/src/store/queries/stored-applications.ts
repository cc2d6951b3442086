// Applications as they are stored, each with its identity and subscriptions: what a file, a page or the management API shows of them.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { ManagedBy } from '../managed-by.ts'
import type { AppIdentity, AttestationMode } from '../tables/app-identities.ts'
import { PORTAL_CLIENT } from '../tables/applications.ts'
import type { Subscriptions } from '../tables/subscriptions.ts'
import type { ListedApplication } from './listed-applications.ts'
import type { PartOfList } from './stored-apis.ts'

export interface StoredSubscription {
  readonly apiId: string
  readonly plan: string
  readonly scopes: readonly string[]
  readonly trusted: boolean
  readonly status: Subscriptions['status']
  readonly managedBy: ManagedBy
}

export interface StoredApplication extends Omit<ListedApplication, 'owners'> {
  readonly identity: (AppIdentity & Readonly<{ attestation: AttestationMode }>) | null
  /** By their APIs. */
  readonly subscriptions: readonly StoredSubscription[]
}

/** Applications by their client IDs. */
export function listStoredApplications(
  db: Db,
  { after = '', limit }: PartOfList,
): Promise<readonly StoredApplication[]> {
  return storedApplications(db)
    .where('application.client_id', '>', after)
    .orderBy('application.client_id')
    .limit(limit)
    .execute()
}

/** One application, which nobody else changes until the transaction ends; what refers to it can be inserted meanwhile. */
export function lockStoredApplication(trx: Trx, clientId: string): Promise<StoredApplication | undefined> {
  return storedApplications(trx)
    .where('application.client_id', '=', clientId)
    .forNoKeyUpdate('application')
    .executeTakeFirst()
}

function storedApplications(db: Db) {
  return db
    .selectFrom('applications as application')
    .leftJoin('app_identities as identity', 'identity.application_id', 'application.id')
    .where('application.client_id', '<>', PORTAL_CLIENT)
    .select([
      'application.id',
      'application.client_id as clientId',
      'application.name',
      'application.kind',
      'application.redirect_uris as redirectUris',
      'application.post_logout_redirect_uris as postLogoutRedirectUris',
      'application.backchannel_logout_uri as backchannelLogoutUri',
      'application.token_endpoint_auth_method as authMethod',
      'application.client_secret_hash as secretHash',
      'application.jwks',
      'application.grant_types as grantTypes',
      'application.pkce_required as pkceRequired',
      sql<number>`extract(epoch from application.refresh_idle)::float8`.as('refreshIdleSeconds'),
      sql<number>`extract(epoch from application.refresh_absolute)::float8`.as('refreshAbsoluteSeconds'),
      'application.require_pushed_authorization_requests as requirePushedRequests',
      'application.dpop_bound_access_tokens as dpopBound',
      'application.id_token_signed_response_alg as idTokenAlg',
      'application.claims_in_id_token as claimsInIdToken',
      'application.access_token_signing_alg as accessTokenAlg',
      'application.default_acr_values as defaultAcrValues',
      'application.created_at as createdAt',
      'application.suspended_at as suspendedAt',
      'application.managed_by as managedBy',
      'application.sign_in as signIn',
      'application.brand_color as brandColor',
      'application.policy_uri as policyUri',
      'application.tos_uri as tosUri',
      'application.support_contact as supportContact',
      'application.logo_hash as logoHash',
      sql<boolean>`application.name_verified_at is not null`.as('isNameVerified'),
      sql<StoredApplication['identity']>`case when identity.application_id is not null then jsonb_build_object(
        'android', case when android_package is not null then jsonb_build_object(
          'packageName', android_package, 'digests', to_jsonb(android_digests)) end,
        'apple', case when apple_team is not null then jsonb_build_object(
          'team', apple_team, 'bundle', apple_bundle) end,
        'passkeys', identity.passkeys, 'attestation', identity.attestation) end`.as('identity'),
      sql<readonly StoredSubscription[]>`coalesce((
        select jsonb_agg(jsonb_build_object('apiId', api_id, 'plan', plan, 'scopes', to_jsonb(scopes),
          'trusted', trusted, 'status', status, 'managedBy', managed_by) order by api_id)
        from subscriptions where application_id = application.id), '[]')`.as('subscriptions'),
    ])
}
