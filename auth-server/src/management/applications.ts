// What the operations on applications do: the catalogue's functions, and their results as the contract names them.
import type { OperationAnswer, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { APPLICATION_DEFAULTS } from '../catalogue/application-defaults.ts'
import {
  type ApplicationDefinition,
  createApplication,
  registerApplication,
  removeApplication,
  takesSecret,
} from '../catalogue/applications.ts'
import { logoPath } from '../catalogue/logo.ts'
import { changesSignIn, followSignInChange } from '../catalogue/sign-in-changes.ts'
import { restoreApplication, suspendApplication } from '../catalogue/suspension.ts'
import { lacksRedirectUri, requireRedirectUriLeft } from '../catalogue/wanted-redirect.ts'
import type { Db, Trx } from '../store/database.ts'
import {
  type ListedApplication,
  listApplications,
  lockApplication,
  readApplication,
} from '../store/queries/listed-applications.ts'
import { putMember } from '../store/tables/application-members.ts'
import { isTrusted } from '../store/tables/subscriptions.ts'
import type { ManagementActor } from './actor.ts'
import type { AppLinkOperationId } from './app-links.ts'
import type { ApplicationPeopleId } from './application-people.ts'
import type { ChecklistOperationId } from './checklist.ts'
import type { ConsequenceOperationId } from './consequences.ts'
import { requireDeveloperBounds, requireRoomForOneMore } from './developer-bounds.ts'
import type { HandlersOf } from './handler.ts'
import type { IdentityOperationId } from './identities.ts'
import type { LooksOperationId } from './looks.ts'
import { requireManagedHere } from './managed.ts'
import { moment } from './moment.ts'
import { readPage, toPage } from './page.ts'
import { requireInUse, requireNoDeveloper, requireOrdinaryApplication, requireOwner } from './privileged.ts'
import { reachOf } from './reach.ts'
import { conflict, notFound } from './refusals.ts'
import type { SecretInsteadOperationId } from './secret-instead.ts'
import type { SecretOperationId } from './secrets.ts'
import { requireKnownWays, showSignIn } from './sign-in-offer.ts'
import { requireSuspended } from './suspended.ts'

/** An application as the contract tells it. */
export function showApplication(application: ListedApplication): OperationAnswer<'applications.get'> {
  const { jwks } = application
  return {
    id: application.id,
    client_id: application.clientId,
    name: application.name,
    kind: application.kind,
    token_endpoint_auth_method: application.authMethod,
    jwks: jwks && { keys: jwks.keys.map(({ kty = '', ...members }) => ({ kty, ...members })) },
    redirect_uris: application.redirectUris,
    post_logout_redirect_uris: application.postLogoutRedirectUris,
    backchannel_logout_uri: application.backchannelLogoutUri,
    grant_types: application.grantTypes,
    require_pushed_authorization_requests: application.requirePushedRequests,
    dpop_bound_access_tokens: application.dpopBound,
    id_token_signed_response_alg: application.idTokenAlg,
    access_token_signing_alg: application.accessTokenAlg,
    claims_in_id_token: application.claimsInIdToken,
    pkce_required: application.pkceRequired,
    default_acr_values: application.defaultAcrValues,
    refresh_idle_seconds: application.refreshIdleSeconds,
    refresh_absolute_seconds: application.refreshAbsoluteSeconds,
    created_at: application.createdAt.toISOString(),
    suspended_at: moment(application.suspendedAt),
    managed_by: application.managedBy,
    owners: application.owners,
    sign_in: showSignIn(application.signIn),
    brand_color: application.brandColor,
    policy_uri: application.policyUri,
    tos_uri: application.tosUri,
    support_contact: application.supportContact,
    logo_path: application.logoHash && logoPath(application.logoHash),
    name_verified: application.isNameVerified,
  }
}

export const APPLICATION_HANDLERS: Omit<
  HandlersOf<'applications'>,
  | AppLinkOperationId
  | ApplicationPeopleId
  | ChecklistOperationId
  | ConsequenceOperationId
  | IdentityOperationId
  | SecretOperationId
  | SecretInsteadOperationId
  | LooksOperationId
> = {
  'applications.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      const { kind, suspended, api, owned, sole_owner: soleOwner, q } = query
      const filter = { kind, suspended, api, owned, soleOwner, text: q }
      const found = await listApplications(db, { ...page.oneMore, ...filter }, reachOf(actor))
      return toPage(page, found, ({ clientId }) => clientId, showApplication)
    },
  },
  'applications.get': {
    async read({ db, actor, input: { params } }) {
      return showApplication(await requireApplication(db, actor, params.client_id))
    },
  },
  'applications.create': {
    async write({ deps, trx, actor, input: { body } }) {
      const { context } = actor.authority
      const { name, kind, jwks, token_endpoint_auth_method: authMethod = APPLICATION_DEFAULTS.authMethod } = body
      const definition = { ...merge(body, APPLICATION_DEFAULTS), name, kind, jwks, authMethod }
      requireDeveloperBounds(actor, definition)
      requireKnownWays(deps, body.sign_in)
      await requireRoomForOneMore(trx, actor, deps.config.applicationsPerDeveloper)
      const created = await createApplication(trx, definition, deps.config.issuer, { context })
      const { clientId, clientSecret } = created
      if (actor.person) await putMember(trx, { applicationId: created.id, personId: actor.person.id, role: 'owner' })
      const application = await requireApplication(trx, actor, clientId)
      return { ...showApplication(application), client_secret: clientSecret ?? null }
    },
  },
  'applications.update': {
    async write({ deps, trx, actor, input: { params, body }, requireVersion }) {
      const before = await lockOwn(trx, actor, params.client_id, requireVersion)
      const { id, createdAt, suspendedAt, managedBy, owners, jwks, secretHash, ...kept } = before
      const authMethod = body.token_endpoint_auth_method ?? kept.authMethod
      if (kept.authMethod === 'none' && authMethod !== 'none') throw conflict('public_stays_public')
      const definition = {
        ...kept,
        ...merge(body, kept),
        name: body.name ?? kept.name,
        authMethod,
        jwks: body.jwks ?? jwks ?? undefined,
        clientSecretHash: takesSecret(authMethod) ? (secretHash ?? undefined) : undefined,
      }
      requireDeveloperBounds(actor, definition, kept)
      requireKnownWays(deps, body.sign_in)
      await registerApplication(trx, definition, deps.config.issuer, actor.authority)
      if (!lacksRedirectUri(before)) await requireRedirectUriLeft(trx, id)
      return showApplication(await followDevelopersChange(trx, actor, before))
    },
  },
  'applications.delete': {
    async write({ trx, actor, input: { params }, requireVersion }) {
      const before = await lockOwn(trx, actor, params.client_id, requireVersion)
      const { id } = before
      await requireOwner(trx, actor, id)
      await requireInUse(trx, actor, before)
      await removeApplication(trx, params.client_id, actor.authority)
      return undefined
    },
  },
  'applications.suspend': {
    async write({ trx, actor, input: { params } }) {
      const { id } = await requireApplication(trx, actor, params.client_id)
      requireNoDeveloper(actor)
      await requireOrdinaryApplication(trx, actor, id)
      requireSuspended(await suspendApplication(trx, actor.authority, id))
      return showApplication(await requireApplication(trx, actor, params.client_id))
    },
  },
  'applications.restore': {
    async write({ trx, actor, input: { params } }) {
      const { id } = await requireApplication(trx, actor, params.client_id)
      requireNoDeveloper(actor)
      await requireOrdinaryApplication(trx, actor, id)
      await restoreApplication(trx, actor.authority, id)
      return showApplication(await requireApplication(trx, actor, params.client_id))
    },
  },
}

