// npm start: the whole road on this machine, until Ctrl-C.
import { parseArgs } from 'node:util'
import { welcome } from './dev/welcome.ts'
import { chooseGateway, GatewayProblem } from './stack/choose-gateway.ts'
import { readStackEnvironment } from './stack/environment.ts'
import { PortProblem } from './stack/ports.ts'
import { DataFolderInUse } from './stack/postgres.ts'
import { startStack } from './stack/stack.ts'

const usage = `npm start -- [--gateway kong|embedded]

Starts a database, the auth server, a demo API, the plugin server and the gateway.

  --gateway kong|embedded   which gateway to use; default: Kong where \`kong\` is on PATH, otherwise the embedded one
  --help                    this text

Environment:
  AUTH_PORT      port of the auth server, default 4000
  API_PORT       port of the demo API, default 3000
  GATEWAY_PORT   port of the gateway, default 8000
  DATA_DIR       folder for the database and the secrets, default .data
  DATABASE_URL   an existing PostgreSQL instead of the embedded one
  LOG_LEVEL      how much the servers log: trace, debug, info, warn (default), error
`

/** Mistakes that a message explains better than a stack trace does. */
const explained = [PortProblem, GatewayProblem, DataFolderInUse]

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  const started = performance.now()
  const flags = readFlags(args)
  if (flags === undefined) return 2
  if (flags.help) {
    console.log(usage)
    return 0
  }
  const stopAsked = new Promise<'signal'>((done) => {
    // one Ctrl-C may arrive twice (from the terminal and from npm), so a second signal changes nothing
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done('signal'))
  })
  const { promise: broken, resolve: giveUp } = Promise.withResolvers<string>()
  try {
    const environment = readStackEnvironment(process.env)
    const gateway = chooseGateway(flags.gateway)
    console.log(`Starting, with ${gateway === 'kong' ? 'Kong' : 'the embedded gateway'}…`)
    // while starting and stopping, what the servers say only repeats what we say; a failure brings it along
    let talking = process.env.LOG_LEVEL !== undefined
    const stack = await startStack({
      gateway,
      ports: environment.ports,
      dataDir: environment.dataDir,
      databaseUrl: environment.databaseUrl,
      logLevel: process.env.LOG_LEVEL || 'warn',
      onProgress: (line) => console.log(`  ${line}`),
      onLine: (name, line) => talking && console.log(`[${name}] ${line}`),
      onConfigEdit: (line) => console.log(line),
      supervision: { tell: (text) => console.log(text), giveUp },
    })
    console.log(welcome({ stack, environment, gateway, seconds: (performance.now() - started) / 1000 }))
    talking = true
    const reason = await Promise.race([stopAsked, broken])
    talking = process.env.LOG_LEVEL !== undefined
    console.log(reason === 'signal' ? '\nStopping…' : `\n${reason} Stopping the rest…`)
    await stack.stop()
    console.log('Stopped.')
    return reason === 'signal' ? 0 : 1
  } catch (error) {
    const plain = explained.some((kind) => error instanceof kind)
    console.error(`\n${plain || !(error instanceof Error) ? messageOf(error) : `Could not start: ${error.message}`}\n`)
    return 1
  }
}

function readFlags(args: string[]): { gateway: string | undefined; help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: { gateway: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    })
    return { gateway: values.gateway, help: values.help }
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`)
    return undefined
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
