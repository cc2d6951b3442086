// OpenTelemetry's own environment variables, as far as they count here: where spans are sent, and how many.

/** What tracing is opened with. */
export interface TracingSettings {
  /** Where the collector takes spans, as OTLP over HTTP in JSON. */
  readonly address: string
  /** They may hold a secret. */
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  /** How many of the traces that begin here are sent, from 0 to 1. */
  readonly share: number
}

/** A value; or what is wrong with it, worded to follow the name of its variable. */
type Read<T> = { readonly value: T } | { readonly problem: string }

/** Which share each asks for; undefined: that of the argument. Parents elsewhere decide nothing, so half of them are twins. */
const SAMPLERS = {
  always_on: 1,
  always_off: 0,
  traceidratio: undefined,
  parentbased_always_on: 1,
  parentbased_always_off: 0,
  parentbased_traceidratio: undefined,
} as const
export type TraceSampler = keyof typeof SAMPLERS

const TRACES_PATH = '/v1/traces'

/** An address of a collector, or nothing. */
export function collectorAddress(text: string): Read<string | undefined> {
  if (text === '') return { value: undefined }
  const url = URL.parse(text)
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.hash === ''
    ? { value: url.href }
    : { problem: 'is the http or https address of a collector, like http://localhost:4318' }
}

/** `name=value` with commas between several, values percent-encoded. No message repeats them. */
export function collectorHeaders(text: string): Read<Readonly<Record<string, string>>> {
  const problem = 'lists headers like api-key=abc,other=def, with other characters than these percent-encoded'
  const headers: [string, string][] = []
  for (const pair of text.split(',').filter((each) => each.trim() !== '')) {
    const [, name, value] = /^\s*([!#$%&'*+.^`|~\w-]+)\s*=\s*([\x21-\x7e]*)\s*$/.exec(pair) ?? []
    if (name === undefined || value === undefined) return { problem }
    try {
      headers.push([name.toLowerCase(), decodeURIComponent(value)])
    } catch {
      return { problem }
    }
  }
  const isPlain = headers.every(([, value]) => /^[\x20-\x7e]*$/.test(value))
  return isPlain ? { value: Object.freeze(Object.fromEntries(headers)) } : { problem }
}

/** What this program is called among traces. */
export function serviceName(text: string): Read<string> {
  return /^[\x20-\x7e]{1,100}$/.test(text) ? { value: text } : { problem: 'is a name of at most 100 ASCII characters' }
}

export function traceSampler(text: string): Read<TraceSampler> {
  const value = isSampler(text) ? text : undefined
  return value === undefined ? { problem: `is one of ${Object.keys(SAMPLERS).join(', ')}` } : { value }
}
function isSampler(text: string): text is TraceSampler {
  return Object.hasOwn(SAMPLERS, text)
}

export function sampledShare(text: string): Read<number> {
  return /^(?:0|1|0?\.\d{1,9}|1\.0*|0\.)$/.test(text)
    ? { value: Number(text) }
    : { problem: 'is a share from 0 to 1, like 0.05' }
}

/** The settings, once each is read; undefined where no collector is named: then nothing is traced. */
export function tracingSettings(read: {
  readonly endpoint: string | undefined
  readonly tracesEndpoint: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  readonly sampler: TraceSampler
  readonly share: number
}): TracingSettings | undefined {
  const { endpoint, tracesEndpoint, headers, serviceName, sampler } = read
  const address = tracesEndpoint ?? (endpoint === undefined ? undefined : tracesBelow(endpoint))
  return address === undefined ? undefined : { address, headers, serviceName, share: SAMPLERS[sampler] ?? read.share }
}

function tracesBelow(endpoint: string): string {
  const url = new URL(endpoint)
  url.pathname = url.pathname.replace(/\/$/, '') + TRACES_PATH
  return url.href
}
