// What tracing is opened with, out of OpenTelemetry's variables.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { UsageError } from '../command-line.ts'
import { type ReadVariables, SAMPLERS, TRACING_VARIABLES } from './variables.ts'

/** Where spans are sent, and which. */
export interface TracingSettings {
  /** Where the collector takes spans, as OTLP over HTTP in JSON. */
  readonly address: string
  /** They may hold a secret. */
  readonly headers: Readonly<Record<string, string>>
  /** Certificates in PEM, by which the collector is believed; none: by those that Node has. */
  readonly authorities: readonly string[]
  /** What this program shows to a collector that wants to know who sends, in PEM; a secret. */
  readonly client: Readonly<{ cert: string; key: string }> | undefined
  /** What is told of this program, `service.name` among it. */
  readonly attributes: Readonly<Record<string, string>>
  /** How many of the traces that begin here are sent, from 0 to 1. */
  readonly share: number
}

const TRACES_PATH = '/v1/traces'
const SERVICE_NAME = 'service.name'

/**
 * @param env an empty variable counts as left out. @param nameByDefault what the program is called unless it is told
 * @returns undefined where tracing is off
 * @throws {UsageError} that says what is wrong with which
 */
export function readTracing(
  env: Readonly<Record<string, string | undefined>>,
  nameByDefault: string,
): TracingSettings | undefined {
  const problems: string[] = []
  const read: unknown[][] = Object.entries(TRACING_VARIABLES).map(([name, { variable, byDefault, parse }]) => {
    const parsed = parse(env[variable] || byDefault)
    if ('value' in parsed) return [name, parsed.value]
    problems.push(`${variable} ${parsed.problem}`)
    return [name]
  })
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  const settings: ReadVariables = Object.fromEntries(read)
  const conflict = tracingConflict(settings)
  if (conflict !== undefined) throw new UsageError(conflict)
  return tracingSettings(settings, nameByDefault)
}

/** What is wrong with variables that are right each by itself. */
export function tracingConflict(read: ReadVariables): string | undefined {
  const { cert, key } = clientOf(read)
  if (cert === undefined && key === undefined) return undefined
  const both = 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY'
  if (cert === undefined || key === undefined) return `${both} belong together, and one of them is missing`
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
    ? undefined
    : `${both} do not belong together: the certificate is of another key`
}

/** Those for traces alone take precedence. */
function clientOf(read: ReadVariables): Readonly<Record<'cert' | 'key', string | undefined>> {
  return {
    cert: read.otlpTracesClientCertificate ?? read.otlpClientCertificate,
    key: read.otlpTracesClientKey ?? read.otlpClientKey,
  }
}

/** The settings, once each variable is read; undefined where no collector is named, or tracing is disabled. */
export function tracingSettings(read: ReadVariables, nameByDefault: string): TracingSettings | undefined {
  const address =
    read.otlpTracesEndpoint ?? (read.otlpEndpoint === undefined ? undefined : tracesBelow(read.otlpEndpoint))
  if (address === undefined || read.otelDisabled) return undefined
  const { cert, key } = clientOf(read)
  const serviceName = read.otelServiceName ?? (read.otelAttributes[SERVICE_NAME] || nameByDefault)
  return {
    address,
    headers: { ...read.otlpHeaders, ...read.otlpTracesHeaders },
    authorities: read.otlpTracesCertificate.length > 0 ? read.otlpTracesCertificate : read.otlpCertificate,
    client: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    attributes: { ...read.otelAttributes, [SERVICE_NAME]: serviceName },
    share: SAMPLERS[read.otelSampler] ?? read.otelShare,
  }
}

function tracesBelow(endpoint: string): string {
  const url = new URL(endpoint)
  url.pathname = url.pathname.replace(/\/$/, '') + TRACES_PATH
  return url.href
}
