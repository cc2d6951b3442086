// The gateway's process: Kong with our plugins, or the embedded one.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KONG_CHATTER, kongErrorLog, nginxPid, prepareKong, reloadKong } from './kong.ts'
import type { ProcessSpec } from './processes.ts'
import { answersHttp } from './readiness.ts'
import type { loadSecrets } from './secrets.ts'
import type { StackOptions } from './stack-options.ts'
import type { StackUrls } from './urls.ts'

const root = join(import.meta.dirname, '..', '..')

/** What a gateway needs to know of the stack around it. */
export interface GatewaySurroundings {
  readonly options: StackOptions
  readonly urls: StackUrls
  readonly secrets: Awaited<ReturnType<typeof loadSecrets>>
  readonly pluginSocket: string
  readonly configPath: string
  readonly runtimeDir: string
}

/** A gateway's process, and how it is told to read its configuration anew where it does not notice by itself. */
export interface DescribedGateway {
  readonly spec: ProcessSpec
  readonly reload: () => Promise<void>
}

/** @param pluginServer the command that describes the plugins */
export function describeGateway(
  around: GatewaySurroundings,
  pluginServer: readonly [string, ...string[]],
): Promise<DescribedGateway> {
  const { options, pluginSocket } = around
  const cabled = { ...around, pluginSocket: options.gatewaySocket ?? pluginSocket }
  return options.gateway === 'kong' ? describeKong(cabled, pluginServer) : Promise.resolve(describeEmbedded(cabled))
}

async function describeKong(
  { options, secrets, configPath, pluginSocket, runtimeDir }: GatewaySurroundings,
  pluginServer: readonly [string, ...string[]],
): Promise<DescribedGateway> {
  const port = options.ports.gateway
  const prepared = await prepareKong({ configPath, port, pluginSocket, prefix: runtimeDir, pluginServer })
  // kong.yml refers to it: {vault://env/gateway-client-secret}
  const env = { ...prepared, GATEWAY_CLIENT_SECRET: secrets.GATEWAY_CLIENT_SECRET }
  return {
    spec: {
      name: 'gateway (Kong)',
      command: 'kong',
      args: ['start'],
      env,
      cwd: root,
      ready: () => answersHttp(`http://127.0.0.1:${port}/`),
      leader: () => nginxPid(runtimeDir),
      lastWords: () => readFile(kongErrorLog(runtimeDir), 'utf8').catch(() => ''),
      chatter: KONG_CHATTER,
    },
    reload: () => reloadKong(runtimeDir, env),
  }
}

/** For whoever opens the gateway's address as it stands in the terminal. */
function aboutOf({ issuer, resource }: StackUrls): string {
  return `This is the gateway. Its API is at ${resource}, for calls with a token; ${issuer}/ says how to get one`
}

function describeEmbedded({ options, urls, secrets, configPath, pluginSocket }: GatewaySurroundings): DescribedGateway {
  const port = options.ports.gateway
  const args = ['--config', configPath, '--port', String(port), '--host', '127.0.0.1', '--socket', pluginSocket]
  args.push('--about', aboutOf(urls))
  return {
    spec: {
      name: 'gateway (embedded)',
      command: process.execPath,
      args: [join(root, 'kong-plugins', 'gateway', 'main.ts'), ...args],
      env: {
        ...process.env,
        LOG_LEVEL: options.logLevel ?? 'warn',
        GATEWAY_CLIENT_SECRET: secrets.GATEWAY_CLIENT_SECRET,
      },
      cwd: root,
      ready: () => answersHttp(`http://127.0.0.1:${port}/`),
    },
    reload: async () => {},
  }
}
