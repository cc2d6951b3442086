// The gateways under test: the embedded one always, a real Kong when there is one on PATH. Both take the same kong.yml.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { kongErrorLog, prepareKong } from '../../../../scripts/stack/kong.ts'
import { freePort } from '../../../../scripts/stack/ports.ts'
import type { PluginInfo } from '../../../gateway/config/model/plugin-info.ts'
import { startGateway } from '../../../gateway/life/gateway.ts'
import { describePlugins } from '../../../gateway/plugin-server/info.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../../', import.meta.url))

export type FrontKind = 'embedded' | 'kong'

function hasKong(): boolean {
  try {
    execFileSync('kong', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The gateways to run a test against. */
export const fronts: readonly FrontKind[] = hasKong() ? ['embedded', 'kong'] : ['embedded']

/** What the plugin server's program says of its plugins; asked once per test file. */
export const pluginInfos: Promise<readonly PluginInfo[]> = describePlugins()

export interface Front {
  readonly kind: FrontKind
  readonly url: string
  readonly port: number
  /** JSON lines or Kong's error log, for looking up what was said. */
  readonly log: () => Promise<string>
  /** Stops it; also done at the end of the test. */
  readonly close: () => Promise<void>
}

/** Runs something once, however often it is asked for. */
function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= action()
    return running
  }
}

export interface FrontOptions {
  /** The text of the kong.yml. */
  readonly yaml: string
  readonly socketPath: string
  /** Milliseconds the plugin server has for an answer [1000]. */
  readonly pluginTimeoutMillis?: number
  /** Of the embedded gateway: see its options [false]. */
  readonly namesTraces?: boolean
  /** Kong listens for HTTP/2 (without TLS), too, as gRPC needs it. */
  readonly http2?: boolean
}

interface Ending {
  teardown(ended: () => unknown): void
}

/** The block of an issuer that names its feed of revocations, in kong.yml. */
const FEED = /^ {8}revocations:\n(?: {10}.*\n)+/m

/** The project's kong.yml with a backend and a key server on this machine, and without a feed to follow. */
export async function renderKongYml(backend: string, jwksUri = 'http://127.0.0.1:9/jwks'): Promise<string> {
  const text = await readFile(join(root, 'kong.yml'), 'utf8')
  return text
    .replace(FEED, '')
    .replace('http://mobile-api:3000', backend)
    .replace('http://auth-server:4000/jwks', jwksUri)
}

async function startEmbedded(t: Ending, options: FrontOptions, folder: string): Promise<Front> {
  const lines: string[] = []
  const gateway = await startGateway({
    config: join(folder, 'kong.yml'),
    port: 0,
    socketPath: options.socketPath,
    pluginReadTimeoutMillis: options.pluginTimeoutMillis ?? 1000,
    plugins: await pluginInfos,
    namesTraces: options.namesTraces === true,
    logger: pino({ level: 'debug' }, { write: (line) => lines.push(line) }),
  })
  const close = once(async () => {
    await gateway.close()
    await rm(folder, { recursive: true, force: true })
  })
  t.teardown(close)
  return { kind: 'embedded', url: gateway.url, port: gateway.port, log: async () => lines.join(''), close }
}

async function startKong(t: Ending, options: FrontOptions, folder: string): Promise<Front> {
  const port = await freePort()
  const program = fileURLToPath(new URL('../../../src/server/main.ts', import.meta.url))
  const env = {
    ...(await prepareKong({
      configPath: join(folder, 'kong.yml'),
      port,
      pluginSocket: options.socketPath,
      prefix: folder,
      pluginServer: [process.execPath, program],
    })),
    KONG_PROXY_LISTEN: `127.0.0.1:${port}${options.http2 === true ? ' http2' : ''}`,
    KONG_NGINX_DAEMON: 'on',
    KONG_NGINX_HTTP_LUA_SOCKET_READ_TIMEOUT: `${options.pluginTimeoutMillis ?? 1000}ms`,
    KONG_LOG_LEVEL: 'notice',
  }
  await run('kong', ['start'], { env })
  const close = once(async () => {
    await run('kong', ['stop'], { env })
    await rm(folder, { recursive: true, force: true })
  })
  t.teardown(close)
  const log = (): Promise<string> => readFile(kongErrorLog(folder), 'utf8')
  return { kind: 'kong', url: `http://127.0.0.1:${port}`, port, log, close }
}

/** Starts a gateway for one test; it ends with the test. */
export async function startFront(t: Ending, kind: FrontKind, options: FrontOptions): Promise<Front> {
  const folder = await mkdtemp(join(tmpdir(), 'front-'))
  await writeFile(join(folder, 'kong.yml'), options.yaml)
  return (kind === 'kong' ? startKong : startEmbedded)(t, options, folder)
}
