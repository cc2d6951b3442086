// The whole road on one machine: database, auth server, demo API, plugin server and gateway, started and stopped in order.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { LockHeld, takeLock } from '../process-lock.mjs'
import { seedDemo } from '../seed.ts'
import { followKongYml, writeCopy } from './follow-config.ts'
import { KONG_CHATTER, kongErrorLog, nginxPid, prepareKong, reloadKong } from './kong.ts'
import { type Ports, requireFree } from './ports.ts'
import { DataFolderInUse, type Postgres, startPostgres } from './postgres.ts'
import {
  type ManagedProcess,
  manageProcess,
  type ProcessEnd,
  type ProcessEvents,
  type ProcessSpec,
} from './processes.ts'
import { answersHttp, answersPluginCalls } from './readiness.ts'
import { renderKong } from './render-kong.ts'
import { loadSecrets } from './secrets.ts'
import { type Part, type SupervisionOptions, supervise } from './supervise.ts'
import { type StackUrls, stackUrls } from './urls.ts'

/** Which gateway carries the requests. */
export type GatewayKind = 'kong' | 'embedded'

/** What to start, and where. */
export interface StackOptions {
  readonly gateway: GatewayKind
  readonly ports: Ports
  /** Holds `secrets.json`, the rendered `kong.yml` and, without `databaseUrl`, the database. */
  readonly dataDir: string
  /** An existing PostgreSQL database; none: an embedded PostgreSQL in the data folder. */
  readonly databaseUrl?: string | undefined
  /** What stands before it: the auth server's DATABASE_POOLER. */
  readonly databasePooler?: 'session' | 'transaction'
  /** false gives up crash safety of the embedded PostgreSQL for speed: for tests. Default true. */
  readonly durable?: boolean
  /** The kong.yml to render. Default: the project's. */
  readonly kongYml?: string
  /** Told of each edit of kong.yml while the stack runs; edits are followed only where this is given. */
  readonly onConfigEdit?: (line: string) => void
  /** Changes the text of kong.yml before it is rendered, e.g. to try a tighter limit. */
  readonly editKongYml?: (source: string) => string
  /** Level of the servers' logs. Default `warn`. */
  readonly logLevel?: string
  /** What the stack does, one short line per step. */
  readonly onProgress?: (line: string) => void
  /** Each line a process prints. */
  readonly onLine?: ProcessEvents['onLine']
  /** Has parts that die started again; without it the others go on, until `stop` is called. */
  readonly supervision?: SupervisionOptions
}

/** The processes, in the order in which they are started. */
export interface StackProcesses {
  readonly api: ManagedProcess
  readonly plugins: ManagedProcess
  readonly auth: ManagedProcess
  readonly gateway: ManagedProcess
}

/** A running stack. */
export interface Stack {
  readonly urls: StackUrls
  readonly databaseUrl: string
  readonly dataDir: string
  /** The plugin server's unix socket. */
  readonly pluginSocket: string
  readonly processes: StackProcesses
  /** Stops everything in reverse order; calling it again waits for the same end. */
  stop(): Promise<void>
}

const root = join(import.meta.dirname, '..', '..')

