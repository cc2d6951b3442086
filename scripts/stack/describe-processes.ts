// The processes of a stack: what each is started with, and when it counts as ready.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { COMPILE_CACHE } from '@mobile-api-gateway/sdk/compile-cache.ts'
import { DEMO } from '../demo/known.ts'
import { describeGateway, type GatewaySurroundings } from './describe-gateway.ts'
import { type ManagedProcess, manageProcess, type ProcessEnd, type ProcessSpec } from './processes.ts'
import { answersHttp, answersPluginCalls } from './readiness.ts'
import type { StackProcesses } from './stack-options.ts'
import type { Part } from './supervise.ts'

const root = join(import.meta.dirname, '..', '..')

/** What the processes are told of each other. */
export interface StackSurroundings extends GatewaySurroundings {
  readonly died: (part: Part, end: ProcessEnd) => void
  readonly databaseUrl: string
  /** The catalogue with the addresses of this machine. */
  readonly cataloguePath: string
}

/** The processes, not yet started. */
export interface DescribedProcesses {
  readonly processes: StackProcesses
  /** Has the gateway read its configuration anew, where it does not notice by itself. */
  readonly reload: () => Promise<void>
}

/** Whatever has the certificate stands on this machine, and says for whom it asks. */
const BEHIND_PROXY = { DEVELOPMENT: '', DEVELOPMENT_STACK: '', TRUSTED_PROXIES: '127.0.0.1,::1' } as const

/** So that figures are there before whoever made a call looks for it. */
const USAGE_EVERY_SECONDS = '2'

/** The level at which the plugin server says which calls it refuses, and why. */
const REFUSALS = { LOG_LEVEL: 'debug' }

/** What is for a developer at this machine alone. */
function developerHelps({ options, urls, pluginSocket }: StackSurroundings): NodeJS.ProcessEnv {
  const { gateway, api, resource } = urls
  const { clientId, redirectUri, loopbackRedirectUri, email, password } = DEMO
  const demo = { clientId, redirectUris: [redirectUri, loopbackRedirectUri], email, password }
  const stack = { gateway, api, resource, pluginSocket, commandPrefix: options.commandPrefix ?? '', demo }
  return {
    DEVELOPMENT: 'true',
    DEVELOPMENT_STACK: JSON.stringify(stack),
    // Mails are kept in the data folder, unless there is a server for them.
    MAIL_URL: process.env.MAIL_URL || pathToFileURL(join(options.dataDir, 'mail')).href,
  }
}

/** @throws {Error} when Kong is asked for and the plugins cannot be described */
export async function describeProcesses(around: StackSurroundings): Promise<DescribedProcesses> {
  const { options, urls, pluginSocket } = around
  const { ports, onLine } = options
  const manage = (spec: ProcessSpec): ManagedProcess => {
    const managed = manageProcess(spec, {
      ...(onLine && { onLine }),
      onUnexpectedExit: (end) => around.died(managed, end),
    })
    return managed
  }
  const common = {
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    ...process.env,
    LOG_LEVEL: options.logLevel ?? 'warn',
    HOST: '127.0.0.1',
  }
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
      env: {
        ...common,
        ...(onLine && !options.logLevel && REFUSALS),
        DEVELOPMENT: options.publicUrls ? '' : 'true',
        GATEWAY_NODE: 'npm start',
        USAGE_EVERY_SECONDS,
      },
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
        CATALOGUE_FILE: around.cataloguePath,
        ...(options.publicUrls ? BEHIND_PROXY : developerHelps(around)),
        LOG_LEVEL: options.logLevel ?? 'info',
        PORT: String(ports.auth),
        // There is no load balancer that would have to hear of the end first.
        DRAIN_SECONDS: '0',
      },
      ready: () => answersHttp(`http://127.0.0.1:${ports.auth}/health/ready`, { onlyOk: true }),
      readyTimeoutMillis: 75_000, // it waits a minute for a database
    }),
    gateway: manage(gateway.spec),
  }
  return { processes, reload: gateway.reload }
}
