// npm start: everything on this machine, until Ctrl-C.
import { runCommand, sentenceOf } from '@mobile-api-gateway/sdk/command-line.ts'
import { welcome } from './dev/welcome.ts'
import { chooseGateway, GatewayProblem } from './stack/choose-gateway.ts'
import { readStackEnvironment } from './stack/environment.ts'
import { PortProblem } from './stack/ports.ts'
import { DataFolderInUse } from './stack/postgres.ts'
import { startStack } from './stack/stack.ts'

const USAGE = `Usage: npm start -- [--gateway kong|embedded]

Starts a database, the auth server, a demo API, the plugin server and the gateway.

  --gateway kong|embedded   which gateway to use; default: Kong where \`kong\` is on PATH, otherwise the embedded one
  --help                    this text

Environment:
  AUTH_PORT      port of the auth server, default 4000
  API_PORT       port of the demo API, default 3000
  GATEWAY_PORT   port of the gateway, default 8000
  DATA_DIR       folder for the database and the secrets, default .data
  DATABASE_URL   an existing PostgreSQL instead of the embedded one; DATABASE_POOLER=transaction behind such a PgBouncer
  LOG_LEVEL      how much the servers log: trace, debug, info, warn (default), error
`

/** Mistakes that a message explains better than a stack trace does. */
const EXPLAINED = [PortProblem, GatewayProblem, DataFolderInUse]

await runCommand({ usage: USAGE, options: { gateway: { type: 'string' } } }, ({ values }) => main(values.gateway))

async function main(askedGateway: string | undefined): Promise<number> {
  const started = performance.now()
  const stopAsked = new Promise<'signal'>((done) => {
    // one Ctrl-C may arrive twice (from the terminal and from npm), so a second signal changes nothing
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done('signal'))
  })
  const { promise: broken, resolve: giveUp } = Promise.withResolvers<string>()
  try {
    const environment = readStackEnvironment(process.env)
    const gateway = chooseGateway(askedGateway)
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
    const plain = EXPLAINED.some((kind) => error instanceof kind)
    console.error(`\n${plain ? '' : 'Could not start: '}${sentenceOf(error)}\n`)
    return 1
  }
}
