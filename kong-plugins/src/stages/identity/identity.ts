// The third stage: tells the backend who calls, in the headers that Kong's own plugins use.
import type { Caller } from '../caller.ts'
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

/** Pure: the identity headers of a caller. An unsafe value is never repaired, since that could make it another user's. */
export function identityHeaders(caller: Caller): RequestHeaders {
  return Object.fromEntries(
    HEADERS.map(([header, fact]) => {
      const value = fact(caller)
      return [header, value !== undefined && SAFE.test(value) ? value : CLEAR]
    }),
  )
}

/** An application that calls for itself is named as its own subject (RFC 9068 §2.2): there is no user then. */
function isMachine({ subject, clientId }: Caller): boolean {
  return subject === clientId
}
