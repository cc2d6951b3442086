// OpenTelemetry's own variables among the settings, and what they come to.
import { type TracingSettings, tracingSettings } from '@mobile-api-gateway/sdk/tracing/settings.ts'
import { type ReadVariables, TRACING_VARIABLES } from '@mobile-api-gateway/sdk/tracing/variables.ts'
import type { Setting } from './setting.ts'

/** What this server is called among traces unless it is told. */
const NAME = 'auth-server'
const PRECEDENCE = 'The same for traces alone; it takes precedence'

/** Rows of the table of settings. */
export const TRACING_SETTINGS = {
  otelDisabled: {
    ...TRACING_VARIABLES.otelDisabled,
    description: '`true`: nothing is traced, whatever else is set',
  },
  otlpEndpoint: {
    ...TRACING_VARIABLES.otlpEndpoint,
    description:
      'Where a collector of OpenTelemetry takes [traces](operations.md#traces), like `http://localhost:4318`; `/v1/traces` is ' +
      'added. Left out, nothing is traced',
  },
  otlpTracesEndpoint: {
    ...TRACING_VARIABLES.otlpTracesEndpoint,
    description: 'The same as the whole address, to which nothing is added; it takes precedence',
  },
  otlpProtocol: {
    ...TRACING_VARIABLES.otlpProtocol,
    description:
      'How they are sent: OTLP over HTTP in JSON, and over TLS to https. `grpc` and `http/protobuf` are refused at start',
  },
  otlpTracesProtocol: { ...TRACING_VARIABLES.otlpTracesProtocol, description: 'The same for traces alone' },
  otlpHeaders: {
    ...TRACING_VARIABLES.otlpHeaders,
    description:
      'Headers that the collector wants, like `api-key=…` with commas between several; what is special in them is ' +
      'percent-encoded. A key in them is a secret',
  },
  otlpTracesHeaders: {
    ...TRACING_VARIABLES.otlpTracesHeaders,
    description: 'More of them, for traces alone; of one name this one counts',
  },
  otlpCertificate: {
    ...TRACING_VARIABLES.otlpCertificate,
    description:
      'A file in PEM with the authorities by which the certificate of a collector at https is believed, and by no others; ' +
      "Node's own if left out",
  },
  otlpTracesCertificate: { ...TRACING_VARIABLES.otlpTracesCertificate, description: PRECEDENCE },
  otlpClientCertificate: {
    ...TRACING_VARIABLES.otlpClientCertificate,
    description:
      'A file in PEM with the certificate that is shown to a collector at https which wants to know who sends, and with ' +
      'those between it and its authority. It is read at the start alone',
  },
  otlpTracesClientCertificate: { ...TRACING_VARIABLES.otlpTracesClientCertificate, description: PRECEDENCE },
  otlpClientKey: {
    ...TRACING_VARIABLES.otlpClientKey,
    description: 'A file in PEM with the private key of that certificate, without a passphrase',
  },
  otlpTracesClientKey: { ...TRACING_VARIABLES.otlpTracesClientKey, description: PRECEDENCE },
  otelServiceName: {
    ...TRACING_VARIABLES.otelServiceName,
    description:
      `What this server is called among traces. Left out, it is \`service.name\` of \`OTEL_RESOURCE_ATTRIBUTES\`, ` +
      `or \`${NAME}\``,
  },
  otelAttributes: {
    ...TRACING_VARIABLES.otelAttributes,
    description:
      'What is told of this server with every span, like `deployment.environment.name=test,service.version=1.2`; what is ' +
      'special in the values is percent-encoded',
  },
  otelSampler: {
    ...TRACING_VARIABLES.otelSampler,
    description:
      'How many traces are sent: `always_on`, `always_off` or `traceidratio`, each also with `parentbased_` before it, which ' +
      'means the same here: who calls from outside does not decide it',
  },
  otelShare: {
    ...TRACING_VARIABLES.otelShare,
    description: 'The share of traces that `traceidratio` sends, from 0 to 1',
  },
} as const satisfies Readonly<Record<keyof ReadVariables, Setting<unknown>>>

/** What tracing is opened with; undefined where it is off. */
export function tracingOf(config: ReadVariables): TracingSettings | undefined {
  return tracingSettings(config, NAME)
}
