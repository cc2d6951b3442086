// The headers that are the same at each call of a caller, with the note for the guard: made once for whoever has a token.
import type { Caller } from '../caller.ts'
import type { RequestHeaders } from '../effects.ts'
import type { Introduce } from './stage.ts'

/** Headers of a caller; for the same three, in a row, they are the same object. */
export type CallerHeaders = (...introduced: Parameters<Introduce>) => RequestHeaders

/** Of whoever is introduced so. */
export function callerHeaders(introduce: Introduce): CallerHeaders {
  const known = new WeakMap<Caller, { readonly of: Parameters<Introduce>; readonly headers: RequestHeaders }>()
  return (...introduced) => {
    const [caller] = introduced
    const before = known.get(caller)
    if (before?.of.every((each, at) => each === introduced[at])) return before.headers
    const { requestHeaders, note } = introduce(...introduced)
    const headers = Object.freeze({ ...requestHeaders, 'X-Mobile-Gateway-Caller': note })
    if (caller.kind !== 'anonymous') known.set(caller, { of: introduced, headers })
    return headers
  }
}