/**
 * Starts the stack and seeds the demo. When any part fails, what had been started is stopped again.
 * @throws {PortProblem}, DataFolderInUse, or an Error with the last words of the process that failed
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const steps: (() => Promise<void>)[] = []
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      for (const undo of steps.splice(0).reverse()) await undo()
    })()
    return stopped
  }
  try {
    return { ...(await start(options, (undo) => steps.push(undo))), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(options: StackOptions, onStop: (undo: () => Promise<void>) => void): Promise<Omit<Stack, 'stop'>> {
  const progress = options.onProgress ?? (() => {})
  const urls = stackUrls(options.ports)
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const release = await lockDataFolder(dataDir, options.ports)
  onStop(async () => release())
  await requireFree(options.ports)
  // sockets need short paths, and only we may reach the plugin server's
  const runtimeDir = await mkdtemp(join(tmpdir(), 'mobile-gateway-'))
  onStop(() => rm(runtimeDir, { recursive: true, force: true }))
  const pluginSocket = join(runtimeDir, 'plugins.sock')
  const secrets = await loadSecrets(join(dataDir, 'secrets.json'))
  const configPath = join(dataDir, 'kong.yml')
  const render = (source: string): string => renderKong(options.editKongYml?.(source) ?? source, urls.origins)
  const kongYml = options.kongYml ?? join(root, 'kong.yml')
  const kongYmlText = await readFile(kongYml, 'utf8')
  await writeCopy(configPath, render(kongYmlText))

  const supervisor = options.supervision && supervise(options.supervision)
  const died = (part: Part, end: ProcessEnd): void => supervisor?.died(part, end)
  const databaseUrl = options.databaseUrl ?? (await startDatabase(options, dataDir, died, onStop))
  if (options.databaseUrl === undefined) progress('PostgreSQL is up')

  const { processes, reload } = await describeProcesses({
    options,
    died,
    urls,
    databaseUrl,
    secrets,
    pluginSocket,
    configPath,
    runtimeDir,
  })
  const launch = async (managed: ManagedProcess): Promise<void> => {
    onStop(() => managed.stop())
    await managed.start()
    progress(`the ${managed.name} is up`)
  }
  await settleAll([launch(processes.api), launch(processes.plugins), launch(processes.auth)])
  await seedDemo({
    databaseUrl,
    passwordPepper: secrets.PASSWORD_PEPPER,
    resource: urls.resource,
    gatewayClientSecret: secrets.GATEWAY_CLIENT_SECRET,
  })
  await launch(processes.gateway)
  if (options.onConfigEdit !== undefined) {
    const text = kongYmlText
    const edits = followKongYml({ source: kongYml, text, copy: configPath, render, reload, tell: options.onConfigEdit })
    onStop(() => edits.close())
  }
  onStop(async () => supervisor?.stop())
  return { urls, databaseUrl, dataDir, pluginSocket, processes }
}

/** Starts PostgreSQL, again on the same port when it has died. @returns its address */
async function startDatabase(
  { durable = true, onProgress }: StackOptions,
  dataDir: string,
  died: (part: Part, end: ProcessEnd) => void,
  onStop: (undo: () => Promise<void>) => void,
): Promise<string> {
  const options = { dataDir: join(dataDir, 'postgres'), durable, ...(onProgress && { log: onProgress }) }
  let stopping = false
  let postgres: Postgres | undefined
  let starting: Promise<void> | undefined
  async function start(): Promise<void> {
    const started = await startPostgres({ ...options, ...(postgres && { port: postgres.port }) })
    postgres = started
    void started.exited.then((end) => {
      if (!stopping) died(part, { name: part.name, output: '', ...end })
    })
  }
  const part: Part = {
    name: 'PostgreSQL',
    start() {
      starting = start()
      return starting
    },
  }
  onStop(async () => {
    stopping = true
    await starting?.catch(() => {}) // told by whoever asked for it
    await postgres?.stop()
  })
  await part.start()
  if (postgres === undefined) throw new Error('PostgreSQL did not start')
  return postgres.url
}

/** One stack per data folder. @throws {PortProblem} when the other one has our ports too, else DataFolderInUse */
async function lockDataFolder(dataDir: string, ports: Ports): Promise<() => void> {
  try {
    return takeLock(join(dataDir, 'stack.lock'))
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error
    await requireFree(ports)
    throw new DataFolderInUse(
      `A stack runs on ${dataDir} already (process ${error.pid}). Stop it, or give this one another folder: DATA_DIR=…`,
    )
  }
}

/** Waits for all, also when one fails: what is still starting must be there to be stopped. */
async function settleAll(starting: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(starting)) {
    if (result.status === 'rejected') throw result.reason
  }
}

interface Surroundings {
  readonly options: StackOptions
  readonly died: (part: Part, end: ProcessEnd) => void
  readonly urls: StackUrls
  readonly databaseUrl: string
  readonly secrets: Awaited<ReturnType<typeof loadSecrets>>
  readonly pluginSocket: string
  readonly configPath: string
  readonly runtimeDir: string
}

