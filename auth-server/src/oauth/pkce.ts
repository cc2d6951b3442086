// Proof Key for Code Exchange (RFC 7636): S256 for every client, `plain` for none.
import { OAuthError } from './errors.ts'

export const CODE_CHALLENGE_METHODS = ['S256'] as const

/** A base64url SHA-256 digest (RFC 7636 §4.2). */
const CHALLENGE = /^[\w-]{43}$/
/** RFC 7636 §4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/

/** What stands between a stolen code and its tokens, as an authorization request brings it. */
interface Asked {
  readonly challenge: string | undefined
  readonly method: string | undefined
  readonly nonce: string | undefined
}

/**
 * The challenge of an authorization request; undefined only for a confidential client whose registration lets it use
 * the nonce of OpenID Connect instead (OAuth 2.1 §7.5.1). @throws {OAuthError} invalid_request (RFC 7636 §4.4.1).
 */
export function requireChallenge({ challenge, method, nonce }: Asked, pkceRequired: boolean): string | undefined {
  if (challenge === undefined) {
    if (pkceRequired) throw new OAuthError('invalid_request', 'code_challenge is missing; PKCE is required')
    if (method !== undefined)
      throw new OAuthError('invalid_request', 'code_challenge_method came without a code_challenge')
    if (nonce === undefined) throw new OAuthError('invalid_request', 'send a code_challenge (PKCE) or a nonce')
    return undefined
  }
  if (method !== 'S256') throw new OAuthError('invalid_request', 'code_challenge_method has to be S256')
  if (!CHALLENGE.test(challenge))
    throw new OAuthError(
      'invalid_request',
      'code_challenge has to be the base64url SHA-256 of the verifier, 43 characters',
    )
  return challenge
}

/** The verifier of a token request, if one was sent; the code itself knows whether it needs one. @throws {OAuthError} invalid_grant. */
export function readVerifier(verifier: string | undefined): string | undefined {
  if (verifier !== undefined && !VERIFIER.test(verifier))
    throw new OAuthError('invalid_grant', 'code_verifier has to be 43 to 128 characters of A-Z a-z 0-9 - . _ ~')
  return verifier
}
