// The command line of the plugin server: `--socket PATH`, watched at `--metrics HOST:PORT`, or `--dump [NAME]` for Kong.
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { pino } from 'pino'
import { logOptions } from '../log-options.ts'
import { listenForMetrics, type MetricsAddress, readMetricsAddress, type WatchListener } from '../metrics/listener.ts'
import { whatIsMissing } from '../metrics/readiness.ts'
import { createRegistry } from '../metrics/registry.ts'
import { reportPlanLimits } from '../plan-limits/reporter.ts'
import { PLUGINS } from '../plugins.ts'
import { createServices } from '../services.ts'
import { openTracing, readTracing } from '../tracing/open-tracing.ts'
import { reportUsage } from '../usage/reporter.ts'
import { dump } from './dump.ts'
import { createKongServer } from './kong-server.ts'
import { listen } from './listener.ts'
import { useProxies } from './outgoing-proxy.ts'
import { isAlive } from './socket-file.ts'

const USAGE = `Usage: npm run plugin-server -- --socket PATH [--metrics HOST:PORT] | --dump [NAME]

  --socket   Unix socket on which Kong finds the plugins
  --metrics  serves /metrics, /health/live and /health/ready at this address; METRICS_LISTEN without it
  --dump     describes the plugins, or this one, to Kong on stdout, and ends
  --help     this text
`

/** How long a predecessor may keep the address of its metrics, in milliseconds. */
const METRICS_FREE_WITHIN_MILLIS = 60_000

type OpenMetrics = () => Promise<WatchListener>

function printDump(name: string | undefined): void {
  const chosen = name === undefined ? PLUGINS : PLUGINS.filter((plugin) => plugin.name === name)
  if (chosen.length === 0) throw new UsageError(`no plugin is called ${name}`)
  process.stdout.write(`${JSON.stringify(dump(chosen), null, 2)}\n`)
}

async function serve(socketPath: string, metrics: MetricsAddress | undefined): Promise<void> {
  const traces = readTracing(process.env)
  const log = pino(logOptions(process.env.LOG_LEVEL ?? 'info', traces !== undefined))
  // One faulty request or background refresh must not end the process for all others.
  process.on('uncaughtException', (cause) => log.error({ err: cause }, 'uncaught exception'))
  process.on('unhandledRejection', (cause) => log.error({ err: cause }, 'unhandled rejection'))

  useProxies(process.env)
  const tracing = await openTracing(traces, log)
  const services = createServices(log, { tellsRequests: process.env.DEVELOPMENT === 'true' })
  const server = createKongServer(PLUGINS, services)
  const reporter = reportPlanLimits(services, nodeName(socketPath))
  const usage = reportUsage(services, usageEveryMillis(process.env.USAGE_EVERY_SECONDS))
  const shown = { log, registry: createRegistry(services, server), whatIsMissing: () => whatIsMissing(services) }
  const openMetrics: OpenMetrics | undefined = metrics && (() => listenForMetrics(metrics, shown))
  // An address that cannot be had is told before anything is taken over.
  let watched = await openMetrics?.().catch(async (error: unknown) => {
    if (isInUse(error) && (await isAlive(socketPath))) return undefined // by our predecessor, probably
    throw error
  })
  const listener = await listen(socketPath, server, services).catch(async (error: unknown) => {
    await watched?.close()
    throw error
  })
  const watching = (watched ? Promise.resolve(watched) : openMetrics && openWhenFree(openMetrics))?.then(
    (opened) => {
      watched = opened
      log.info({ url: opened.url }, 'metrics and health')
    },
    (cause: unknown) => log.error({ err: cause }, 'no metrics and health: their address is in use'),
  )

  let stopping = false
  const stop = (why: object): void => {
    if (stopping) return
    stopping = true
    void listener.close().then(async () => {
      reporter.close()
      services.keySources.close()
      services.redis.close()
      services.standings.close()
      await Promise.all([usage.close(), watched?.close()])
      await tracing?.close()
      log.info(why, 'plugin server stopped')
      process.exit(0)
    })
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop({ signal }))
  void listener.replaced.then(() => stop({ successor: true }))
  if (watched) await watching
  log.info({ socket: socketPath, plugins: server.plugins }, 'plugin server listens')
}

async function openWhenFree(open: OpenMetrics): Promise<WatchListener> {
  const deadline = performance.now() + METRICS_FREE_WITHIN_MILLIS
  while (true) {
    try {
      return await open()
    } catch (error) {
      if (!isInUse(error) || performance.now() > deadline) throw error
      await delay(50)
    }
  }
}

/** What auth servers know this plugin server by: the same after a restart, and another one's beside it. */
function nodeName(socketPath: string): string {
  return (process.env.GATEWAY_NODE || `${hostname()} ${socketPath}`).slice(0, 255)
}

/** @throws {UsageError} when it is none */
function usageEveryMillis(seconds: string | undefined): number {
  const every = Number(seconds || 60)
  if (!Number.isInteger(every) || every < 1 || every > 3600)
    throw new UsageError('USAGE_EVERY_SECONDS has to be a number of seconds from 1 to 3600')
  return every * 1000
}

function isInUse(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
}

const OPTIONS = {
  socket: { type: 'string' },
  metrics: { type: 'string' },
  dump: { type: 'boolean', default: false },
} as const

await runCommand({ usage: USAGE, options: OPTIONS, allowPositionals: true }, async ({ values, positionals }) => {
  if (values.dump) printDump(positionals[0])
  else if (values.socket === undefined) throw new UsageError('--socket is missing')
  else {
    const metrics = values.metrics ?? process.env.METRICS_LISTEN
    await serve(values.socket, metrics ? readMetricsAddress(metrics) : undefined)
  }
  return 0
})
if (process.exitCode) process.exit() // whatever was begun before it failed
