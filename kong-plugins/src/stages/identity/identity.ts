// The headers that tell a backend who calls: those of Kong's own plugins.
import type { Caller, KnownCaller } from '../caller.ts'
import { CLEAR, type RequestHeaders } from '../effects.ts'

/** One row per header: set when the caller has the fact, else cleared, so that no one else's value gets through. */
const HEADERS: readonly (readonly [header: string, fact: (caller: KnownCaller) => string | undefined])[] = [
  ['X-Authenticated-UserId', (caller) => (caller.kind === 'user' ? caller.subject : undefined)],
  ['X-Authenticated-Kind', (caller) => (caller.kind === 'user' ? caller.subjectKind : caller.kind)],
  ['X-Authenticated-Attested', (caller) => (caller.isAttested ? 'true' : undefined)],
  ['X-Authenticated-Scope', (caller) => caller.scope],
  ['X-Consumer-Username', (caller) => caller.clientId],
  ['X-Consumer-Custom-ID', (caller) => caller.applicationId],
  ['X-Credential-Identifier', (caller) => caller.clientId],
]

/** Printable ASCII, not blank at either end: anything else could end the header or be read as somebody else. */
const SAFE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** All headers by which a backend is told who calls. */
export const IDENTITY_HEADERS: readonly string[] = [
  ...HEADERS.map(([header]) => header),
  'X-Authenticated-Issuer',
  'X-Anonymous-Consumer',
]

const NOBODY: RequestHeaders = {
  ...Object.fromEntries(HEADERS.map(([header]) => [header, CLEAR])),
  'X-Authenticated-Kind': 'anonymous',
  'X-Anonymous-Consumer': 'true',
}

/** Pure: the identity headers of a caller. An unsafe value is never repaired, since that could make it another user's. */
export function identityHeaders(caller: Caller): RequestHeaders {
  if (caller.kind === 'anonymous') return NOBODY
  const { issuer } = caller
  return {
    ...Object.fromEntries(HEADERS.map(([header, fact]) => [header, safe(fact(caller))])),
    ...(issuer === undefined ? {} : { 'X-Authenticated-Issuer': safe(issuer) }),
  }
}

function safe(value: string | undefined): string | typeof CLEAR {
  return value !== undefined && SAFE.test(value) ? value : CLEAR
}
