// What a plugin decided for one request, as values: nothing happens until the shell carries them out.
import type { KongIdentity } from './consumer/kong-identity.ts'

/** An answer in place of the backend's. The body is never null: Kong would lose the headers. A record becomes JSON. */
export interface Answer {
  readonly status: number
  readonly body: string | Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

/** An answer that refuses. */
export interface Denial extends Answer {
  /** Why, for the log and a metric: fixed words, without anything that came from the token. */
  readonly reason: string
  /** For the log, where the answer must not say it. */
  readonly says?: string
  /** What the developer of the application needs to know beside it. */
  readonly facts?: RefusalFacts
}

/** Nothing of a person, and no text of a token. */
export type RefusalFacts = Readonly<Record<string, string | number | readonly string[]>>

/**
 * In place of a header's value: takes the header away. Kong's `set_headers` hands an empty table to `ngx.req.set_header`,
 * which clears; so setting and clearing are one call.
 */
export const CLEAR: readonly never[] = Object.freeze([])

/** Headers to set or clear in the request to the backend. */
export type RequestHeaders = Readonly<Record<string, string | typeof CLEAR>>

/** Everything that may happen to a request; each part is at most one PDK call, and an empty part is none. */
export type Effects =
  | { readonly kind: 'deny'; readonly denial: Denial; readonly clientId?: string; readonly logFields?: LogFields }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | ({ readonly kind: 'pass' } & PassEffects)

/** For Kong's log plugins, as `gateway` in each entry. */
export type LogFields = Readonly<Record<string, string>>

/** What may be done to a request that goes on. */
export interface PassEffects {
  /** Makes the caller known to Kong itself. */
  readonly authenticate?: KongIdentity
  /** For Kong's acl: left where it looks for the groups of whoever is authenticated. */
  readonly groups?: readonly string[]
  /** Headers of the request to the backend: what to put there, or {@link CLEAR} where nothing may be. */
  readonly requestHeaders?: RequestHeaders
  /** More of them, the same at each call of a caller, in an object that never changes. `requestHeaders` win over them. */
  readonly callerHeaders?: RequestHeaders
  /** Headers of the request that Kong's log plugins must not show. */
  readonly secretHeaders?: readonly string[]
  readonly responseHeaders?: Readonly<Record<string, string>>
  readonly logFields?: LogFields
  /** Left in `kong.ctx.shared` for the next plugin of a chain. */
  readonly chainContext?: Readonly<Record<string, string>>
}

/** Wraps a denial. */
export function deny(denial: Denial): Effects {
  return { kind: 'deny', denial }
}

/** The answer when we cannot tell whether the call is allowed: never pass, ask to come back (in seconds). */
export function unavailable(reason: string): Denial {
  return {
    status: 503,
    body: { message: 'Service temporarily unavailable' },
    headers: { 'Retry-After': '5' },
    reason,
  }
}
