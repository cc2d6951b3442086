// Command line of the embedded gateway.

import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { withoutBrackets } from '@mobile-api-gateway/sdk/network.ts'
import { readTracing } from '@mobile-api-gateway/sdk/tracing/settings.ts'
import { pino } from 'pino'
import { startGateway } from './gateway.ts'

const USAGE = `Usage: npm run gateway -- --socket PATH [--config kong.yml] [--port 8000] [--host 127.0.0.1]
                          [--plugin-timeout MILLISECONDS] [--about TEXT]

  --socket          where the plugin server listens
  --config          the gateway file; kong.yml without it
  --port, --host    where to listen; 8000 on this machine only
  --plugin-timeout  longest wait for an answer of the plugin server (3000)
  --about           what whoever opens / is told where no route leads
  --help            this text
`

const OPTIONS = {
  config: { type: 'string', default: 'kong.yml' },
  port: { type: 'string', default: '8000' },
  host: { type: 'string', default: '127.0.0.1' },
  socket: { type: 'string' },
  'plugin-timeout': { type: 'string', default: '3000' },
  about: { type: 'string' },
} as const

interface GivenOptions {
  readonly config: string
  readonly port: string
  readonly host: string
  readonly socket?: string | undefined
  readonly 'plugin-timeout': string
  readonly about?: string | undefined
}

/** @throws {UsageError} when an option is none */
function readOptions({ config, socket: socketPath, ...given }: GivenOptions) {
  const host = withoutBrackets(given.host)
  if (socketPath === undefined) throw new UsageError('--socket is missing')
  const [port, pluginReadTimeoutMillis] = [Number(given.port), Number(given['plugin-timeout'])]
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError('--port must be a port number')
  if (!(pluginReadTimeoutMillis > 0)) throw new UsageError('--plugin-timeout must be a number of milliseconds')
  return { config, socketPath, port, host, pluginReadTimeoutMillis, about: given.about }
}

await runCommand({ usage: USAGE, options: OPTIONS }, async ({ values }) => {
  const options = readOptions(values)
  const logger = pino({ name: 'gateway', level: process.env.LOG_LEVEL ?? 'info' }, pino.destination(2))
  // An error that nobody caught is a bug of ours and told as one, but one faulty exchange must not end all others.
  process.on('uncaughtException', (cause) => logger.error({ err: cause }, 'uncaught exception'))
  process.on('unhandledRejection', (cause) => logger.error({ err: cause }, 'unhandled rejection'))
  // As the plugin server of the same environment makes them.
  const namesTraces = readTracing(process.env, 'gateway') !== undefined
  const gateway = await startGateway({ ...options, logger, namesTraces, watch: true })
  process.stdout.write(`embedded gateway listening on ${gateway.url}\n`)
  let closing = false
  const stop = (): void => {
    if (closing) return
    closing = true
    void gateway.close().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return 0
})
if (process.exitCode) process.exit() // whatever was begun before it failed
