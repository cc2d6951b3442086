// Traces through the gateway: a caller may name one, the backend hears of the span that verified the call, and it costs no round trip.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tellsModules, toldModules } from '@mobile-api-gateway/scripts/testing/loaded-modules.ts'
import { startCollector } from '@mobile-api-gateway/scripts/testing/trace-collector.ts'
import t from 'tap'
import { readTracing } from '../src/tracing/open-tracing.ts'
import { eventually } from './support/eventually.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from './support/issuer.ts'
import { KongClient, type KongRequest } from './support/kong-client.ts'
import { madeUpPlugin } from './support/made-up-plugin.ts'
import { startPluginServer } from './support/plugin-server.ts'
import { traced } from './support/traced.ts'

const MAIN = join(import.meta.dirname, '../src/server/main.ts')
const key = await createSigningKey()
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const TRACED = /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/

async function setUp(t: { teardown(ended: () => unknown): void }) {
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t)
  const config = gatewayConfig(keys.jwksUri)
  const authorization = `Bearer ${await signToken(key)}`
  const first = running.connect()
  const instance = await first.start('mobile-gateway', config)
  await first.access(instance, { headers: { authorization } }) // the keys are there
  /** One call on a connection of its own, with the number of times that the plugin server wrote. */
  const call = async (headers: Record<string, string>, more: KongRequest = {}) => {
    const kong = running.connect()
    let writes = 0
    kong.socket.on('data', () => writes++)
    const outcome = await kong.access(instance, { headers: { authorization, ...headers }, ...more })
    return { ...outcome, writes, traceparent: outcome.requestHeaders.traceparent }
  }
  return { call, keys, running, config, authorization }
}

