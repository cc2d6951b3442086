// OpenTelemetry's own variables among the settings, and what they come to.
import {
  collectorAddress,
  collectorHeaders,
  sampledShare,
  serviceName,
  type TracingSettings,
  traceSampler,
  tracingSettings,
} from '@mobile-api-gateway/sdk/tracing/settings.ts'
import type { Setting, SettingValue } from './setting.ts'

/** Rows of the table of settings. */
export const TRACING_SETTINGS = {
  otlpEndpoint: {
    variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    description:
      'Where a collector of OpenTelemetry takes [traces](operations.md#traces), like `http://localhost:4318`; `/v1/traces` is ' +
      'added. They are sent as OTLP over HTTP in JSON, and over TLS to https. Left out, nothing is traced',
    byDefault: '',
    parse: collectorAddress,
  },
  otlpTracesEndpoint: {
    variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    description: 'The same as the whole address, to which nothing is added; it takes precedence',
    byDefault: '',
    parse: collectorAddress,
  },
  otlpHeaders: {
    variable: 'OTEL_EXPORTER_OTLP_HEADERS',
    description:
      'Headers that the collector wants, like `api-key=…` with commas between several; what is special in them is ' +
      'percent-encoded. A key in them is a secret',
    byDefault: '',
    parse: collectorHeaders,
  },
  otelServiceName: {
    variable: 'OTEL_SERVICE_NAME',
    description: 'What this server is called among traces',
    byDefault: 'auth-server',
    parse: serviceName,
  },
  otelSampler: {
    variable: 'OTEL_TRACES_SAMPLER',
    description:
      'How many traces are sent: `always_on`, `always_off` or `traceidratio`, each also with `parentbased_` before it, which ' +
      'means the same here: who calls from outside does not decide it',
    byDefault: 'parentbased_always_on',
    parse: traceSampler,
  },
  otelShare: {
    variable: 'OTEL_TRACES_SAMPLER_ARG',
    description: 'The share of traces that `traceidratio` sends, from 0 to 1',
    byDefault: '1',
    parse: sampledShare,
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>

type TracingRows = typeof TRACING_SETTINGS

/** What tracing is opened with; undefined where it is off. */
export function tracingOf(
  config: Readonly<{ [Name in keyof TracingRows]: SettingValue<TracingRows[Name]> }>,
): TracingSettings | undefined {
  return tracingSettings({
    endpoint: config.otlpEndpoint,
    tracesEndpoint: config.otlpTracesEndpoint,
    headers: config.otlpHeaders,
    serviceName: config.otelServiceName,
    sampler: config.otelSampler,
    share: config.otelShare,
  })
}