/** What follows where an application was changed by those who build it. Returns it as it is now. @throws {HttpProblem} 403 */
export async function followDevelopersChange(
  trx: Trx,
  actor: ManagementActor,
  before: ListedApplication,
): Promise<ListedApplication> {
  const after = await requireApplication(trx, actor, before.clientId)
  if (!changesSignIn(before, after)) return after
  if (await isTrusted(trx, before.id)) await requireOwner(trx, actor, before.id)
  const keepsTrust = actor.person?.role !== 'developer'
  await followSignInChange(trx, before, after, { by: actor.authority, keepsTrust })
  return after
}

/** @throws {HttpProblem} 404 */
export async function requireApplication(db: Db, actor: ManagementActor, clientId: string): Promise<ListedApplication> {
  const application = await readApplication(db, clientId, reachOf(actor))
  if (!application) throw notFound('application')
  return application
}

/** An application that somebody is about to change here. @throws {HttpProblem} 404, 412, 403 and 409 for what others manage */
export async function lockOwn(
  trx: Trx,
  actor: ManagementActor,
  clientId: string,
  requireVersion: (shown: unknown) => void = () => {},
): Promise<ListedApplication> {
  const application = await lockOrdinary(trx, actor, clientId, requireVersion)
  requireManagedHere(`the application ${clientId}`, application.managedBy)
  return application
}

