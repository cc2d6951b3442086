// What the operations on applications do: the catalogue's functions, and their results as the contract names them.
import type { OperationAnswer, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import { APPLICATION_DEFAULTS } from '../catalogue/application-defaults.ts'
import { createApplication } from '../catalogue/applications.ts'
import { type ListedApplication, listApplications, readApplication } from '../store/queries/listed-applications.ts'
import type { HandlersOf } from './handler.ts'
import { readPage, toPage } from './page.ts'
import { notFound } from './refusals.ts'

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
    suspended_at: application.suspendedAt?.toISOString() ?? null,
    managed_by: application.managedBy,
  }
}

export const APPLICATION_HANDLERS: HandlersOf<'applications'> = {
  'applications.list': {
    async read({ db, input: { query } }) {
      const page = readPage(query)
      const { kind, suspended, api } = query
      const found = await listApplications(db, { after: page.after, limit: page.limit + 1, kind, suspended, api })
      return toPage(page, found, ({ clientId }) => clientId, showApplication)
    },
  },
  'applications.get': {
    async read({ db, input: { params } }) {
      const application = await readApplication(db, params.client_id)
      if (!application) throw notFound('application')
      return showApplication(application)
    },
  },
  'applications.create': {
    async write({ deps, trx, actor, input: { body } }) {
      const { context } = actor.authority
      const { name, kind, jwks, token_endpoint_auth_method: authMethod = APPLICATION_DEFAULTS.authMethod } = body
      const definition = { ...merge(body, APPLICATION_DEFAULTS), name, kind, jwks, authMethod }
      const created = await createApplication(trx, definition, deps.config.issuer, { context })
      const { id: applicationId, clientId, clientSecret } = created
      await record(trx, { type: 'client-registration', outcome: 'created', applicationId }, context)
      const application = await readApplication(trx, clientId)
      if (!application) throw new Error(`${clientId} is gone while it is registered`)
      return { ...showApplication(application), client_secret: clientSecret ?? null }
    },
  },
}

type Sent = Omit<OperationInput<'applications.create'>['body'], 'name' | 'kind' | 'token_endpoint_auth_method' | 'jwks'>

/** The definition of an application: what a body names, and for the rest what it was. */
function merge(body: Sent, before: typeof APPLICATION_DEFAULTS) {
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
  }
}
