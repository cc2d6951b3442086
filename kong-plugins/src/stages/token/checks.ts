// The checks every token passes at every request, also one whose signature was verified before: one line per rule.
import type { TokenConfig } from '../../schema/token-config.ts'
import type { InvalidToken } from './refusals.ts'
import type { ParsedToken } from './token.ts'

type Check = readonly [
  why: InvalidToken,
  holds: (token: ParsedToken, policy: TokenConfig, nowSeconds: number) => boolean,
]

const CHECKS: readonly Check[] = [
  // RFC 8725 §3.1: the verifier says which algorithms there are.
  ['algorithm', (token, policy) => policy.algorithms.has(token.algorithm)],
  // RFC 9068 §4, RFC 7519 §4.1
  ['audience', ({ claims }, policy) => claims.audiences.some((audience) => policy.audiences.has(audience))],
  ['expired', ({ claims }, policy, now) => now < claims.expiresAt + policy.leewaySeconds],
  ['not-yet-valid', ({ claims }, policy, now) => now >= (claims.notBefore ?? 0) - policy.leewaySeconds],
  ['issued-in-future', ({ claims }, policy, now) => now >= claims.issuedAt - policy.leewaySeconds],
]

/** The first rule that the token breaks, if any. */
export function brokenRule(token: ParsedToken, policy: TokenConfig, nowSeconds: number): InvalidToken | undefined {
  return CHECKS.find(([, holds]) => !holds(token, policy, nowSeconds))?.[0]
}
