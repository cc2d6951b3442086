// Traces of this process, where a collector is named: only then are OpenTelemetry's libraries loaded.
import {
  collectorAddress,
  collectorHeaders,
  sampledShare,
  serviceName,
  type TracingSettings,
  traceSampler,
  tracingSettings,
} from '@mobile-api-gateway/sdk/tracing/settings.ts'
import { type Tracing, useTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { Logger } from 'pino'

/** What this plugin server is called among traces unless OTEL_SERVICE_NAME says so. */
const NAME = 'gateway'

/**
 * OpenTelemetry's own variables. @returns undefined where tracing is off
 * @throws {Error} that says what is wrong with which
 */
export function readTracing(env: NodeJS.ProcessEnv): TracingSettings | undefined {
  const problems: string[] = []
  function read<T>(
    variable: string,
    byDefault: string,
    parse: (text: string) => { readonly value: T } | { readonly problem: string },
  ): T | undefined {
    const parsed = parse(env[variable] || byDefault)
    if ('value' in parsed) return parsed.value
    problems.push(`${variable} ${parsed.problem}`)
    return undefined
  }
  const settings = tracingSettings({
    endpoint: read('OTEL_EXPORTER_OTLP_ENDPOINT', '', collectorAddress),
    tracesEndpoint: read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '', collectorAddress),
    headers: read('OTEL_EXPORTER_OTLP_HEADERS', '', collectorHeaders) ?? {},
    serviceName: read('OTEL_SERVICE_NAME', NAME, serviceName) ?? NAME,
    sampler: read('OTEL_TRACES_SAMPLER', 'parentbased_always_on', traceSampler) ?? 'always_on',
    share: read('OTEL_TRACES_SAMPLER_ARG', '1', sampledShare) ?? 1,
  })
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return settings
}

/** Turns tracing on, unless there are no settings for it. Whoever turned it on closes it. */
export async function openTracing(settings: TracingSettings | undefined, log: Logger): Promise<Tracing | undefined> {
  if (!settings) return undefined
  const [{ createTracing }, api, exporter, resources, sdk] = await Promise.all([
    import('@mobile-api-gateway/sdk/tracing/tracer.ts'),
    import('@opentelemetry/api'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
  ])
  const tracing = createTracing({ api, exporter, resources, sdk }, settings, log)
  useTracing(tracing)
  return tracing
}
