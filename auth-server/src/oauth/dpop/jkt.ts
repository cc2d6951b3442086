// Binding a code to a key before there is a code (RFC 9449 §10): a stolen code is worth nothing without that key.
import type { NotDemanded, ProofJudge } from '@mobile-api-gateway/sdk/judged-proof.ts'
import { OAuthError } from '../errors.ts'

/** A SHA-256 thumbprint in base64url (RFC 7638 §3). */
const THUMBPRINT = /^[\w-]{43}$/

/**
 * The key that a code will be bound to: named by `dpop_jkt`, or proven when the request was pushed (§10.1).
 * @throws {OAuthError} invalid_request for no thumbprint.
 */
export function codeKey(named: string | undefined, proven: string | null): string | undefined {
  if (named !== undefined && !THUMBPRINT.test(named))
    throw new OAuthError('invalid_request', 'dpop_jkt has to be the SHA-256 thumbprint of the key, 43 characters')
  return proven ?? named
}

/** Judges the proof of a pushed request: the key that it names, where it names one, is the key that was proven (§10.1). */
export function theKeyNamed(named: string | undefined): ProofJudge<OAuthError> | NotDemanded {
  if (named === undefined) return 'not demanded'
  return ({ thumbprint }) =>
    thumbprint === named
      ? 'passed'
      : new OAuthError('invalid_dpop_proof', 'dpop_jkt and the DPoP proof are about two different keys')
}
