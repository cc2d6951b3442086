// Command line of the embedded gateway.
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { startGateway } from './life/gateway.ts'

const USAGE = `Usage: npm run gateway -- --socket PATH [--config kong.yml] [--port 8000] [--host 127.0.0.1]
                          [--plugin-timeout MILLISECONDS]

  --socket          where the plugin server listens
  --config          the gateway file; kong.yml without it
  --port, --host    where to listen; 8000 on this machine only
  --plugin-timeout  longest wait for an answer of the plugin server (3000)
  --help            this text
`

function fail(message: string, code = 1): never {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}

function readArguments(): { config: string; socketPath: string; port: number; host: string; timeout: number } {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: 'kong.yml' },
      port: { type: 'string', default: '8000' },
      host: { type: 'string', default: '127.0.0.1' },
      socket: { type: 'string' },
      'plugin-timeout': { type: 'string', default: '3000' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    process.exit(0)
  }
  const { config, socket: socketPath } = values
  const host = values.host.replace(/^\[(.*)\]$/, '$1') // an IPv6 address as it stands in a URL
  if (socketPath === undefined) throw new Error('--socket is missing')
  const [port, timeout] = [Number(values.port), Number(values['plugin-timeout'])]
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port must be a port number')
  if (!(timeout > 0)) throw new Error('--plugin-timeout must be a number of milliseconds')
  return { config, socketPath, port, host, timeout }
}

async function main(): Promise<void> {
  let given: ReturnType<typeof readArguments>
  try {
    given = readArguments()
  } catch (error) {
    fail(`${error instanceof Error ? error.message : error}\n\n${USAGE}`, 2)
  }
  const { timeout, ...options } = given
  const logger = pino({ name: 'gateway', level: process.env.LOG_LEVEL ?? 'info' }, pino.destination(2))
  // An error that nobody caught is a bug of ours and told as one, but one faulty exchange must not end all others.
  process.on('uncaughtException', (cause) => logger.error({ err: cause }, 'uncaught exception'))
  process.on('unhandledRejection', (cause) => logger.error({ err: cause }, 'unhandled rejection'))
  const gateway = await startGateway({ ...options, logger, pluginReadTimeoutMillis: timeout, watch: true }).catch(
    (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
  )
  process.stdout.write(`embedded gateway listening on ${gateway.url}\n`)
  let closing = false
  const stop = (): void => {
    if (closing) return
    closing = true
    void gateway.close().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

await main()
