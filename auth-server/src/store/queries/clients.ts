// Applications as the protocol sees them: a client with its redirect URIs and its approved subscriptions.

import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../database.ts'
import { unixSeconds } from '../sql.ts'
import type { ScopeOffer } from '../tables/api-scopes.ts'
import { API_DEMANDS, type ApiDemands, type SignInOffer } from '../tables/apis.ts'
import type { ApplicationProperties } from '../tables/applications.ts'
import { attemptsWait, type CountedKey } from '../tables/attempts.ts'
import { isUseDue } from './client-secrets.ts'

/** What one application may ask of one API. */
export interface Subscription {
  readonly apiId: string
  readonly apiName: string
  /** The API's resource URI, the only `aud` of its tokens (RFC 8707). */
  readonly resource: string
  readonly plan: string
  /** Trusted skips the list of scopes, never the person. */
  readonly trusted: boolean
  readonly scopes: readonly (ScopeOffer & Readonly<{ requiredGroup: string | null; forGuests: boolean }>)[]
  /** The plan of guests; null where the API admits none. */
  readonly guestPlan: string | null
  /** Which ways to sign in it offers; null: all. */
  readonly signInOffer: SignInOffer | null
  readonly demands: ApiDemands
}

export interface Client extends ApplicationProperties {
  /** As `secretHash`, of the secret before, for as long as that goes on. */
  readonly previousSecretHash: string | null
  /** Whether it is an hour since the use of either was noted. */
  readonly isSecretUseDue: boolean
  readonly isPreviousUseDue: boolean
  readonly applicationId: string
  /** Whether somebody vouches for the name. */
  readonly isNameVerified: boolean
  readonly subscriptions: readonly Subscription[]
  /** Put out of use by an administrator: it has no approved subscription then. */
  readonly isSuspended: boolean
  /** Whose subscriptions would be approved if the API, or the application, were not suspended. */
  readonly suspendedApis: readonly Readonly<{ id: string; resource: string }>[]
  /** When this was read, in Unix seconds by the database's clock. */
  readonly readAt: number
  /** Seconds until credentials from where these come may be tried; 0 for now, and where nobody asked. */
  readonly waitSeconds: number
}

/**
 * A client that somebody let in. Only such a one is named to a person, or has a browser or a notice sent to its addresses:
 * anybody may register a name and a redirect URI (RFC 9700 §4.11.2). Who loses the last subscription loses that as well.
 */
export function isApproved({ subscriptions }: Client): boolean {
  return subscriptions.length > 0
}

/** A client, if somebody let it in. */
export function onlyApproved(client: Client | undefined): Client | undefined {
  return client && isApproved(client) ? client : undefined
}

/**
 * Finds a client by its `client_id`, with its approved subscriptions, in one query.
 * @param guessKeys under which wrong credentials of whoever asks are counted
 */
export async function findClient(
  db: Db,
  clientId: string,
  guessKeys: readonly CountedKey[] = [],
): Promise<Client | undefined> {
  return db
    .selectFrom('applications as application')
    .where('application.client_id', '=', clientId)
    .select((eb) => [
      'application.id as applicationId',
      'application.client_id as clientId',
      'application.name',
      sql<boolean>`application.name_verified_at is not null`.as('isNameVerified'),
      'application.kind',
      'application.redirect_uris as redirectUris',
      'application.post_logout_redirect_uris as postLogoutRedirectUris',
      'application.token_endpoint_auth_method as authMethod',
      'application.client_secret_hash as secretHash',
      sql<string | null>`case when application.previous_secret_until > auth_now()
        then application.previous_secret_hash end`.as('previousSecretHash'),
      isUseDue('secret_used_at').as('isSecretUseDue'),
      isUseDue('previous_secret_used_at').as('isPreviousUseDue'),
      'application.jwks',
      'application.grant_types as grantTypes',
      'application.pkce_required as pkceRequired',
      'application.require_pushed_authorization_requests as requirePushedRequests',
      'application.dpop_bound_access_tokens as dpopBound',
      'application.id_token_signed_response_alg as idTokenAlg',
      'application.claims_in_id_token as claimsInIdToken',
      'application.access_token_signing_alg as accessTokenAlg',
      'application.default_acr_values as defaultAcrValues',
      'application.sign_in as signIn',
      sql<boolean>`application.suspended_at is not null`.as('isSuspended'),
      jsonArrayFrom(
        eb
          .selectFrom('subscriptions as subscription')
          .innerJoin('apis as api', 'api.id', 'subscription.api_id')
          .whereRef('subscription.application_id', '=', 'application.id')
          .where('subscription.status', '=', 'suspended')
          .orderBy('api.id')
          .select(['api.id', 'api.resource']),
      ).as('suspendedApis'),
      unixSeconds().as('readAt'),
      attemptsWait(guessKeys).as('waitSeconds'),
      jsonArrayFrom(
        eb
          .selectFrom('subscriptions as subscription')
          .innerJoin('apis as api', 'api.id', 'subscription.api_id')
          .whereRef('subscription.application_id', '=', 'application.id')
          .where('subscription.status', '=', 'approved')
          .orderBy('api.id')
          .select((inner) => [
            'api.id as apiId',
            'api.name as apiName',
            'api.resource',
            'subscription.plan',
            'subscription.trusted',
            'api.guest_plan as guestPlan',
            'api.sign_in as signInOffer',
            API_DEMANDS.as('demands'),
            jsonArrayFrom(
              inner
                .selectFrom('api_scopes as scope')
                .whereRef('scope.api_id', '=', 'api.id')
                .whereRef('scope.name', '=', (any) => any.fn.any('subscription.scopes'))
                .orderBy('scope.name')
                .select([
                  'scope.name',
                  'scope.description',
                  'scope.required_group as requiredGroup',
                  'scope.for_guests as forGuests',
                ]),
            ).as('scopes'),
          ]),
      ).as('subscriptions'),
    ])
    .executeTakeFirst()
}
