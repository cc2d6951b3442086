// Without a collector nothing of OpenTelemetry's SDK is loaded; with one it is, and a wrong setting is told before the start.
import { tellsModules, toldModules } from '@mobile-api-gateway/scripts/testing/loaded-modules.ts'
import { startCollector } from '@mobile-api-gateway/scripts/testing/trace-collector.ts'
import t from 'tap'
import { testDatabase } from '../support/database.ts'
import { startServer } from '../support/start.ts'

// The API alone, which does no work of its own, comes with the metrics.
const LIBRARIES = /opentelemetry\/(?!api\/)|tracer\.ts/

t.test('only a collector that is named, and traces that are not disabled, have the libraries loaded', async (t) => {
  const collector = await startCollector(t)
  await Promise.all(
    (['', collector.url, 'disabled'] as const).map(async (to) => {
      const isOn = to === collector.url
      const started = startServer(t, {
        ...tellsModules(/opentelemetry|tracing/),
        DATABASE_URL: await testDatabase(t),
        OTEL_EXPORTER_OTLP_ENDPOINT: to && collector.url,
        OTEL_SDK_DISABLED: String(to === 'disabled'),
        OTEL_RESOURCE_ATTRIBUTES: 'service.name=not-this,team=phones',
        OTEL_EXPORTER_OTLP_HEADERS: 'api-key=the%20key',
        OTEL_SERVICE_NAME: 'login',
        DRAIN_SECONDS: '0',
      })
      await fetch(`${await started.url}/health/ready`)
      await fetch(`${await started.url}/nowhere`)
      started.signal('SIGTERM')
      const { code, errors } = await started.ended
      t.equal(code, 0)
      const loaded = toldModules(errors)
      t.ok(
        loaded.some((url) => url.endsWith('sdk/src/tracing/span.ts')),
        'and what is loaded is told',
      )
      const libraries = loaded.filter((url) => LIBRARIES.test(url))
      t.equal(libraries.length > 0, isOn, libraries.join('\n'))
      const arrival = started
        .log()
        .split('\n')
        .find((line) => line.includes('/nowhere'))
      t.ok(arrival)
      t.equal(/"trace_id":"[0-9a-f]{32}","span_id":/.test(arrival ?? ''), isOn, arrival ?? '')
    }),
  )
  t.ok(collector.headers.length > 0)
  t.match(collector.headers[0], { 'api-key': 'the key', url: '/v1/traces' })
  t.match(
    collector.spans().find(({ name }) => name === 'GET /health/ready'),
    { service: 'login', program: { team: 'phones' } },
    'what was not sent yet is sent at the end',
  )
})

t.test('a server whose collector hangs ends in time', async (t) => {
  const collector = await startCollector(t)
  collector.answers('hangs')
  const started = startServer(t, {
    DATABASE_URL: await testDatabase(t),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    DRAIN_SECONDS: '0',
  })
  await fetch(`${await started.url}/jwks`)
  const stopping = performance.now()
  started.signal('SIGTERM')
  t.equal((await started.ended).code, 0)
  t.ok(performance.now() - stopping < 6000, `${performance.now() - stopping} ms`)
  t.equal(collector.headers.length, 1)
})

t.test('wrong settings keep it from starting, each with a sentence that repeats no secret', async (t) => {
  const started = startServer(t, {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
    OTEL_EXPORTER_OTLP_HEADERS: 'a-secret-of-mine',
    OTEL_TRACES_SAMPLER: 'jaeger_remote',
    OTEL_TRACES_SAMPLER_ARG: 'half',
    OTEL_SDK_DISABLED: 'perhaps',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem',
    OTEL_RESOURCE_ATTRIBUTES: 'a-secret-of-mine',
  })
  const { code, errors } = await started.ended
  t.equal(code, 1)
  for (const problem of [
    'ENDPOINT is the http',
    'HEADERS lists',
    'SAMPLER is one of',
    'SAMPLER_ARG is a share',
    'SDK_DISABLED has to be true or false',
    'PROTOCOL has to be http/json: spans are sent as OTLP over HTTP in JSON alone',
    'OTLP_CERTIFICATE has to name a file',
    'ATTRIBUTES lists',
  ])
    t.match(errors, new RegExp(`OTEL_\\w*${problem}`))
  t.notMatch(errors, /a-secret-of-mine/)
})
