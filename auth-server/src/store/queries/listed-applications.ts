// Applications as those who administer them read them: one, or a page of a list in the order of their client IDs.
import type { JSONWebKeySet } from 'jose'
import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { ManagedBy } from '../managed-by.ts'
import type { SignInOffer } from '../tables/apis.ts'
import { isSolelyOwned } from '../tables/application-members.ts'
import type { ApplicationKind, ApplicationLooks, ClientAuthMethod } from '../tables/applications.ts'
import { isReachedApplication, type Reach } from './reached.ts'

/** All that is registered. */
export interface ListedApplication extends ApplicationLooks {
  readonly id: string
  readonly clientId: string
  readonly name: string
  readonly kind: ApplicationKind
  readonly authMethod: ClientAuthMethod
  readonly secretHash: string | null
  readonly jwks: JSONWebKeySet | null
  readonly redirectUris: string[]
  readonly postLogoutRedirectUris: string[]
  readonly backchannelLogoutUri: string | null
  readonly grantTypes: string[]
  readonly requirePushedRequests: boolean
  readonly dpopBound: boolean
  readonly idTokenAlg: string
  readonly accessTokenAlg: string
  readonly claimsInIdToken: boolean
  readonly pkceRequired: boolean
  readonly defaultAcrValues: string[]
  readonly signIn: SignInOffer | null
  readonly refreshIdleSeconds: number
  readonly refreshAbsoluteSeconds: number
  readonly createdAt: Date
  readonly suspendedAt: Date | null
  readonly managedBy: ManagedBy
  /** How many people own it. */
  readonly owners: number
  readonly logoHash: string | null
  /** Whether somebody vouches for the name. */
  readonly isNameVerified: boolean
}

const COLUMNS = sql`
  id, client_id as "clientId", name, kind, token_endpoint_auth_method as "authMethod", client_secret_hash as "secretHash", jwks,
  redirect_uris as "redirectUris", post_logout_redirect_uris as "postLogoutRedirectUris",
  backchannel_logout_uri as "backchannelLogoutUri", grant_types as "grantTypes",
  require_pushed_authorization_requests as "requirePushedRequests", dpop_bound_access_tokens as "dpopBound",
  id_token_signed_response_alg as "idTokenAlg", access_token_signing_alg as "accessTokenAlg",
  claims_in_id_token as "claimsInIdToken", pkce_required as "pkceRequired", default_acr_values as "defaultAcrValues",
  extract(epoch from refresh_idle)::float8 as "refreshIdleSeconds",
  extract(epoch from refresh_absolute)::float8 as "refreshAbsoluteSeconds",
  created_at as "createdAt", suspended_at as "suspendedAt", managed_by as "managedBy", brand_color as "brandColor", sign_in as "signIn",
  policy_uri as "policyUri", tos_uri as "tosUri", support_contact as "supportContact", logo_hash as "logoHash",
  name_verified_at is not null as "isNameVerified",
  (select count(*)::int from application_members where application_id = application.id and role = 'owner') as owners`

/** A page of a list, and what it is narrowed to; undefined: not by this. */
export interface ApplicationPage {
  readonly after: string | undefined
  readonly limit: number
  readonly kind: ApplicationKind | undefined
  readonly suspended: boolean | undefined
  /** The short name of an API that they have a subscription to. */
  readonly api: string | undefined
  /** Whether somebody owns them. */
  readonly owned: boolean | undefined
  /** A person without whom nobody who is active would own them. */
  readonly soleOwner: string | undefined
  /** In the name, or what the client ID begins with. */
  readonly text: string | undefined
}

export async function listApplications(
  db: Db,
  page: ApplicationPage,
  reach: Reach,
): Promise<readonly ListedApplication[]> {
  const { after, limit, kind, suspended, api, owned, soleOwner = null, text = null } = page
  const { rows } = await sql<ListedApplication>`
    select ${COLUMNS} from applications application
    where (${after ?? null}::text is null or client_id > ${after ?? null})
      and (${kind ?? null}::text is null or kind = ${kind ?? null})
      and (${suspended ?? null}::boolean is null or (suspended_at is not null) = ${suspended ?? null})
      and (${api ?? null}::text is null or exists (
        select from subscriptions where application_id = application.id and api_id = ${api ?? null}))
      and (${owned ?? null}::boolean is null or ${owned ?? null} = exists (
        select from application_members where application_id = application.id and role = 'owner'))
      and (${soleOwner}::text is null or ${isSolelyOwned(sql`${soleOwner}`)})
      and (${text}::text is null or strpos(lower(name), lower(${text})) > 0 or starts_with(client_id, ${text}))
      and ${isReachedApplication(reach)}
    order by client_id limit ${limit}`.execute(db)
  return rows
}

/** One application; undefined where none of this client ID is reached. */
export function readApplication(db: Db, clientId: string, reach: Reach): Promise<ListedApplication | undefined> {
  return readOne(db, clientId, reach, sql``)
}

/** The same, for whoever is about to change it: others who are, wait. */
export function lockApplication(trx: Trx, clientId: string, reach: Reach): Promise<ListedApplication | undefined> {
  return readOne(trx, clientId, reach, sql`for no key update of application`)
}

async function readOne(
  db: Db,
  clientId: string,
  reach: Reach,
  lock: RawBuilder<unknown>,
): Promise<ListedApplication | undefined> {
  const { rows } = await sql<ListedApplication>`
    select ${COLUMNS} from applications application
    where client_id = ${clientId} and ${isReachedApplication(reach)} ${lock}`.execute(db)
  return rows[0]
}
