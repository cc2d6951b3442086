// The third stage: tells the backend who calls, in the headers that Kong's own plugins use.
import { type Caller, isMachine, type Visitor } from '../caller.ts'
import { CLEAR, type RequestHeaders } from '../effects.ts'

/** One row per header: set when the caller has the fact, else cleared, so that no one else's value gets through. */
const HEADERS: readonly (readonly [header: string, fact: (caller: Caller) => string | undefined])[] = [
  ['X-Authenticated-UserId', (caller) => (isMachine(caller) ? undefined : caller.subject)],
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
  'X-Anonymous-Consumer': 'true',
}

/** Pure: the identity headers of a visitor. An unsafe value is never repaired, since that could make it another user's. */
export function identityHeaders(visitor: Visitor): RequestHeaders {
  if (visitor.kind === 'anonymous') return NOBODY
  const { caller, issuer } = visitor
  return {
    ...Object.fromEntries(HEADERS.map(([header, fact]) => [header, safe(fact(caller))])),
    ...(issuer === undefined ? {} : { 'X-Authenticated-Issuer': safe(issuer) }),
  }
}

function safe(value: string | undefined): string | typeof CLEAR {
  return value !== undefined && SAFE.test(value) ? value : CLEAR
}
