// The checks every token passes at every request, also one whose signature was verified before: one row per rule.
import type { TokenConfig } from '../../schema/token-config.ts'
import type { ParsedToken } from './token.ts'

interface Check {
  /** For whoever sent a token that breaks it (see refusals.ts). */
  readonly broken: string
  readonly holds: (token: ParsedToken, policy: TokenConfig, nowSeconds: number) => boolean
}

export const CHECKS = {
  // RFC 8725 §3.1: the verifier says which algorithms there are.
  algorithm: {
    broken: 'The signature algorithm is not accepted',
    holds: (token, policy) => policy.algorithms.has(token.algorithm),
  },
  // RFC 9068 §4, RFC 7519 §4.1
  audience: {
    broken: 'The access token is for another audience',
    holds: ({ claims }, policy) => claims.audiences.some((audience) => policy.audiences.has(audience)),
  },
  expired: {
    broken: 'The access token has expired',
    holds: ({ claims }, policy, now) => now < claims.expiresAt + policy.leewaySeconds,
  },
  'not-yet-valid': {
    broken: 'The access token is not valid yet',
    holds: ({ claims }, policy, now) => now >= (claims.notBefore ?? 0) - policy.leewaySeconds,
  },
  'issued-in-future': {
    broken: 'The access token was issued in the future',
    holds: ({ claims }, policy, now) => now >= claims.issuedAt - policy.leewaySeconds,
  },
} as const satisfies Readonly<Record<string, Check>>

export type BrokenRule = keyof typeof CHECKS

export function isRule(why: string): why is BrokenRule {
  return Object.hasOwn(CHECKS, why)
}

const RULES = Object.keys(CHECKS).filter(isRule)

/** The first rule that the token breaks, if any. */
export function brokenRule(token: ParsedToken, policy: TokenConfig, nowSeconds: number): BrokenRule | undefined {
  return RULES.find((rule) => !CHECKS[rule].holds(token, policy, nowSeconds))
}