/** The same for what the file says nothing of, whoever manages the rest. @throws {HttpProblem} 404, 412 and 403 */
export async function lockOrdinary(
  trx: Trx,
  actor: ManagementActor,
  clientId: string,
  requireVersion: (shown: unknown) => void = () => {},
): Promise<ListedApplication> {
  const application = await lockApplication(trx, clientId, reachOf(actor))
  if (!application) throw notFound('application')
  requireVersion(showApplication(application))
  await requireOrdinaryApplication(trx, actor, application.id)
  return application
}

type Sent = Omit<OperationInput<'applications.create'>['body'], 'name' | 'kind' | 'token_endpoint_auth_method' | 'jwks'>

/** The definition of an application: what a body names, and for the rest what it was. */
function merge(body: Sent, before: Required<Pick<ApplicationDefinition, keyof typeof APPLICATION_DEFAULTS>>) {
  return {
    redirectUris: body.redirect_uris ?? before.redirectUris,
    grantTypes: body.grant_types ?? before.grantTypes,
    pkceRequired: body.pkce_required ?? before.pkceRequired,
    refreshIdleSeconds: body.refresh_idle_seconds ?? before.refreshIdleSeconds,
    refreshAbsoluteSeconds: body.refresh_absolute_seconds ?? before.refreshAbsoluteSeconds,
    requirePushedRequests: body.require_pushed_authorization_requests ?? before.requirePushedRequests,
    dpopBound: body.dpop_bound_access_tokens ?? before.dpopBound,
    idTokenAlg: body.id_token_signed_response_alg ?? before.idTokenAlg,
    claimsInIdToken: body.claims_in_id_token ?? before.claimsInIdToken,
    accessTokenAlg: body.access_token_signing_alg ?? before.accessTokenAlg,
    postLogoutRedirectUris: body.post_logout_redirect_uris ?? before.postLogoutRedirectUris,
    backchannelLogoutUri:
      body.backchannel_logout_uri === undefined ? before.backchannelLogoutUri : body.backchannel_logout_uri,
    defaultAcrValues: body.default_acr_values ?? before.defaultAcrValues,
    signIn: body.sign_in === undefined ? before.signIn : body.sign_in,
    brandColor: body.brand_color === undefined ? before.brandColor : body.brand_color,
    policyUri: body.policy_uri === undefined ? before.policyUri : body.policy_uri,
    tosUri: body.tos_uri === undefined ? before.tosUri : body.tos_uri,
    supportContact: body.support_contact === undefined ? before.supportContact : body.support_contact,
  }
}
