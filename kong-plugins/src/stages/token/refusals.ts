// Every reason why a token is not accepted, and the answer that RFC 6750 §3, RFC 9449 §7.1 and RFC 9470 §3 ask for.
import type { SubjectKind } from '@mobile-api-gateway/sdk/subject-kind.ts'
import { INVALID_PROOF, type InvalidProof } from '../dpop/proof.ts'
import { type Denial, unavailable } from '../effects.ts'
import type { Scheme } from './authorization.ts'
import { type ChallengeError, type Challenger, challengeOf, challenges } from './challenge.ts'
import { type BrokenRule, CHECKS, isRule } from './checks.ts'
import { INSUFFICIENT_LOGIN, type InsufficientLogin, type WantedLogin } from './login.ts'

/** Descriptions for the developer of the app: fixed words, ASCII without quotes (RFC 6750 §3), nothing from the token. Those of rules stand in their rows. */
const INVALID_TOKEN = {
  'too-large': 'The access token is too large',
  malformed: 'The access token is not a signed JWT',
  type: 'The token is not an access token (typ at+jwt)',
  critical: 'The token has a critical header parameter that is not supported',
  claims: 'The access token lacks a required claim or has an unusable one',
  issuer: 'The issuer is not trusted',
  revoked: 'The access token was revoked',
  'proof-of-possession': 'Tokens that are bound in this way are not supported',
  bound: 'The access token is bound to a key: send it as DPoP, with a proof',
  'not-bound': 'The access token is not bound to a key, so it cannot be sent as DPoP',
  'binding-required': 'This API takes only access tokens that are bound to a key',
  'other-key': 'The access token is bound to another key than that of the proof',
  key: 'The signing key is not known',
  signature: 'The signature does not match',
} as const

/** Whom this API does not take calls of. No other token of theirs would do, so this is no invalid one. */
const REFUSED_KIND = {
  guest: 'This API is for people with an account, and the access token is of a guest',
  account: 'This API is for guests, and the access token is of somebody with an account',
} as const satisfies Record<SubjectKind, string>

/** Why a token is invalid. */
export type InvalidToken = keyof typeof INVALID_TOKEN | BrokenRule

/** Everything the token stage can answer with. */
export type Refusal =
  | { readonly kind: 'no-token' }
  | { readonly kind: 'invalid-request' }
  | { readonly kind: 'invalid-token'; readonly why: InvalidToken }
  | InvalidProofRefusal
  | { readonly kind: 'client' }
  | { readonly kind: 'subject-kind'; readonly why: SubjectKind }
  | { readonly kind: 'attestation' }
  | { readonly kind: 'claim' }
  | { readonly kind: 'insufficient-scope'; readonly scopes: readonly string[] }
  | { readonly kind: 'insufficient-login'; readonly why: InsufficientLogin; readonly wanted: WantedLogin }
  | { readonly kind: 'undecided'; readonly why: string }

/** `behindSeconds`: how far the clock of the proof is behind ours, where that is what is wrong. */
export interface InvalidProofRefusal {
  readonly kind: 'invalid-proof'
  readonly why: InvalidProof
  readonly behindSeconds?: number
}

/** Shorthand for the most frequent refusal. */
export function invalidToken(why: InvalidToken): Refusal {
  return { kind: 'invalid-token', why }
}

/** Renders a refusal as the answer to the client. `used`: the scheme that it tried. */
export function toDenial(refusal: Refusal, api: Challenger, used?: Scheme): Denial {
  switch (refusal.kind) {
    case 'no-token':
      // RFC 6750 §3.1: without authentication information no error code and no other error information.
      return {
        status: 401,
        body: { message: 'Unauthorized' },
        headers: { 'WWW-Authenticate': challenges(api) },
        reason: refusal.kind,
        says: 'The call has no access token',
      }
    case 'invalid-request': {
      const error_description = 'The Authorization header must hold one access token'
      return told(400, challengeOf, api, used, { error: 'invalid_request', error_description }, refusal.kind)
    }
    case 'invalid-token': {
      const { why } = refusal
      const error_description = isRule(why) ? CHECKS[why].broken : INVALID_TOKEN[why]
      const reason = `invalid-token: ${why}`
      return told(401, challenges, api, used, { error: 'invalid_token', error_description }, reason)
    }
    case 'invalid-proof': {
      const error_description = INVALID_PROOF[refusal.why]
      const reason = `invalid-proof: ${refusal.why}`
      return told(401, challenges, api, used, { error: 'invalid_dpop_proof', error_description }, reason)
    }
    case 'insufficient-scope': {
      const error_description = 'The access token lacks a scope that this request needs'
      const scope = refusal.scopes.join(' ')
      return told(403, challengeOf, api, used, { error: 'insufficient_scope', error_description, scope }, refusal.kind)
    }
    case 'subject-kind': {
      const error_description = REFUSED_KIND[refusal.why]
      const reason = `subject-kind: ${refusal.why}`
      return told(403, challengeOf, api, used, { error: 'subject_kind_not_admitted', error_description }, reason)
    }
    case 'attestation': {
      const error_description = 'This API is for devices that vouch for their key, and the access token is of none'
      return told(403, challengeOf, api, used, { error: 'attestation_required', error_description }, refusal.kind)
    }
    case 'claim': {
      const error_description = 'The access token lacks a claim that this API needs, or has an unusable one'
      return told(403, challengeOf, api, used, { error: 'claim_required', error_description }, refusal.kind)
    }
    case 'insufficient-login': {
      const error_description = INSUFFICIENT_LOGIN[refusal.why]
      const reason = `insufficient-login: ${refusal.why}`
      const error = { error: 'insufficient_user_authentication', error_description, ...refusal.wanted }
      return told(401, challenges, api, used, error, reason)
    }
    case 'client':
      // No challenge: another token would not help, and an app that is told invalid_token asks for one for ever.
      return { status: 403, body: { message: 'This application may not call this API' }, headers: {}, reason: 'client' }
    case 'undecided':
      return unavailable(refusal.why)
  }
}

/** An error in the words of RFC 6750 §3, in the challenge and in the body alike. */
function told(
  status: number,
  challenge: typeof challenges | typeof challengeOf,
  api: Challenger,
  used: Scheme | undefined,
  error: ChallengeError,
  reason: string,
): Denial {
  return {
    status,
    body: { error: error.error, error_description: error.error_description },
    headers: { 'WWW-Authenticate': challenge(api, used, error) },
    reason,
  }
}
