// The header by which a trace goes on from one program to the next (W3C Trace Context, level 1).

/** Its name, as HTTP/2 and Kong's variables have it. */
export const TRACEPARENT = 'traceparent'
/** What vendors add to it: worth something only beside the traceparent that it came with. */
export const TRACESTATE = 'tracestate'

/** Which span somebody else's work is part of. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const SAMPLED = 1

/** §3.2: undefined for what is not well-formed. Of a later version the fields of this one count. */
export function readTraceParent(value: string | undefined): TraceParent | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] = FORM.exec(value ?? '') ?? []
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 }
}

/** As it is sent. */
export function writeTraceParent({ traceId, spanId, isSampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-0${isSampled ? SAMPLED : 0}`
}