interface Described {
  readonly processes: StackProcesses
  /** Has the gateway read its configuration anew, where it does not notice by itself. */
  readonly reload: () => Promise<void>
}

async function describeProcesses(around: Surroundings): Promise<Described> {
  const { options, urls, pluginSocket } = around
  const { ports, onLine } = options
  const manage = (spec: ProcessSpec): ManagedProcess => {
    const managed = manageProcess(spec, {
      ...(onLine && { onLine }),
      onUnexpectedExit: (end) => around.died(managed, end),
    })
    return managed
  }
  const common = { ...process.env, LOG_LEVEL: options.logLevel ?? 'warn', HOST: '127.0.0.1' }
  const node = { command: process.execPath, cwd: root }
  const pluginServer = join(root, 'kong-plugins', 'src', 'server', 'main.ts')
  const gateway = await describeGateway(around, [process.execPath, pluginServer])
  const { GATEWAY_CLIENT_SECRET: _ofTheGateway, ...authSecrets } = around.secrets
  const processes = {
    api: manage({
      ...node,
      name: 'demo API',
      args: [join(root, 'scripts', 'demo-api.ts')],
      env: { ...common, API_PORT: String(ports.api) },
      ready: () => answersHttp(`http://127.0.0.1:${ports.api}/health`),
    }),
    plugins: manage({
      ...node,
      name: 'plugin server',
      args: [pluginServer, '--socket', pluginSocket],
      env: common,
      ready: () => answersPluginCalls(pluginSocket),
    }),
    auth: manage({
      ...node,
      name: 'auth server',
      args: [join(root, 'auth-server', 'src', 'main.ts')],
      env: {
        ...common,
        ...authSecrets,
        DATABASE_URL: around.databaseUrl,
        ...(options.databasePooler && { DATABASE_POOLER: options.databasePooler }),
        ISSUER: urls.issuer,
        PORT: String(ports.auth),
        // There is no load balancer that would have to hear of the end first.
        DRAIN_SECONDS: '0',
      },
      ready: () => answersHttp(`http://127.0.0.1:${ports.auth}/health/ready`, { onlyOk: true }),
      readyTimeoutMillis: 75_000, // it waits a minute for a database
    }),
    gateway: manage(gateway),
  }
  const { runtimeDir } = around
  const reload = (): Promise<void> =>
    options.gateway === 'kong' ? reloadKong(runtimeDir, gateway.env) : Promise.resolve()
  return { processes, reload }
}

async function describeGateway(around: Surroundings, pluginServer: readonly [string, ...string[]]) {
  const { options, configPath, pluginSocket, runtimeDir } = around
  // kong.yml refers to it: {vault://env/gateway-client-secret}
  const { GATEWAY_CLIENT_SECRET } = around.secrets
  const port = options.ports.gateway
  const ready = () => answersHttp(`http://127.0.0.1:${port}/`)
  if (options.gateway === 'kong') {
    const prepared = await prepareKong({ configPath, port, pluginSocket, prefix: runtimeDir, pluginServer })
    const env = { ...prepared, GATEWAY_CLIENT_SECRET }
    const lastWords = () => readFile(kongErrorLog(runtimeDir), 'utf8').catch(() => '')
    const leader = () => nginxPid(runtimeDir)
    const chatter = KONG_CHATTER
    return {
      name: 'gateway (Kong)',
      command: 'kong',
      args: ['start'],
      env,
      cwd: root,
      ready,
      leader,
      lastWords,
      chatter,
    }
  }
  const args = ['--config', configPath, '--port', String(port), '--host', '127.0.0.1', '--socket', pluginSocket]
  return {
    name: 'gateway (embedded)',
    command: process.execPath,
    args: [join(root, 'kong-plugins', 'gateway', 'main.ts'), ...args],
    env: { ...process.env, LOG_LEVEL: options.logLevel ?? 'warn', GATEWAY_CLIENT_SECRET },
    cwd: root,
    ready,
  }
}
