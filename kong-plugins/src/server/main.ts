// Starts the plugin server (`--socket PATH`, watched at `--metrics HOST:PORT`), or describes the plugins to Kong on stdout (`--dump [NAME]`).
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { listenForMetrics, type MetricsAddress, type MetricsListener, readMetricsAddress } from '../metrics/listener.ts'
import { whatIsMissing } from '../metrics/readiness.ts'
import { createRegistry, type Tables } from '../metrics/registry.ts'
import { PLUGINS } from '../plugins.ts'
import { createServices, type Services } from '../services.ts'
import { dump } from './dump.ts'
import { createKongServer } from './kong-server.ts'
import { type Listener, listen } from './listener.ts'
import { useProxies } from './outgoing-proxy.ts'

const USAGE = `Usage: npm run plugin-server -- --socket PATH [--metrics HOST:PORT] | --dump [NAME]

  --socket   Unix socket on which Kong finds the plugins
  --metrics  serves /metrics, /health/live and /health/ready at this address; METRICS_LISTEN without it
  --dump     describes the plugins, or this one, to Kong on stdout, and ends
  --help     this text
`

/** The command line is wrong. */
class UsageError extends Error {}

function printDump(name: string | undefined): void {
  const chosen = name === undefined ? PLUGINS : PLUGINS.filter((plugin) => plugin.name === name)
  if (chosen.length === 0) throw new UsageError(`no plugin is called ${name}`)
  process.stdout.write(`${JSON.stringify(dump(chosen), null, 2)}\n`)
}

async function serve(socketPath: string, metrics: MetricsAddress | undefined): Promise<void> {
  const log = pino({ level: process.env.LOG_LEVEL ?? 'info' })
  // One faulty request or background refresh must not take the gate down for all others.
  process.on('uncaughtException', (cause) => log.error({ err: cause }, 'uncaught exception'))
  process.on('unhandledRejection', (cause) => log.error({ err: cause }, 'unhandled rejection'))

  useProxies(process.env)
  const services = createServices(log)
  const server = createKongServer(PLUGINS, services)
  const listener = await listen(socketPath, server, log)
  const tables = { events: listener.events, instances: server.instances }
  const watched = metrics && (await watch(metrics, services, tables).catch((cause) => giveUp(listener, cause)))
  if (watched) log.info({ url: watched.url }, 'metrics and health')

  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return
    stopping = true
    void listener.close().then(async () => {
      services.keySources.close()
      services.redis.close()
      services.standings.close()
      await watched?.close()
      log.info({ signal }, 'plugin server stopped')
      process.exit(0)
    })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  log.info({ socket: socketPath, plugins: PLUGINS.map((plugin) => plugin.name) }, 'plugin server listens')
}

async function giveUp(listener: Listener, cause: unknown): Promise<never> {
  await listener.close()
  throw cause
}

function watch(address: MetricsAddress, services: Services, tables: Tables): Promise<MetricsListener> {
  return listenForMetrics(address, {
    registry: createRegistry(services, tables),
    whatIsMissing: () => whatIsMissing(services),
  })
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      socket: { type: 'string' },
      metrics: { type: 'string' },
      dump: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  })
  if (values.help) return void process.stdout.write(USAGE)
  if (values.dump) return printDump(positionals[0])
  if (values.socket === undefined) throw new UsageError('--socket is missing')
  const metrics = values.metrics ?? process.env.METRICS_LISTEN
  return serve(values.socket, metrics ? readMetricsAddress(metrics) : undefined)
}

main().catch((cause: unknown) => {
  const mistaken = cause instanceof UsageError || (cause instanceof TypeError && 'code' in cause)
  process.stderr.write(`${cause instanceof Error ? cause.message : cause}\n${mistaken ? `\n${USAGE}` : ''}`)
  process.exit(mistaken ? 2 : 1)
})