t.test('off: what a client says of traces is neither read nor written', async (t) => {
  const { call } = await setUp(t)
  const outcome = await call({ traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=1' })
  t.strictSame(outcome.calls, ['kong.request.get_header', 'kong.service.request.set_headers'])
  t.notOk(Object.keys(outcome.requestHeaders).some((name) => /^trace/i.test(name)))
  t.equal(outcome.writes, 2)
})

t.test('on: a trace goes on or begins, with the same reading and writing', async (t) => {
  const { collector, close } = await traced(t)
  const { call } = await setUp(t)
  const going = await call({
    traceparent: `00-${TRACE}-${PARENT}-00`,
    tracestate: 'vendor=1',
    authorization: 'Basic eA==',
  })
  t.match(going, { kind: 'exited', status: 401 })
  const passed = await call({ traceparent: `00-${TRACE}-${PARENT}-00`, tracestate: 'vendor=1' })
  t.equal(passed.writes, 2, 'one read and one write')
  t.equal(passed.calls.filter((name) => name === 'kong.service.request.set_headers').length, 1)
  t.match(passed.traceparent, new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-01$`))
  t.notOk('tracestate' in passed.requestHeaders, 'what vendors say of a trace that goes on stays')
  const begun: (string | null | undefined)[] = []
  for (const traceparent of [`00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}`, '']) {
    const outcome = await call({ traceparent, tracestate: 'vendor=1' })
    t.match(outcome.traceparent, TRACED)
    t.notMatch(outcome.traceparent, TRACE)
    t.equal(outcome.requestHeaders.tracestate, null, 'without its traceparent it is worth nothing')
    begun.push(outcome.traceparent)
  }
  await close()
  const spans = collector.spans().filter(({ name }) => name === 'mobile-gateway')
  const span = spans.find(({ spanId }) => passed.traceparent?.includes(spanId))
  t.match(span, {
    service: 'gateway',
    kind: 2,
    traceId: TRACE,
    parentSpanId: PARENT,
    facts: { 'mobile_gateway.policy': 'mobile-api', 'mobile_gateway.outcome': 'pass' },
  })
  t.match(
    spans.find(({ facts }) => facts['mobile_gateway.outcome'] === 'deny'),
    { traceId: TRACE, facts: { 'mobile_gateway.reason': /./, 'http.response.status_code': 401 } },
  )
  for (const traceparent of begun) t.ok(spans.some(({ spanId }) => traceparent?.includes(spanId)))
})

t.test('a client decides nothing about how much is sent; the backend is told what was decided', async (t) => {
  const { collector, close } = await traced(t, { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' })
  const { call } = await setUp(t)
  const { traceparent } = await call({ traceparent: `00-${'0'.repeat(31)}1-${PARENT}-01` })
  t.match(traceparent, /^00-0{31}1-[0-9a-f]{16}-00$/)
  await close()
  t.strictSame(collector.spans(), [])
})

t.test('keys that a call waits for are fetched below its span, and their server hears of it', async (t) => {
  const { collector, close } = await traced(t)
  const { keys, running, config } = await setUp(t)
  const next = await createSigningKey('key-2')
  keys.publish(key, next)
  const kong = running.connect()
  const outcome = await kong.access(await kong.start('mobile-gateway', config), {
    headers: { authorization: `Bearer ${await signToken(next)}`, traceparent: `00-${TRACE}-${PARENT}-00` },
  })
  t.equal(outcome.kind, 'passed')
  await close()
  const span = collector.spans().find(({ name, parentSpanId }) => name === 'mobile-gateway' && parentSpanId === PARENT)
  t.match(
    collector
      .spans()
      .filter(({ name }) => name === 'fetch keys')
      .find(({ parentSpanId }) => parentSpanId === span?.spanId),
    { kind: 3, traceId: TRACE, facts: { 'http.response.status_code': 200 } },
  )
  t.match(keys.heard.at(-1)?.traceparent, new RegExp(`^00-${TRACE}-`))
})

t.test('each line of a call names its trace, whatever goes wrong; those of none do not', async (t) => {
  const { collector, close } = await traced(t)
  const { call, running } = await setUp(t)
  const traceparent = `00-${TRACE}-${PARENT}-00`
  t.match(await call({ traceparent, authorization: 'Bearer x' }), { status: 401 })
  const broken = await startPluginServer(t, {}, [madeUpPlugin('breaks', () => Promise.reject(new Error('broken')))])
  const kong = broken.connect()
  const headers = { traceparent }
  t.match(await kong.access(await kong.start('breaks', {}), { headers }), { status: 503 })
  const lines = () => [...running.logged, ...broken.logged].map((line) => JSON.parse(line))
  const isOfCall = ({ msg }: { readonly msg: string }) => /request denied|stage failed/.test(msg)
  await eventually(() => lines().filter(isOfCall).length >= 2)
  await close()
  const told = lines().filter(isOfCall)
  for (const { trace_id, span_id, plugin } of told) {
    t.equal(trace_id, TRACE, plugin)
    t.ok(
      collector.spans().some(({ spanId, name }) => spanId === span_id && name === plugin),
      plugin,
    )
  }
  for (const line of lines().filter((each) => !isOfCall(each))) t.notMatch(line, { trace_id: TRACE })
})

t.test('separate plugins hang below each other, the backend below the last', async (t) => {
  const { collector, close } = await traced(t)
  const { running, config, authorization } = await setUp(t)
  const { plans: _, default_limit: __, ...token } = config
  const shared: Record<string, unknown> = {}
  let traceparent = `00-${TRACE}-${PARENT}-00`
  const kong = running.connect()
  for (const [plugin, settings] of [
    ['mobile-token', token],
    ['mobile-identity', { policy: 'mobile-api' }],
    ['mobile-quota', { policy: 'mobile-api' }],
  ] as const) {
    const outcome = await kong.access(await kong.start(plugin, settings), {
      headers: { authorization, traceparent },
      shared,
    })
    t.equal(outcome.kind, 'passed', plugin)
    traceparent = outcome.requestHeaders.traceparent ?? ''
  }
  await close()
  let parent = PARENT
  for (const plugin of ['mobile-token', 'mobile-identity', 'mobile-quota']) {
    const span = collector.spans().find(({ name }) => name === plugin)
    t.match(span, { traceId: TRACE, parentSpanId: parent }, plugin)
    parent = span?.spanId ?? ''
  }
  t.match(traceparent, new RegExp(`^00-${TRACE}-${parent}-01$`))
})

t.test('a collector that hangs delays no call', async (t) => {
  const { collector, close } = await traced(t)
  collector.answers('hangs')
  const { call } = await setUp(t)
  for (let each = 0; each < 20; each++) t.equal((await call({})).kind, 'passed')
  const closing = performance.now()
  await close()
  t.ok(performance.now() - closing < 3500)
})

t.test(
  'the process loads the libraries where a collector is named, sends what is left at its end, and ends in time',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'traces-'))
    t.teardown(() => rm(folder, { recursive: true }))
    const [takes, hangs] = [await startCollector(t), await startCollector(t)]
    hangs.answers('hangs')
    const keys = await startKeyServer(t, key)
    await Promise.all(
      ['', takes.url, hangs.url].map(async (endpoint, index) => {
        const socketPath = join(folder, `${index}.sock`)
        const env = { ...process.env, ...tellsModules(/opentelemetry|tracing/), METRICS_LISTEN: '', LOG_LEVEL: 'debug' }
        const child = spawn(process.execPath, [MAIN, '--socket', socketPath], {
          env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        t.teardown(() => child.kill('SIGKILL'))
        let errors = ''
        child.stderr.on('data', (chunk) => {
          errors += chunk
        })
        for await (const chunk of child.stdout.iterator({ destroyOnReturn: false }))
          if (String(chunk).includes('plugin server listens')) break
        let said = ''
        child.stdout.on('data', (chunk) => {
          said += chunk
        })
        const kong = new KongClient(socketPath)
        t.teardown(() => kong.close())
        const instance = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri))
        t.match(await kong.access(instance, { headers: {} }), { status: 401 })
        const ended = once(child, 'close')
        const stopping = performance.now()
        child.kill('SIGTERM')
        t.strictSame(await ended, [0, null])
        t.ok(performance.now() - stopping < 6000, `${performance.now() - stopping} ms`)
        const libraries = toldModules(errors).filter((url) => /opentelemetry\/(?!api\/)|tracer\.ts/.test(url))
        t.equal(libraries.length > 0, endpoint !== '', libraries.join('\n'))
        const refusal = said.split('\n').find((line) => line.includes('request denied'))
        t.ok(refusal)
        t.equal(/"trace_id":"[0-9a-f]{32}","span_id":/.test(refusal ?? ''), endpoint !== '', refusal ?? '')
      }),
    )
    t.ok(takes.spans().some(({ name }) => name === 'mobile-gateway'))
    t.equal(hangs.headers.length, 1)
  },
)

t.test('settings: what is wrong is told together and ends the start, what is disabled traces nothing', async (t) => {
  const wrong = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_TRACES_SAMPLER: 'some',
    OTEL_TRACES_SAMPLER_ARG: '7',
  }
  const said = /ENDPOINT is the http.*\n.*PROTOCOL has to be http\/json.*\n.*SAMPLER is one of.*\n.*ARG is a share/
  t.throws(() => readTracing(wrong), said)
  const child = spawn(process.execPath, [MAIN, '--socket', join(tmpdir(), 'never.sock')], {
    env: { ...process.env, ...wrong },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  t.not((await once(child, 'close'))[0], 0)
  t.match(errors, said)
  t.notMatch(errors, /\n +at /, 'and no stack')
  t.equal(readTracing({}), undefined)
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector', OTEL_RESOURCE_ATTRIBUTES: 'team=phones' }
  t.match(readTracing(settings), { attributes: { 'service.name': 'gateway', team: 'phones' } })
  t.equal(readTracing({ ...settings, OTEL_SDK_DISABLED: 'true' }), undefined)
})
