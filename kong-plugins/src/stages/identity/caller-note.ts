// The identity headers once more, as one text for the guard: what other plugins write over them it puts right again.
import type { RequestHeaders } from '../effects.ts'

/** What the guard is told beside the identity. */
export interface Noted {
  /** Headers of claims, those that were cleared as well: the guard knows the names by this alone. */
  readonly claims: RequestHeaders
  /** Id of the consumer that Kong was told of, if it was told of one. */
  readonly consumer: string | undefined
}

/**
 * The user comes last, for LuaJIT's sake, which looks at the ends of long strings to tell them apart (see FrameWriter).
 * The note as `name=value&…`, percent-encoded; headers that were cleared are not in it.
 */
export function callerNote(headers: RequestHeaders, { claims, consumer }: Noted): string {
  const names = Object.keys(claims).join(' ')
  const said = { ...headers, ...claims, ...(names !== '' && { claims: names }), ...(consumer && { consumer }) }
  return Object.entries(said)
    .flatMap(([name, value]) => (typeof value === 'string' ? [`${name}=${encodeURIComponent(value)}`] : []))
    .reverse()
    .join('&')
}
