// Runs a real Kong on the rendered kong.yml: configuration by environment, our plugins described by files, no database.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kongSettings, kongVariable } from './kong-settings.ts'
import { waitUntil } from './wait.ts'

const run = promisify(execFile)

/** What Kong needs to know of this machine. */
export interface KongOptions {
  readonly configPath: string
  readonly port: number
  readonly pluginSocket: string
  /** A short path (its sockets have 108 bytes at most), made when missing. */
  readonly prefix: string
  /** Starts the plugin server's entry: it also prints the plugin descriptions. */
  readonly pluginServer: readonly [command: string, ...args: string[]]
}

/**
 * Writes the plugin descriptions into the prefix and returns Kong's environment for `kong start`.
 * @throws {Error} when the plugin server's entry cannot describe its plugins
 */
export async function prepareKong(options: KongOptions): Promise<NodeJS.ProcessEnv> {
  const descriptions = join(options.prefix, 'plugin-descriptions')
  await mkdir(descriptions, { recursive: true, mode: 0o700 })
  const plugins = await describePlugins(options.pluginServer)
  const settings = kongSettings({ plugins: [...plugins.keys()], socket: options.pluginSocket, descriptions })
  const env: Record<string, string> = {
    KONG_PREFIX: join(options.prefix, 'kong'),
    KONG_DATABASE: 'off',
    KONG_DECLARATIVE_CONFIG: options.configPath,
    KONG_PROXY_LISTEN: `127.0.0.1:${options.port}`,
    KONG_ADMIN_LISTEN: 'off',
    KONG_ADMIN_GUI_LISTEN: 'off',
    KONG_STATUS_LISTEN: 'off',
    KONG_ANONYMOUS_REPORTS: 'off',
    KONG_NGINX_DAEMON: 'off',
    KONG_NGINX_WORKER_PROCESSES: '1',
    KONG_PROXY_ACCESS_LOG: 'off',
    KONG_LOG_LEVEL: 'warn',
    ...Object.fromEntries(settings.map(({ name, value }) => [kongVariable(name), value])),
  }
  // the workers' usual account could not enter our folders
  if (process.getuid?.() === 0) env.KONG_NGINX_USER = 'root root'
  for (const [name, description] of plugins) {
    await writeFile(join(descriptions, `${name}.json`), description)
  }
  return { ...withoutKongVariables(process.env), ...env }
}

/** What Kong says at every start and nobody needs to know. */
export const KONG_CHATTER = /start_command undefined for pluginserver|prefix directory .* not found|Run with --v/

/** Lines that nginx writes when the new configuration does not load; the old workers then go on. */
const FAILED_RELOAD = /init_by_lua error: .*|\[emerg\].*/

/**
 * Has a running Kong read its configuration anew: new workers take over, the old ones finish what they have begun.
 * @param env what it was started with
 * @throws {Error} when Kong does not take the configuration
 */
export async function reloadKong(prefix: string, env: NodeJS.ProcessEnv): Promise<void> {
  const log = kongErrorLog(prefix)
  const before = (await readFile(log, 'utf8').catch(() => '')).length
  const workers = await workersOf(nginxPid(prefix))
  await run('kong', ['reload'], { env })
  let said: string | undefined
  await waitUntil(
    async () => {
      said = FAILED_RELOAD.exec((await readFile(log, 'utf8').catch(() => '')).slice(before))?.[0]
      const now = await workersOf(nginxPid(prefix))
      return said !== undefined || now.some((pid) => !workers.includes(pid))
    },
    { timeoutMillis: 10_000, everyMillis: 50 },
  )
  if (said !== undefined) throw new Error(`Kong does not take it: ${said}`)
}

/** nginx's workers, those aside that only end what they have begun; none where `ps` does not tell. */
async function workersOf(master: number | undefined): Promise<string[]> {
  if (master === undefined) return []
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']).catch(() => ({ stdout: '' }))
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/))
  const isWorker = (args: readonly string[]): boolean => args.join(' ') === 'nginx: worker process'
  return rows.flatMap(([pid = '', parent, ...args]) => (parent === String(master) && isWorker(args) ? [pid] : []))
}

/** Kong's error log within a prefix. */
export function kongErrorLog(prefix: string): string {
  return join(prefix, 'kong', 'logs', 'error.log')
}

/** The process id of nginx, on which `kong start` waits; undefined when it does not run. */
export function nginxPid(prefix: string): number | undefined {
  try {
    return Number(readFileSync(join(prefix, 'kong', 'pids', 'nginx.pid'), 'utf8')) || undefined
  } catch {
    return undefined
  }
}

/** What the plugin server says of its plugins: a document per name, because Kong reads only the first plugin of each. */
async function describePlugins([command, ...args]: KongOptions['pluginServer']): Promise<Map<string, string>> {
  const { stdout } = await run(command, [...args, '--dump'])
  const { Protocol, Plugins } = asDescription(JSON.parse(stdout))
  return new Map(Plugins.map((plugin) => [plugin.Name, JSON.stringify({ Protocol, Plugins: [plugin] })]))
}

interface Description {
  readonly Protocol: unknown
  readonly Plugins: readonly { readonly Name: string }[]
}

function asDescription(value: unknown): Description {
  const hasName = (plugin: unknown): plugin is { Name: string } =>
    typeof plugin === 'object' && plugin !== null && 'Name' in plugin && typeof plugin.Name === 'string'
  if (typeof value === 'object' && value !== null && 'Protocol' in value && 'Plugins' in value) {
    const { Protocol, Plugins } = value
    if (Array.isArray(Plugins) && Plugins.every(hasName)) return { Protocol, Plugins }
  }
  throw new Error('the plugin server does not describe its plugins')
}

/** A KONG_ variable of the surrounding shell is meant for another Kong. */
function withoutKongVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('KONG_')))
}
