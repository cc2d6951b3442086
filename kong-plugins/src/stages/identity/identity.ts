// The headers that tell a backend who calls: those of Kong's own plugins.
import { IDENTITY_HEADER, IDENTITY_VALUE, TOLD } from '@mobile-api-gateway/sdk/identity-headers.ts'
import type { Caller, KnownCaller } from '../caller.ts'
import { CLEAR, type RequestHeaders } from '../effects.ts'

/** One row per header: set when the caller has the fact, else cleared, so that no one else's value gets through. */
const HEADERS: readonly (readonly [header: string, fact: (caller: KnownCaller) => string | undefined])[] = [
  [IDENTITY_HEADER.userId, (caller) => (caller.kind === 'user' ? caller.subject : undefined)],
  [IDENTITY_HEADER.kind, (caller) => (caller.kind === 'user' ? caller.subjectKind : caller.kind)],
  [IDENTITY_HEADER.attested, (caller) => (caller.isAttested ? TOLD : undefined)],
  [IDENTITY_HEADER.scope, (caller) => caller.scope],
  [IDENTITY_HEADER.username, (caller) => caller.clientId],
  [IDENTITY_HEADER.applicationId, (caller) => caller.applicationId],
  [IDENTITY_HEADER.credential, (caller) => caller.clientId],
]

/** All headers by which a backend is told who calls. */
export const IDENTITY_HEADERS: readonly string[] = Object.values(IDENTITY_HEADER)

const NOBODY: RequestHeaders = {
  ...Object.fromEntries(HEADERS.map(([header]) => [header, CLEAR])),
  [IDENTITY_HEADER.kind]: 'anonymous',
  [IDENTITY_HEADER.anonymous]: TOLD,
}

/** Pure: the identity headers of a caller. An unsafe value is never repaired, since that could make it another user's. */
export function identityHeaders(caller: Caller): RequestHeaders {
  if (caller.kind === 'anonymous') return NOBODY
  const { issuer } = caller
  return {
    ...Object.fromEntries(HEADERS.map(([header, fact]) => [header, safe(fact(caller))])),
    ...(issuer === undefined ? {} : { [IDENTITY_HEADER.issuer]: safe(issuer) }),
  }
}

function safe(value: string | undefined): string | typeof CLEAR {
  return value !== undefined && IDENTITY_VALUE.test(value) ? value : CLEAR
}
