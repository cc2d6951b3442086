// The processes of a benchmark: backend, auth server, plugin servers, one gateway with our plugins and one that has never heard of them.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kongErrorLog, nginxPid, prepareKong } from '../stack/kong.ts'
import { freePort } from '../stack/ports.ts'
import { type ManagedProcess, manageProcess, type ProcessSpec } from '../stack/processes.ts'
import { answersHttp, answersPluginCalls } from '../stack/readiness.ts'
import type { GatewayKind } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import { createCallers } from './callers.ts'
import { startReports } from './reports.ts'
import { plainRoutes, protectedRoutes } from './routes.ts'

const root = join(import.meta.dirname, '..', '..')
const ourPlugins = join(root, 'kong-plugins', 'src', 'server', 'main.ts')
const leastPlugin = join(import.meta.dirname, 'least-plugin.ts')

/** A gateway to call. */
export interface BenchGateway {
  readonly origin: string
  readonly process: ManagedProcess
  readonly plugins: ManagedProcess
}

/** Everything that runs. */
export interface BenchSite {
  readonly kind: GatewayKind
  /** With our plugins: routes `/gateway`, `/three` and `/beside`. */
  readonly own: BenchGateway
  /** Without: `/bare` and, where the gateway is Kong, `/floor` and `/bundled`. */
  readonly plain: BenchGateway
  /** One token per line. */
  readonly tokensFile: string
  stop(): Promise<void>
}

/** Starts it all on free ports; when any part fails, what had been started is stopped again. */
export async function startSite(kind: GatewayKind, users: number): Promise<BenchSite> {
  const undo: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const each of undo.splice(0).reverse()) await each()
  }
  const launch = async (spec: ProcessSpec): Promise<ManagedProcess> => {
    const managed = manageProcess(spec)
    undo.push(() => managed.stop())
    await managed.start()
    return managed
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'))
    undo.push(() => rm(folder, { recursive: true, force: true }))
    const callers = await createCallers(users)
    undo.push(() => callers.close())
    const tokensFile = join(folder, 'tokens')
    await writeFile(tokensFile, `${callers.tokens.join('\n')}\n`, { mode: 0o600 })

    const backendPort = await freePort()
    const backend = `http://127.0.0.1:${backendPort}`
    await launch(
      node('backend', [join(import.meta.dirname, 'backend.ts'), '--port', `${backendPort}`], () =>
        answersHttp(backend),
      ),
    )
    const gateway = async (name: string, pluginServer: string, kongYml: string): Promise<BenchGateway> => {
      const home = join(folder, name)
      await mkdir(home, { mode: 0o700 })
      const socket = join(home, 'plugins.sock')
      const plugins = await launch(
        node(`plugin server (${name})`, [pluginServer, '--socket', socket], () => answersPluginCalls(socket)),
      )
      const configPath = join(home, 'kong.yml')
      await writeFile(configPath, kongYml, { mode: 0o600 })
      const port = await freePort()
      const process = await launch(await GATEWAY_SPEC[kind]({ name, configPath, port, pluginServer, socket, home }))
      return { origin: `http://127.0.0.1:${port}`, process, plugins }
    }
    const reports = await startReports(folder, undo)
    const own = await gateway('own', ourPlugins, await protectedRoutes(callers, backend, reports))
    // The embedded gateway knows our plugins alone.
    const others = kind === 'kong' ? leastPlugin : ourPlugins
    const plain = await gateway('plain', others, plainRoutes(callers, backend, kind === 'kong'))
    // Nothing passes before the feed was read once.
    const isOpen = async (): Promise<boolean> => {
      const headers = { authorization: `Bearer ${callers.tokens[0]}` }
      return (await fetch(`${own.origin}/gateway/x`, { headers })).ok
    }
    if (!(await waitUntil(isOpen, { timeoutMillis: 20_000 }))) throw new Error('the gateway lets no call through')
    return { kind, own, plain, tokensFile, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function node(name: string, args: readonly string[], ready: () => Promise<boolean>): ProcessSpec {
  const env = { ...process.env, LOG_LEVEL: 'warn' }
  return { name, command: process.execPath, args, env, cwd: root, ready }
}

interface Place {
  readonly name: string
  readonly configPath: string
  readonly port: number
  /** Entry of the plugin server, and where it listens. */
  readonly pluginServer: string
  readonly socket: string
  readonly home: string
}

const GATEWAY_SPEC: Readonly<Record<GatewayKind, (place: Place) => Promise<ProcessSpec>>> = {
  async kong({ name, configPath, port, pluginServer, socket, home }) {
    return {
      name: `Kong (${name})`,
      command: 'kong',
      args: ['start'],
      // one worker, as in every stack of ours
      env: await prepareKong({
        configPath,
        port,
        pluginSocket: socket,
        prefix: home,
        pluginServer: [process.execPath, pluginServer],
      }),
      cwd: root,
      ready: () => answersHttp(`http://127.0.0.1:${port}/`),
      leader: () => nginxPid(home),
      lastWords: () => readFile(kongErrorLog(home), 'utf8').catch(() => ''),
    }
  },
  async embedded({ name, configPath, port, socket }) {
    const entry = join(root, 'kong-plugins', 'gateway', 'main.ts')
    const args = [entry, '--config', configPath, '--port', `${port}`, '--host', '127.0.0.1', '--socket', socket]
    return node(`embedded gateway (${name})`, args, () => answersHttp(`http://127.0.0.1:${port}/`))
  },
}
