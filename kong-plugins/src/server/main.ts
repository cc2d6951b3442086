// Starts the plugin server (`--socket PATH`), or describes the plugins to Kong on stdout (`--dump [NAME]`).
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { PLUGINS } from '../plugins.ts'
import { createServices } from '../services.ts'
import { dump } from './dump.ts'
import { createKongServer } from './kong-server.ts'
import { listen } from './listener.ts'

const USAGE = 'usage: main.ts --socket PATH | --dump [NAME]'

function printDump(name: string | undefined): void {
  const chosen = name === undefined ? PLUGINS : PLUGINS.filter((plugin) => plugin.name === name)
  if (chosen.length === 0) throw new Error(`no plugin is called ${name}`)
  process.stdout.write(`${JSON.stringify(dump(chosen), null, 2)}\n`)
}

async function serve(socketPath: string): Promise<void> {
  const log = pino({ level: process.env.LOG_LEVEL ?? 'info' })
  // One faulty request or background refresh must not take the gate down for all others.
  process.on('uncaughtException', (cause) => log.error({ err: cause }, 'uncaught exception'))
  process.on('unhandledRejection', (cause) => log.error({ err: cause }, 'unhandled rejection'))

  const services = createServices(log)
  const listener = await listen(socketPath, createKongServer(PLUGINS, services), log)
  log.info({ socket: socketPath, plugins: PLUGINS.map((plugin) => plugin.name) }, 'plugin server listens')

  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return
    stopping = true
    void listener.close().then(() => {
      services.keySources.close()
      services.redis.close()
      services.standings.close()
      log.info({ signal }, 'plugin server stopped')
      process.exit(0)
    })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { socket: { type: 'string' }, dump: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  if (values.dump) return printDump(positionals[0])
  if (values.socket === undefined) throw new Error(USAGE)
  return serve(values.socket)
}

main().catch((cause: unknown) => {
  process.stderr.write(`${cause instanceof Error ? cause.message : cause}\n`)
  process.exit(1)
})
