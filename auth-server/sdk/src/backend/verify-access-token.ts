// Verifies an access token (RFC 9068 §4) and, where it is bound to a key, the proof that came with it (RFC 9449 §7).
import { createHash } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import { checkProof } from '../dpop-proof.ts'
import type { AccessTokenPolicy } from './access-token-policy.ts'
import { type IdentityErrorCode, refusal } from './identity-error.ts'
import { KeysUnavailable } from './issuer-keys.ts'
import { PROOF_WINDOW_SECONDS } from './proof-memory.ts'
import { nowSeconds, readClaims, type VerifiedToken } from './token-claims.ts'

/** A token as a request brings it. */
export interface PresentedCredentials {
  /** The header: scheme and token. */
  readonly authorization: string | undefined
  /** The header DPoP. */
  readonly proof?: string | undefined
  readonly method: string
  /** Path and query, as the caller called them. */
  readonly path: string
}

/** Characters; what is longer is not even decoded. */
const MAX_LENGTH = 8192
/** RFC 6750 §2.1, RFC 9449 §7.1: the scheme is not case-sensitive. */
const AUTHORIZATION = /^(bearer|dpop) +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i

/**
 * Verifies the token of a request.
 * @throws {IdentityError} 401 with the reason, or 503 while the issuer's keys cannot be had
 */
export async function verifyAccessToken(
  { authorization, proof, method, path }: PresentedCredentials,
  policy: AccessTokenPolicy,
): Promise<VerifiedToken> {
  if (authorization === undefined || authorization === '') throw refusal('token_missing', policy)
  const [, scheme = '', text = ''] = (authorization.length <= MAX_LENGTH && AUTHORIZATION.exec(authorization)) || []
  if (text === '') throw refusal('token_malformed', policy)
  const token = readClaims(await verifyText(text, policy), policy)
  const isProven = scheme.toLowerCase() === 'dpop'
  // RFC 9449 §7.1, §7.2: a bound token is no bearer token, and calling a bearer token DPoP makes it no better.
  if (token.boundTo === undefined) {
    if (isProven || policy.proofs?.required) throw refusal('token_not_bound', policy)
    return token
  }
  if (!isProven || policy.proofs === undefined) throw refusal('token_bound', policy)
  await requireProof(text, token.boundTo, { proof, method, path }, policy)
  return token
}

async function verifyText(text: string, policy: AccessTokenPolicy): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(text, policy.keys, {
      typ: 'at+jwt',
      issuer: policy.issuer,
      audience: [...policy.audiences],
      algorithms: [...policy.algorithms],
      clockTolerance: policy.clockToleranceSeconds,
      requiredClaims: ['exp', 'iat', 'sub', 'client_id'],
    })
    return payload
  } catch (error) {
    throw refusal(codeOf(error), policy, error)
  }
}

const CLAIM_CODES: Readonly<Record<string, IdentityErrorCode>> = {
  typ: 'token_type',
  iss: 'token_issuer',
  aud: 'token_audience',
  nbf: 'token_not_yet_valid',
}

/** jose's verdicts in our codes. @throws {Error} when it is no verdict on a token */
function codeOf(error: unknown): IdentityErrorCode {
  if (error instanceof KeysUnavailable) return 'keys_unavailable'
  if (error instanceof errors.JWTExpired) return 'token_expired'
  if (error instanceof errors.JWTClaimValidationFailed) return CLAIM_CODES[error.claim] ?? 'token_claims'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'token_algorithm'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'token_signature'
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'token_key'
  if (error instanceof errors.JOSEError) return 'token_malformed'
  throw error
}

async function requireProof(
  text: string,
  boundTo: string,
  { proof, method, path }: Pick<PresentedCredentials, 'proof' | 'method' | 'path'>,
  policy: AccessTokenPolicy,
): Promise<void> {
  const { proofs } = policy
  if (proofs === undefined) throw refusal('token_bound', policy)
  const checked = await checkProof(proof, { method, addresses: [proofs.origin + path] })
  if (checked.kind === 'unsound') throw refusal('proof_invalid', policy, checked.why)
  const ath = createHash('sha256').update(text).digest('base64url')
  const judged = await checked.judge({
    ath: (claims) => (claims.ath === ath ? 'passed' : refusal('proof_invalid', policy)),
    key: ({ thumbprint }) => (thumbprint === boundTo ? 'passed' : refusal('proof_other_key', policy)),
    time: ({ issuedAt }) =>
      Math.abs(nowSeconds() - issuedAt) <= PROOF_WINDOW_SECONDS ? 'passed' : refusal('proof_old', policy),
    nonce: 'not demanded',
    once: async ({ thumbprint, jti }) =>
      (await proofs.noteOnce(thumbprint, jti)) ? 'passed' : refusal('proof_replayed', policy),
  })
  if (judged.kind === 'refused') throw judged.refusal
}
