// Every reason why a token is not accepted, and the answer that RFC 6750 §3 asks for.
import { type Denial, unavailable } from '../effects.ts'

/** Descriptions for the developer of the app: fixed words, ASCII without quotes (RFC 6750 §3), nothing from the token. */
const INVALID_TOKEN = {
  'too-large': 'The access token is too large',
  malformed: 'The access token is not a signed JWT',
  type: 'The token is not an access token (typ at+jwt)',
  critical: 'The token has a critical header parameter that is not supported',
  claims: 'The access token lacks a required claim or has an unusable one',
  algorithm: 'The signature algorithm is not accepted',
  issuer: 'The issuer is not trusted',
  audience: 'The access token is for another audience',
  expired: 'The access token has expired',
  'not-yet-valid': 'The access token is not valid yet',
  'issued-in-future': 'The access token was issued in the future',
  'proof-of-possession': 'Tokens bound to a key are not supported',
  key: 'The signing key is not known',
  signature: 'The signature does not match',
} as const

/** Why a token is invalid. */
export type InvalidToken = keyof typeof INVALID_TOKEN

/** Everything the token stage can answer with. */
export type Refusal =
  | { readonly kind: 'no-token' }
  | { readonly kind: 'invalid-request' }
  | { readonly kind: 'invalid-token'; readonly why: InvalidToken }
  | { readonly kind: 'insufficient-scope'; readonly scopes: readonly string[] }
  | { readonly kind: 'undecided'; readonly why: string }

/** Shorthand for the most frequent refusal. */
export function invalidToken(why: InvalidToken): Refusal {
  return { kind: 'invalid-token', why }
}

/** Renders a refusal as the answer to the client. */
export function toDenial(refusal: Refusal, realm: string): Denial {
  switch (refusal.kind) {
    case 'no-token':
      // RFC 6750 §3.1: without authentication information no error code and no other error information.
      return {
        status: 401,
        body: { message: 'Unauthorized' },
        headers: { 'WWW-Authenticate': `Bearer realm="${realm}"` },
        reason: refusal.kind,
      }
    case 'invalid-request':
      return bearerError(
        400,
        realm,
        'invalid_request',
        'The Authorization header must hold one bearer token',
        refusal.kind,
      )
    case 'invalid-token':
      return bearerError(401, realm, 'invalid_token', INVALID_TOKEN[refusal.why], `invalid-token: ${refusal.why}`)
    case 'insufficient-scope':
      return bearerError(
        403,
        realm,
        'insufficient_scope',
        'The access token lacks a scope that this request needs',
        refusal.kind,
        refusal.scopes,
      )
    case 'undecided':
      return unavailable(refusal.why)
  }
}

function bearerError(
  status: number,
  realm: string,
  error: string,
  description: string,
  reason: string,
  scopes?: readonly string[],
): Denial {
  const scope = scopes ? `, scope="${scopes.join(' ')}"` : ''
  return {
    status,
    body: { error, error_description: description },
    headers: {
      'WWW-Authenticate': `Bearer realm="${realm}", error="${error}", error_description="${description}"${scope}`,
    },
    reason,
  }
}
