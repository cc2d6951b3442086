// Discovery (RFC 8414, OpenID Connect Discovery §3), derived from the tables that dispatch, so that it cannot lie.
import { PROOF_ALGORITHMS } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import { claimsOf, OPENID_SCOPES } from '../catalogue/openid-scopes.ts'
import { SIGNING_ALGORITHMS } from '../crypto/signing-algorithms.ts'
import type { Deps } from '../deps.ts'
import { ACR_VALUES } from '../identity/acr.ts'
import { LOCALES } from '../pages/language.ts'
import { ID_TOKEN_CLAIMS } from '../tokens/id-token.ts'
import { PROMPTS, RESPONSE_MODES, RESPONSE_TYPES } from './authorize/valid-request.ts'
import { ASSERTION_ALGORITHMS } from './client/assertion.ts'
import { CONFIDENTIAL_AUTH_METHODS, TOKEN_ENDPOINT_AUTH_METHODS } from './client/authentication.ts'
import type { Endpoint } from './endpoint.ts'
import { CODE_CHALLENGE_METHODS } from './pkce.ts'
import { GRANTS } from './token/grants/index.ts'

/** OpenID Connect Discovery §4 */
export const DISCOVERY_PATH = '/.well-known/openid-configuration'

/** For how long an app may keep the document. */
const MAX_AGE_SECONDS = 300

const CLAIMS = [...new Set([...ID_TOKEN_CLAIMS, ...claimsOf(Object.keys(OPENID_SCOPES))])]

function metadata(issuer: string, endpoints: readonly Endpoint[]) {
  const named = endpoints.flatMap(({ discovery, path }) =>
    discovery === undefined ? [] : [[discovery, issuer + path] as const],
  )
  return {
    issuer,
    ...Object.fromEntries(named),
    require_pushed_authorization_requests: false,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    scopes_supported: Object.keys(OPENID_SCOPES),
    claims_supported: CLAIMS,
    claims_parameter_supported: true,
    acr_values_supported: ACR_VALUES,
    response_types_supported: RESPONSE_TYPES,
    response_modes_supported: RESPONSE_MODES,
    grant_types_supported: [...GRANTS.keys()],
    code_challenge_methods_supported: CODE_CHALLENGE_METHODS,
    token_endpoint_auth_methods_supported: TOKEN_ENDPOINT_AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: TOKEN_ENDPOINT_AUTH_METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_endpoint_auth_methods_supported: CONFIDENTIAL_AUTH_METHODS,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    authorization_response_iss_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    prompt_values_supported: PROMPTS,
    ui_locales_supported: Object.keys(LOCALES),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: SIGNING_ALGORITHMS,
  }
}

export function metadataHandler(
  { config }: Deps,
  _app: FastifyInstance,
  endpoints: readonly Endpoint[],
): RouteHandlerMethod {
  const document = metadata(config.issuer, endpoints)
  return async (_request, reply) => reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).send(document)
}
