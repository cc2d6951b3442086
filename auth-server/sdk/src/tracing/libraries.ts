// OpenTelemetry's libraries, by their types alone: programs load them where tracing is on, and hand them in.
import type * as api from '@opentelemetry/api'
import type * as exporter from '@opentelemetry/exporter-trace-otlp-http'
import type * as resources from '@opentelemetry/resources'
import type * as sdk from '@opentelemetry/sdk-trace'

/** What has to be loaded. */
export interface TracingLibraries {
  readonly api: typeof api
  readonly exporter: typeof exporter
  readonly resources: typeof resources
  readonly sdk: typeof sdk
}
