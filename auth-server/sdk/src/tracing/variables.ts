// OpenTelemetry's own environment variables, as far as they count here, and how the text of each is read.
import { clientCertificate, clientKey, collectorAuthorities, type Read } from './certificate-files.ts'

interface Variable<T> {
  readonly variable: string
  readonly byDefault: string
  readonly parse: (text: string) => Read<T>
}

/** Which share each asks for; undefined: that of the argument. Parents elsewhere decide nothing, so half of them are twins. */
export const SAMPLERS = {
  always_on: 1,
  always_off: 0,
  traceidratio: undefined,
  parentbased_always_on: 1,
  parentbased_always_off: 0,
  parentbased_traceidratio: undefined,
} as const
export type TraceSampler = keyof typeof SAMPLERS

const TOKEN = "[!#$%&'*+.^`|~\\w-]+"
const PAIR = new RegExp(`^\\s*(${TOKEN})\\s*=\\s*([\\x21-\\x7e]*)\\s*$`)

/** An address of a collector, or nothing. */
export function collectorAddress(text: string): Read<string | undefined> {
  if (text === '') return { value: undefined }
  const url = URL.parse(text)
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.hash === ''
    ? { value: url.href }
    : { problem: 'is the http or https address of a collector, like http://localhost:4318' }
}

/** `name=value` with commas between several, values percent-encoded; undefined where it is anything else. */
function pairs(text: string): readonly (readonly [name: string, value: string])[] | undefined {
  const found: [string, string][] = []
  for (const pair of text.split(',').filter((each) => each.trim() !== '')) {
    const [, name, value] = PAIR.exec(pair) ?? []
    if (name === undefined || value === undefined) return undefined
    try {
      found.push([name, decodeURIComponent(value)])
    } catch {
      return undefined
    }
  }
  return found
}

/** No message repeats them. */
export function collectorHeaders(text: string): Read<Readonly<Record<string, string>>> {
  const problem = 'lists headers like api-key=abc,other=def, with other characters than these percent-encoded'
  const headers = pairs(text)
  if (!headers?.every(([, value]) => /^[\x20-\x7e]*$/.test(value))) return { problem }
  return { value: Object.freeze(Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))) }
}

/** What is told of this program with every span. */
export function resourceAttributes(text: string): Read<Readonly<Record<string, string>>> {
  const problem = 'lists attributes like deployment.environment=test,team=login, with other characters percent-encoded'
  const attributes = pairs(text)
  return attributes ? { value: Object.freeze(Object.fromEntries(attributes)) } : { problem }
}

/** How spans are sent, which is in one way. */
function protocol(text: string): Read<'http/json'> {
  if (text === 'http/json') return { value: text }
  const instead = 'which a collector takes where it takes http/protobuf, mostly at port 4318'
  return { problem: `has to be http/json: spans are sent as OTLP over HTTP in JSON alone, ${instead}` }
}

/** What this program is called among traces; nothing where another place says so. */
export function serviceName(text: string): Read<string | undefined> {
  if (text === '') return { value: undefined }
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

/** In capitals as well, as OpenTelemetry has it. */
function yesOrNo(text: string): Read<boolean> {
  return /^(?:true|false)$/i.test(text)
    ? { value: text.toLowerCase() === 'true' }
    : { problem: 'has to be true or false' }
}

/** By the names that they have among the settings of the auth server. */
export const TRACING_VARIABLES = {
  otelDisabled: { variable: 'OTEL_SDK_DISABLED', byDefault: 'false', parse: yesOrNo },
  otlpEndpoint: { variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', byDefault: '', parse: collectorAddress },
  otlpTracesEndpoint: { variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', byDefault: '', parse: collectorAddress },
  otlpProtocol: { variable: 'OTEL_EXPORTER_OTLP_PROTOCOL', byDefault: 'http/json', parse: protocol },
  otlpTracesProtocol: { variable: 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', byDefault: 'http/json', parse: protocol },
  otlpHeaders: { variable: 'OTEL_EXPORTER_OTLP_HEADERS', byDefault: '', parse: collectorHeaders },
  otlpTracesHeaders: { variable: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', byDefault: '', parse: collectorHeaders },
  otlpCertificate: { variable: 'OTEL_EXPORTER_OTLP_CERTIFICATE', byDefault: '', parse: collectorAuthorities },
  otlpTracesCertificate: {
    variable: 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE',
    byDefault: '',
    parse: collectorAuthorities,
  },
  otlpClientCertificate: {
    variable: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    byDefault: '',
    parse: clientCertificate,
  },
  otlpTracesClientCertificate: {
    variable: 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE',
    byDefault: '',
    parse: clientCertificate,
  },
  otlpClientKey: { variable: 'OTEL_EXPORTER_OTLP_CLIENT_KEY', byDefault: '', parse: clientKey },
  otlpTracesClientKey: { variable: 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY', byDefault: '', parse: clientKey },
  otelServiceName: { variable: 'OTEL_SERVICE_NAME', byDefault: '', parse: serviceName },
  otelAttributes: { variable: 'OTEL_RESOURCE_ATTRIBUTES', byDefault: '', parse: resourceAttributes },
  otelSampler: { variable: 'OTEL_TRACES_SAMPLER', byDefault: 'parentbased_always_on', parse: traceSampler },
  otelShare: { variable: 'OTEL_TRACES_SAMPLER_ARG', byDefault: '1', parse: sampledShare },
} as const satisfies Readonly<Record<string, Variable<unknown>>>

type Variables = typeof TRACING_VARIABLES

/** What they come to, once each is read. */
export type ReadVariables = {
  readonly [Name in keyof Variables]: Variables[Name] extends Variable<infer T> ? T : never
}
