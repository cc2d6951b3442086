// What a developer needs to know of a refusal beside its code: nothing of a person, nothing of the request, no text of a token.
import type { RefusalFacts } from '../stages/effects.ts'
import type { Refusal } from '../stages/token/refusals.ts'
import type { TokenClaims } from '../stages/token/token.ts'

/** More names say no more. */
const MAX_NAMES = 5
const MAX_LENGTH = 200

/** Of a refusal whose token was signed by the issuer that it names. */
export function factsOf(refusal: Refusal, claims: TokenClaims, nowSeconds: number): RefusalFacts {
  switch (refusal.kind) {
    case 'invalid-token':
      return factsOfToken(refusal.why, claims, nowSeconds)
    case 'invalid-proof':
      return refusal.behindSeconds === undefined ? {} : { behind_seconds: Math.round(refusal.behindSeconds) }
    case 'insufficient-scope':
      return { missing: few(refusal.scopes.filter((scope) => !claims.scopes.has(scope))) }
    case 'insufficient-login':
      return { ...refusal.wanted }
    default:
      return {}
  }
}

function factsOfToken(why: string, { expiresAt, notBefore, issuedAt, audiences }: TokenClaims, now: number) {
  const ago = (from: number, to: number): RefusalFacts => ({ seconds: Math.round(to - from) })
  if (why === 'expired') return ago(expiresAt, now)
  if (why === 'not-yet-valid') return ago(now, notBefore ?? issuedAt)
  if (why === 'issued-in-future') return ago(now, issuedAt)
  return why === 'audience' ? { audiences: few(audiences) } : {}
}

function few(names: readonly string[]): readonly string[] {
  return names.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_LENGTH))
}
