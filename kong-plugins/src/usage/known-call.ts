// A call by what its token says, once it is certain who signed that: of which application, at which API, for whom.
import type { TokenClaims } from '../stages/token/token.ts'

/** What calls are counted by. */
export interface KnownCall {
  readonly issuer: string
  /** The API that was called, as `aud` names it. */
  readonly audience: string
  readonly clientId: string
  readonly plan: string | undefined
  /** The user; nobody where an application calls for itself. */
  readonly subject: string | undefined
}

/** @param audiences the names of the API that was called; a token of another one says none of them */
export function knownCall(claims: TokenClaims, audiences: ReadonlySet<string>): KnownCall {
  const [first = ''] = audiences
  const { issuer, clientId, plan, subject } = claims
  return {
    issuer,
    audience: claims.audiences.find((audience) => audiences.has(audience)) ?? first,
    clientId,
    plan,
    subject: subject === clientId ? undefined : subject,
  }
}
