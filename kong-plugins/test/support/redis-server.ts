// A real Redis for a test: on a port of its own, kept in memory only, and able to die, hang, answer slowly and come back.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

interface Test {
  teardown(ended: () => unknown): void
}

const missing = spawnSync('redis-server', ['--version']).error !== undefined

/** For the `skip` option of tests: the reason where there is no Redis, which is a failure with `CI=true`. */
export const withoutRedis: string | false =
  missing && process.env.CI !== 'true' ? 'redis-server is not on PATH (apt-get install redis-server)' : false

/** The running server. */
export interface TestRedis {
  readonly port: number
  /** Folder of its own, for certificates. */
  readonly folder: string
  /** A connection to look behind the scenes; closed with the test. */
  readonly look: Redis
  /** Ends it without a word; what it knew is lost. */
  kill(): Promise<void>
  /** Starts it again, on the same port and empty. */
  restart(): Promise<void>
  /** Stops the process in its tracks (SIGSTOP): connections stay, nothing is answered. */
  hang(): void
  goOn(): void
}

interface Setup {
  readonly args?: readonly string[]
  readonly look?: { readonly username?: string; readonly password?: string; readonly db?: number }
  /** TLS on the port, nothing else. */
  readonly tls?: true
  /** Called before the start, to put files into the folder; its result is appended to the arguments. */
  readonly prepare?: (folder: string) => readonly string[]
}

/** Starts Redis; it ends with the test. */
export async function startRedis(t: Test, { args = [], look = {}, tls, prepare }: Setup = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  const port = await freePort()
  const listen = tls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)]
  const inMemory = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const given = [...listen, ...inMemory, ...args, ...(prepare?.(folder) ?? [])]
  let child = await launch(given)
  const client = new Redis({ port, host: '127.0.0.1', ...(tls && { tls: { rejectUnauthorized: false } }), ...look })
  client.on('error', () => {})

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  t.teardown(async () => {
    client.disconnect()
    await kill()
    await rm(folder, { recursive: true })
  })
  return {
    port,
    folder,
    look: client,
    kill,
    async restart() {
      await kill()
      child = await launch(given)
    },
    hang: () => child.kill('SIGSTOP'),
    goOn: () => child.kill('SIGCONT'),
  }
}

async function launch(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk
      if (output.includes('Ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`redis-server ended: ${output}`)))
  })
  return child
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}
