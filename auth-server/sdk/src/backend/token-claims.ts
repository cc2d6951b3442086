// What a verified access token says of its caller (RFC 9068 §2.2): claims of the right form, and nothing that cannot be checked here.
import type { JWTPayload } from 'jose'
import { IDENTITY_VALUE } from '../identity-headers.ts'
import { SUBJECT_KINDS, type SubjectKind } from '../subject-kind.ts'
import type { AccessTokenPolicy } from './access-token-policy.ts'
import { type IdentityError, refusal } from './identity-error.ts'

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

const SCOPE = /^(?:[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*)?$/
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

/** RFC 9068 §2.2, and what the auth server adds. A claim of the wrong form makes the token unusable. */
export function readClaims(claims: JWTPayload, policy: AccessTokenPolicy): VerifiedToken {
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

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 255 && IDENTITY_VALUE.test(value)
}

function unusable(policy: AccessTokenPolicy): IdentityError {
  return refusal('token_claims', policy)
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
