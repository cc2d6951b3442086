// Proof Key for Code Exchange (RFC 7636): S256 for every client, `plain` for none.
import { OAuthError } from './errors.ts'

export const CODE_CHALLENGE_METHODS = ['S256'] as const

/** A base64url SHA-256 digest (RFC 7636 §4.2). */
const CHALLENGE = /^[\w-]{43}$/
/** RFC 7636 §4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/

/** The challenge of an authorization request. @throws {OAuthError} invalid_request (RFC 7636 §4.4.1). */
export const requireChallenge = (challenge: string | undefined, method: string | undefined): string => {
  if (challenge === undefined) throw new OAuthError('invalid_request', 'code_challenge is missing; PKCE is required')
  if (method !== 'S256') throw new OAuthError('invalid_request', 'code_challenge_method has to be S256')
  if (!CHALLENGE.test(challenge))
    throw new OAuthError(
      'invalid_request',
      'code_challenge has to be the base64url SHA-256 of the verifier, 43 characters',
    )
  return challenge
}

/** The verifier of a token request. @throws {OAuthError} invalid_request without one, invalid_grant when none could fit. */
export const requireVerifier = (verifier: string | undefined): string => {
  if (verifier === undefined) throw new OAuthError('invalid_request', 'code_verifier is missing')
  if (!VERIFIER.test(verifier))
    throw new OAuthError('invalid_grant', 'code_verifier has to be 43 to 128 characters of A-Z a-z 0-9 - . _ ~')
  return verifier
}
