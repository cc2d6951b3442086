// Why a call is refused: one row per reason, with the status and the challenge that go with it (RFC 6750 §3, RFC 9449 §7.1).
import { STATUS_CODES } from 'node:http'

interface Reason {
  readonly status: 401 | 403 | 503
  /** The standard's code, for the challenge. */
  readonly error?: 'invalid_token' | 'insufficient_scope' | 'invalid_dpop_proof'
  readonly message: string
}

/** Every reason, by its code. */
export const IDENTITY_REASONS = {
  no_identity: { status: 401, message: 'The call did not come through the gateway: it names no caller' },
  wrong_secret: { status: 401, message: 'The call did not come through the gateway: it lacks the secret' },
  duplicate_header: { status: 401, message: 'A header that names the caller came more than once' },
  malformed_header: { status: 401, message: 'A header that names the caller has a value that cannot be' },
  unknown_kind: { status: 401, message: 'The caller is of a kind that is not known here' },
  contradictory_headers: { status: 401, message: 'The headers that name the caller contradict each other' },
  not_loopback: { status: 401, message: 'A made-up identity counts for calls from this machine alone' },
  login_required: { status: 401, message: 'This needs an access token' },
  kind_not_accepted: { status: 403, message: 'This is not for callers of this kind' },
  insufficient_scope: {
    status: 403,
    error: 'insufficient_scope',
    message: 'The access token lacks a scope that this needs',
  },
  token_missing: { status: 401, message: 'There is no access token in the Authorization header' },
  token_malformed: { status: 401, error: 'invalid_token', message: 'The access token is not a signed JWT' },
  token_type: { status: 401, error: 'invalid_token', message: 'The token is not an access token: typ is not at+jwt' },
  token_algorithm: { status: 401, error: 'invalid_token', message: 'The signature algorithm is not accepted' },
  token_key: {
    status: 401,
    error: 'invalid_token',
    message: 'The access token is signed by a key that is not published',
  },
  token_signature: { status: 401, error: 'invalid_token', message: 'The signature of the access token is wrong' },
  token_issuer: { status: 401, error: 'invalid_token', message: 'The access token is from another issuer' },
  token_audience: { status: 401, error: 'invalid_token', message: 'The access token is for another audience' },
  token_expired: { status: 401, error: 'invalid_token', message: 'The access token has expired' },
  token_not_yet_valid: { status: 401, error: 'invalid_token', message: 'The access token is not valid yet' },
  token_claims: {
    status: 401,
    error: 'invalid_token',
    message: 'The access token lacks a claim or has an unusable one',
  },
  token_bound: {
    status: 401,
    error: 'invalid_token',
    message: 'The access token is bound to a key, and counts only with a proof of it',
  },
  token_not_bound: { status: 401, error: 'invalid_token', message: 'The access token is not bound to a key' },
  proof_invalid: { status: 401, error: 'invalid_dpop_proof', message: 'The DPoP proof is not one for this request' },
  proof_old: { status: 401, error: 'invalid_dpop_proof', message: 'The DPoP proof was not made just now' },
  proof_replayed: { status: 401, error: 'invalid_dpop_proof', message: 'The DPoP proof was used before' },
  proof_other_key: { status: 401, error: 'invalid_token', message: 'The access token is bound to another key' },
  keys_unavailable: { status: 503, message: 'The keys of the issuer cannot be fetched now' },
  proofs_unavailable: { status: 503, message: 'Proofs cannot be checked now' },
} as const satisfies Readonly<Record<string, Reason>>

/** Why a call is refused. */
export type IdentityErrorCode = keyof typeof IDENTITY_REASONS

/** What is told beside the reason. */
export interface IdentityErrorDetails {
  /** What exactly is wrong, for the log and for the answer. */
  readonly detail?: string
  /** Scopes that would do. */
  readonly scopes?: readonly string[]
  /** The scheme by which the caller has to come. */
  readonly scheme?: 'Bearer' | 'DPoP'
  readonly cause?: unknown
}

/**
 * A call that is refused. Fastify and Express answer by `statusCode` and `headers` when it is thrown; the message holds
 * nothing that the caller may not read.
 */
export class IdentityError extends Error {
  override readonly name = 'IdentityError'
  readonly code: IdentityErrorCode
  readonly statusCode: Reason['status']
  readonly headers: Readonly<Record<string, string>>
  /** For error handlers that ask whether the caller may read the message. */
  readonly expose = true

  constructor(code: IdentityErrorCode, { detail, scopes, scheme = 'Bearer', cause }: IdentityErrorDetails = {}) {
    const { status, message }: Reason = IDENTITY_REASONS[code]
    super(detail === undefined ? `${message}.` : `${message}: ${detail}.`, { cause })
    this.code = code
    this.statusCode = status
    this.headers = headersOf(IDENTITY_REASONS[code], scheme, scopes)
  }

  /** The answer's body (RFC 9457). */
  toJSON(): Readonly<Record<string, string | number>> {
    const { statusCode: status, code, message: detail } = this
    return { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, code, detail }
  }
}

function headersOf({ status, error, message }: Reason, scheme: string, scopes?: readonly string[]) {
  const cache = { 'cache-control': 'no-store' }
  if (status === 503) return { ...cache, 'retry-after': '5' }
  // RFC 9110 §15.5.2: a 401 comes with a challenge; a 403 only where another token would do (RFC 6750 §3.1).
  if (status === 403 && error === undefined) return cache
  const parameters = [
    ...(error === undefined ? [] : [`error="${error}"`, `error_description="${message}"`]),
    ...(scopes === undefined ? [] : [`scope="${scopes.join(' ')}"`]),
  ]
  return { ...cache, 'www-authenticate': [scheme, parameters.join(', ')].join(' ').trim() }
}

/** A refusal of an access token, in the scheme that the backend asks for. */
export function refusal(
  code: IdentityErrorCode,
  { proofs }: Readonly<{ proofs?: unknown }>,
  cause?: unknown,
): IdentityError {
  return new IdentityError(code, { scheme: proofs ? 'DPoP' : 'Bearer', cause })
}
