// The dashboard and the alert rules: a real Prometheus that scrapes both processes takes each query, and knows each metric in it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { listenForMetrics } from '../../auth-server/src/metrics/listener.ts'
import { Browser } from '../../auth-server/test/support/browser.ts'
import { authorizeUrl, logIn, obtainTokens, pkcePair } from '../../auth-server/test/support/phone.ts'
import { testServer, USER } from '../../auth-server/test/support/server.ts'
import { listenForMetrics as listenForGateway } from '../../kong-plugins/src/metrics/listener.ts'
import { createRegistry } from '../../kong-plugins/src/metrics/registry.ts'
import { createSigningKey, gatewayConfig, startKeyServer } from '../../kong-plugins/test/support/issuer.ts'
import { startPluginServer } from '../../kong-plugins/test/support/plugin-server.ts'
import { freePort } from '../stack/ports.ts'
import { waitUntil } from '../stack/wait.ts'
import { findPrometheus } from '../testing/optional-parts.ts'
import { ROOT } from './support/documents.ts'

t.setTimeout(120_000)

const FOLDER = join(ROOT, 'scripts/monitoring')
const program = findPrometheus()
const skip = program === undefined && 'Prometheus is not installed: apt-get install prometheus (Debian)'

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

interface Example {
  readonly rule_files: readonly string[]
  readonly scrape_configs: readonly { readonly job_name: 'auth-server' | 'plugin-server' }[]
}

/** Every query of both files, with where it stands. */
async function queries(): Promise<readonly (readonly [where: string, query: string])[]> {
  const { panels }: { panels: readonly Panel[] } = JSON.parse(await readFile(join(FOLDER, 'dashboard.json'), 'utf8'))
  const rules = await readFile(join(FOLDER, 'rules.yml'), 'utf8')
  return [
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [`panel ${title}`, expr] as const)),
    ...[...rules.matchAll(/- alert: (\w+)\n +expr: (.+)\n/g)].map(
      ([, name, expr = '']) => [`alert ${name}`, expr] as const,
    ),
  ]
}

