// Verifies an access token (RFC 9068 §4) and, where it is bound to a key, the proof that came with it (RFC 9449 §7).
import { createHash } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import { checkProof } from '../dpop-proof.ts'
import { IDENTITY_VALUE } from '../identity-headers.ts'
import { SUBJECT_KINDS, type SubjectKind } from '../subject-kind.ts'
import type { AccessTokenPolicy } from './access-token-policy.ts'
import { IdentityError, type IdentityErrorCode } from './identity-error.ts'
import { KeysUnavailable } from './issuer-keys.ts'
import { PROOF_WINDOW_SECONDS } from './proof-memory.ts'

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

/** What a token says, proven. */
export interface VerifiedToken {
  readonly issuer: string
  /** The user, or the client itself where an application calls. */
  readonly subject: string
  readonly clientId: string
  readonly applicationId: string | undefined
  readonly scopes: readonly string[]
  /** `application` where it calls for itself. */
  readonly kind: SubjectKind | 'application'
  /** Whether a phone has vouched for the key that it is bound to. */
  readonly isAttested: boolean
  /** Thumbprint of the key that the caller holds. */
  readonly boundTo: string | undefined
  /** Seconds since 1970. */
  readonly expiresAt: number
  /** Every claim, as it is. */
  readonly claims: Readonly<JWTPayload>
}

/** Characters; what is longer is not even decoded. */
const MAX_LENGTH = 8192
/** RFC 6750 §2.1, RFC 9449 §7.1: the scheme is not case-sensitive. */
const AUTHORIZATION = /^(bearer|dpop) +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i
const SCOPE = /^(?:[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*)?$/
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

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

/** RFC 9068 §2.2, and what the auth server adds. A claim of the wrong form makes the token unusable. */
function readClaims(claims: JWTPayload, policy: AccessTokenPolicy): VerifiedToken {
  const { sub, client_id, app_id, scope = '', subject_kind = 'account', exp, iat } = claims
  const subjectKind = SUBJECT_KINDS.find((kind) => kind === subject_kind)
  if (!isName(sub) || !isName(client_id) || !(app_id === undefined || isName(app_id))) throw unusable(policy)
  if (typeof scope !== 'string' || !SCOPE.test(scope) || subjectKind === undefined) throw unusable(policy)
  if (exp === undefined || iat === undefined || iat > nowSeconds() + policy.clockToleranceSeconds)
    throw unusable(policy)
  const boundTo = readBinding(claims, policy)
  return {
    issuer: policy.issuer,
    subject: sub,
    clientId: client_id,
    applicationId: app_id,
    scopes: scope === '' ? [] : scope.split(' '),
    // RFC 9068 §2.2: an application that calls for itself is its own subject.
    kind: sub === client_id ? 'application' : subjectKind,
    isAttested: claims.attested === true && boundTo !== undefined,
    boundTo,
    expiresAt: exp,
    claims,
  }
}

/** RFC 7800 §3: a token bound in a way that cannot be checked here must not pass as one that is not bound. */
function readBinding(claims: JWTPayload, policy: AccessTokenPolicy): string | undefined {
  if (!Object.hasOwn(claims, 'cnf')) return undefined
  const { cnf } = claims
  if (typeof cnf !== 'object' || cnf === null || Object.keys(cnf).length !== 1) throw unusable(policy)
  if (!('jkt' in cnf) || typeof cnf.jkt !== 'string' || !THUMBPRINT.test(cnf.jkt)) throw unusable(policy)
  return cnf.jkt
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

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 255 && IDENTITY_VALUE.test(value)
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function unusable(policy: AccessTokenPolicy): IdentityError {
  return refusal('token_claims', policy)
}

function refusal(code: IdentityErrorCode, { proofs }: AccessTokenPolicy, cause?: unknown): IdentityError {
  return new IdentityError(code, { scheme: proofs ? 'DPoP' : 'Bearer', cause })
}
