// The third stage: tells the backend who calls, in the headers that Kong's own plugins use.
import type { Caller } from '../caller.ts'

/** One row per header: set when the caller has the fact, else cleared, so that no one else's value gets through. */
const HEADERS: readonly (readonly [header: string, fact: (caller: Caller) => string | undefined])[] = [
  ['X-Authenticated-UserId', (caller) => caller.subject],
  ['X-Authenticated-Scope', (caller) => caller.scope],
  ['X-Consumer-Username', (caller) => caller.clientId],
  ['X-Consumer-Custom-ID', (caller) => caller.applicationId],
  ['X-Credential-Identifier', (caller) => caller.clientId],
]

/** What to do to the headers of the request to the backend. */
export interface IdentityHeaders {
  readonly set: Readonly<Record<string, string>>
  readonly clear: readonly string[]
}

/** Printable ASCII, not blank at either end: anything else could end the header or be read as somebody else. */
const SAFE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** Pure: the identity headers of a caller. An unsafe value is never repaired, since that could make it another user's. */
export function identityHeaders(caller: Caller): IdentityHeaders {
  const set: Record<string, string> = {}
  const clear: string[] = []
  for (const [header, fact] of HEADERS) {
    const value = fact(caller)
    if (value !== undefined && SAFE.test(value)) set[header] = value
    else clear.push(header)
  }
  return { set, clear }
}
