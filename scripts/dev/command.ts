// npm start: everything on this machine, until Ctrl-C.

import { lineOf } from '@mobile-api-gateway/auth-server/logger/lines.ts'
import { runCommand, sentenceOf } from '@mobile-api-gateway/sdk/command-line.ts'
import { chooseGateway, GatewayProblem } from '../stack/choose-gateway.ts'
import { readStackEnvironment } from '../stack/environment.ts'
import { PortProblem } from '../stack/ports.ts'
import { DataFolderInUse } from '../stack/postgres.ts'
import { PublicUrlProblem, readPublicUrls } from '../stack/public-urls.ts'
import { startStack } from '../stack/stack.ts'
import { welcome } from './welcome.ts'

const USAGE = `Usage: npm start -- [--gateway kong|embedded] [--public-url https://… --public-gateway-url https://…]

Starts a database, the auth server, a demo API, the plugin server and the gateway.

  --gateway kong|embedded   which gateway to use; default: Kong where \`kong\` is on PATH, otherwise the embedded one
  --public-url https://…    where phones elsewhere reach the auth server (a tunnel, a proxy with a certificate);
  --public-gateway-url …    and where the gateway. See auth-server/docs/phones.md
  --help                    this text

Environment:
  AUTH_PORT      port of the auth server, default 4000
  API_PORT       port of the demo API, default 3000
  GATEWAY_PORT   port of the gateway, default 8000
  DATA_DIR       folder for the database and the secrets, default .data
  DATABASE_URL   an existing PostgreSQL instead of the embedded one; DATABASE_POOLER=transaction behind such a PgBouncer
  LOG_LEVEL      how much the servers log: trace, debug, info, warn, error; by default each step of the auth server
`

/** Mistakes that a message explains better than a stack trace does. */
const EXPLAINED = [PublicUrlProblem, PortProblem, GatewayProblem, DataFolderInUse]

const OPTIONS = {
  gateway: { type: 'string' },
  'public-url': { type: 'string' },
  'public-gateway-url': { type: 'string' },
} as const

await runCommand({ usage: USAGE, options: OPTIONS }, ({ values }) =>
  main(values.gateway, { auth: values['public-url'], gateway: values['public-gateway-url'] }),
)

async function main(
  askedGateway: string | undefined,
  askedUrls: Readonly<{ auth: string | undefined; gateway: string | undefined }>,
): Promise<number> {
  const started = performance.now()
  const stopping = new AbortController()
  const stopAsked = new Promise<'signal'>((done) => {
    stopping.signal.addEventListener('abort', () => {
      console.log('\nStopping…')
      done('signal')
    })
  })
  // one Ctrl-C may arrive twice (from the terminal and from npm), so a second signal changes nothing
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())
  const { promise: broken, resolve: giveUp } = Promise.withResolvers<string>()
  try {
    const environment = readStackEnvironment(process.env)
    const gateway = chooseGateway(askedGateway)
    const publicUrls = readPublicUrls(askedUrls)
    console.log(`Starting, with ${gateway === 'kong' ? 'Kong' : 'the embedded gateway'}…`)
    // while starting and stopping, what the servers say only repeats what we say; a failure brings it along
    let talking = process.env.LOG_LEVEL !== undefined
    const stack = await startStack({
      gateway,
      ports: environment.ports,
      dataDir: environment.dataDir,
      databaseUrl: environment.databaseUrl,
      publicUrls,
      commandPrefix: environment.prefix,
      ...(process.env.LOG_LEVEL && { logLevel: process.env.LOG_LEVEL }),
      onProgress: (line) => console.log(`  ${line}`),
      onLine: (name, line) => talking && say(name, line),
      onConfigEdit: (line) => console.log(line),
      signal: stopping.signal,
      supervision: { tell: (text) => console.log(text), giveUp },
    })
    console.log(welcome({ stack, environment, gateway, publicUrls, seconds: (performance.now() - started) / 1000 }))
    talking = true
    const reason = await Promise.race([stopAsked, broken])
    talking = process.env.LOG_LEVEL !== undefined
    if (reason !== 'signal') console.log(`\n${reason} Stopping the rest…`)
    await stack.stop()
    console.log('Stopped.')
    return reason === 'signal' ? 0 : 1
  } catch (error) {
    if (stopping.signal.aborted) {
      console.log('Stopped.')
      return 0
    }
    const plain = EXPLAINED.some((kind) => error instanceof kind)
    console.error(`\n${plain ? '' : 'Could not start: '}${sentenceOf(error)}\n`)
    return 1
  }
}

/** What a server prints is meant for a terminal, or for machines: then it is put into words. */
function say(name: string, line: string): void {
  const text = process.env.LOG_LEVEL === undefined && isChatter(name, line) ? undefined : lineOf(line)
  if (text !== undefined) console.log(`[${name}] ${text}`)
}

/** Of the plugin server nothing is told but warnings, and why calls were refused, which it says at pino's level 20. */
function isChatter(name: string, line: string): boolean {
  return name === 'plugin server' && /^\{"level":[123]0,/.test(line) && !line.includes('"msg":"request denied"')
}
