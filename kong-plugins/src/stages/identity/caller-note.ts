// The identity headers once more, as one text for the guard: what other plugins write over them it puts right again.
import type { RequestHeaders } from '../effects.ts'

/**
 * The user comes last, for LuaJIT's sake, which looks at the ends of long strings to tell them apart (see FrameWriter).
 * The note as `name=value&…`, percent-encoded; headers that were cleared are not in it.
 * @param consumer id of the consumer that Kong was told of, if it was told of one
 */
export function callerNote(headers: RequestHeaders, consumer: string | undefined): string {
  const said = { ...headers, ...(consumer === undefined ? {} : { consumer }) }
  return Object.entries(said)
    .flatMap(([name, value]) => (typeof value === 'string' ? [`${name}=${encodeURIComponent(value)}`] : []))
    .reverse()
    .join('&')
}
