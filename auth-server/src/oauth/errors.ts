// The errors of OAuth: one table of codes, and the problem that each of them is.
import { HttpProblem, type ProblemDetails } from '../http/problem.ts'

/** Code → HTTP status where the error is answered directly, and where the code is defined. */
export const ERRORS = {
  invalid_request: { status: 400, source: 'RFC 6749 §4.1.2.1, §5.2' },
  invalid_client: { status: 401, source: 'RFC 6749 §5.2' },
  invalid_grant: { status: 400, source: 'RFC 6749 §5.2' },
  unauthorized_client: { status: 400, source: 'RFC 6749 §4.1.2.1, §5.2' },
  unsupported_grant_type: { status: 400, source: 'RFC 6749 §5.2' },
  unsupported_response_type: { status: 400, source: 'RFC 6749 §4.1.2.1' },
  invalid_scope: { status: 400, source: 'RFC 6749 §4.1.2.1, §5.2' },
  invalid_target: { status: 400, source: 'RFC 8707 §2' },
  invalid_dpop_proof: { status: 400, source: 'RFC 9449 §5, §7.1' },
  use_dpop_nonce: { status: 400, source: 'RFC 9449 §8, §9' },
  invalid_proof: { status: 400, source: 'OpenID for Verifiable Credential Issuance §8.3.1.2; here: of POST /devices' },
  invalid_attestation: { status: 400, source: 'of POST /devices; an extension of ours' },
  invalid_request_uri: { status: 400, source: 'RFC 9101 §6, RFC 9126 §4' },
  invalid_token: { status: 401, source: 'RFC 6750 §3.1' },
  unsupported_token_type: { status: 400, source: 'RFC 7009 §2.2.1' },
  invalid_redirect_uri: { status: 400, source: 'RFC 7591 §3.2.2' },
  invalid_client_metadata: { status: 400, source: 'RFC 7591 §3.2.2' },
  access_denied: { status: 400, source: 'RFC 6749 §4.1.2.1' },
  insufficient_scope: { status: 403, source: 'RFC 6750 §3.1' },
  temporarily_unavailable: { status: 503, source: 'RFC 6749 §4.1.2.1' },
  login_required: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
  interaction_required: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
  consent_required: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
  // OpenID Connect Core Error Code unmet_authentication_requirements 1.0
  unmet_authentication_requirements: { status: 400, source: 'OpenID Connect Core Error Code' },
  request_not_supported: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
  request_uri_not_supported: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
} as const

export type ErrorCode = keyof typeof ERRORS

export class OAuthError extends HttpProblem<ErrorCode> {
  override name = 'OAuthError'

  /** @param more.status where the same code has another: a protected resource says 401 (RFC 9449 §7.1). */
  constructor(code: ErrorCode, description: string, more: Partial<ProblemDetails> = {}) {
    super(code, description, { status: ERRORS[code].status, ...more })
  }
}
