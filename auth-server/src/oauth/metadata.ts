// Discovery (RFC 8414, OpenID Connect Discovery §3), derived from the tables that dispatch, so that it cannot lie.
import { PROOF_ALGORITHMS } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import type { FastifyInstance } from 'fastify'
import { claimsOf, OPENID_SCOPES } from '../catalogue/openid-scopes.ts'
import { SIGNING_ALGORITHMS } from '../crypto/signing-algorithms.ts'
import type { Deps } from '../deps.ts'
import { allowOnly } from '../http/methods.ts'
import { PASSWORD_ACR } from '../identity/local-account.ts'
import { LOCALES } from '../pages/language.ts'
import { ID_TOKEN_CLAIMS } from '../tokens/id-token.ts'
import { PROMPTS, RESPONSE_MODES, RESPONSE_TYPES } from './authorize/valid-request.ts'
import { ASSERTION_ALGORITHMS } from './client/assertion.ts'
import { CONFIDENTIAL_AUTH_METHODS, TOKEN_ENDPOINT_AUTH_METHODS } from './client/authentication.ts'
import { REVOCATIONS_PATH } from './feed/revocations.ts'
import { CODE_CHALLENGE_METHODS } from './pkce.ts'
import { GRANTS } from './token/grants/index.ts'

const PATHS = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'] as const

const CLAIMS = [...new Set([...ID_TOKEN_CLAIMS, ...claimsOf(Object.keys(OPENID_SCOPES))])]

export function metadata(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    require_pushed_authorization_requests: false,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    end_session_endpoint: `${issuer}/logout`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    revocation_endpoint: `${issuer}/revoke`,
    // An extension of ours, as RFC 8414 §2 allows: the feed that gateways follow (see revocations.ts).
    revocations_endpoint: `${issuer}${REVOCATIONS_PATH}`,
    introspection_endpoint: `${issuer}/introspect`,
    registration_endpoint: `${issuer}/register`,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: Object.keys(OPENID_SCOPES),
    claims_supported: CLAIMS,
    claims_parameter_supported: false,
    acr_values_supported: [PASSWORD_ACR],
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

export function addMetadata(app: FastifyInstance, { config }: Deps): void {
  const document = metadata(config.issuer)
  for (const path of PATHS) {
    app.get(path, { exposeHeadRoute: true }, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=300').send(document),
    )
    allowOnly(app, path, ['GET'])
  }
}