t.test('each query runs, and asks for what is there', { skip }, async (t) => {
  const server = await testServer(t)
  await obtainTokens(server.app)
  const browser = new Browser(server.app)
  await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)), {
    ...USER,
    password: 'a wrong password',
  })
  const auth = await listenForMetrics({ host: '127.0.0.1', port: 0 }, server.deps.metrics, server.db, server.app.log)
  t.teardown(() => auth.close())
  const plugins = await startPluginServer(t)
  const kong = plugins.connect()
  const keys = await startKeyServer(t, await createSigningKey())
  t.match(await kong.access(await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri)), {}), { status: 401 })
  const registry = createRegistry(plugins.services, { events: plugins.events, instances: new Map() })
  const gateway = await listenForGateway(
    { host: '127.0.0.1', port: 0 },
    { registry, whatIsMissing: () => [], log: plugins.services.log },
  )
  t.teardown(() => gateway.close())

  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const addresses = { 'auth-server': auth.url, 'plugin-server': gateway.url }
  // As the example has it, but for the addresses and the pace.
  const example: Example = parse(await readFile(join(FOLDER, 'prometheus.yml'), 'utf8'))
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: example.rule_files.map((file) => join(FOLDER, file)),
    scrape_configs: example.scrape_configs.map(({ job_name }) => ({
      job_name,
      static_configs: [{ targets: [new URL(addresses[job_name]).host] }],
    })),
  }
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const port = await freePort()
  const args = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`]
  const child = spawn(program ?? '', [...args, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  t.teardown(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
    return Object(await answer.json())
  }
  const run = (query: string) => ask(`query?query=${encodeURIComponent(query)}`)
  const scraped = () =>
    run('up == 1').then(
      ({ data }) => data.result.length === 2,
      () => false,
    )
  t.ok(await waitUntil(scraped, { timeoutMillis: 60_000 }), said.slice(-2000))

  const { data: known } = await ask('targets/metadata')
  const names = new Set<string>(known.map(({ metric }: { metric: string }) => metric))
  const all = await queries()
  t.ok(all.length > 40)
  for (const [where, query] of all) {
    t.match(await run(query), { status: 'success', data: { resultType: 'vector' } }, `${where}: ${query}`)
    const asked = [...query.matchAll(/\b(?:mobile_gateway|nodejs|process)_\w+/g)].map(([name]) =>
      name.replace(/_bucket$/, ''),
    )
    t.strictSame(
      asked.filter((name) => !names.has(name)),
      [],
      where,
    )
    // But for what went wrong on our side: nothing has.
    for (const [selector] of query.matchAll(/\b\w+\{(?!status=~)[^}]*\}/g))
      t.not((await run(selector)).data.result.length, 0, `${where}: there is ${selector}`)
  }
  t.match(await run('sum(mobile_gateway_auth_tokens_issued_total)'), { data: { result: [{ value: { 1: '1' } }] } })

  const evaluated = async () => {
    const { data } = await ask('rules')
    const rules = data.groups.flatMap(({ rules }: { rules: readonly object[] }) => rules)
    return rules.length > 10 && rules.every(({ health }: { health?: string }) => health === 'ok') ? rules : undefined
  }
  t.ok(
    await waitUntil(async () => (await evaluated()) !== undefined, { timeoutMillis: 30_000 }),
    'each rule is evaluated',
  )
  await auth.close()
  const pending = async () => {
    const rules: readonly { name: string; state: string }[] = (await evaluated()) ?? []
    return rules.some(({ name, state }) => name === 'AuthServerDown' && state !== 'inactive')
  }
  t.ok(await waitUntil(pending, { timeoutMillis: 30_000 }), 'and one that has to fire begins to')
})

t.test('what a query sorts by is a label of what it asks for', async (t) => {
  const server = await testServer(t)
  const auth = await listenForMetrics({ host: '127.0.0.1', port: 0 }, server.deps.metrics, server.db, server.app.log)
  t.teardown(() => auth.close())
  const plugins = await startPluginServer(t)
  const registry = createRegistry(plugins.services, { events: plugins.events, instances: new Map() })
  const ours = [...server.deps.metrics.registry.getMetricsAsArray(), ...registry.getMetricsAsArray()]
  const labels = new Map(ours.map((metric) => [metric.name, Object(metric).labelNames as readonly string[]]))
  for (const [where, query] of await queries()) {
    const asked = [...query.matchAll(/\bmobile_gateway_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''))
    const known = new Set(['job', 'instance', 'le', ...asked.flatMap((name) => labels.get(name) ?? [])])
    const sorted = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/\s*,\s*/))
    const matched = [...query.matchAll(/(\w+)=~?"/g)].map(([, name = '']) => name)
    t.strictSame(
      [...sorted, ...matched].filter((name) => !known.has(name)),
      [],
      `${where}: ${query}`,
    )
  }
})

t.test('every metric of ours is on the dashboard or in a rule, but those that only explain others', async (t) => {
  const text = (await queries()).map(([, query]) => query).join('\n')
  const server = await testServer(t)
  const plugins = await startPluginServer(t)
  const registry = createRegistry(plugins.services, { events: plugins.events, instances: new Map() })
  const ours = [...server.deps.metrics.registry.getMetricsAsArray(), ...registry.getMetricsAsArray()]
  const names = ours.map(({ name }) => name).filter((name) => name.startsWith('mobile_gateway_'))
  t.ok(names.length > 15)
  const missing = names.filter((name) => !new RegExp(`\\b${name}(?:_bucket)?\\b`).test(text))
  t.strictSame(missing.sort(), [
    'mobile_gateway_counter_keys',
    'mobile_gateway_instances',
    'mobile_gateway_jwks_fetch_failures_total',
    'mobile_gateway_revocations',
    'mobile_gateway_token_cache_entries',
  ])
})
