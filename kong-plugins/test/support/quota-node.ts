// One gateway node as far as quotas go: a plugin server with the quota plugin, and calls that a token stage let pass.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outside } from '../../src/services.ts'
import { KongClient } from './kong-client.ts'
import { startPluginServer } from './plugin-server.ts'

interface Test {
  teardown(ended: () => unknown): void
}

/** Who calls; by default alice of app-a with plan basic. */
export interface QuotaCaller {
  readonly sub?: string
  readonly client_id?: string
  readonly plan?: string
}

/** What became of a call. */
export interface CallOutcome {
  /** 200 when it passed. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Time from the call to its outcome, in milliseconds. */
  readonly tookMillis: number
}

/** A node. */
export interface QuotaNode {
  /** One call under a config of `mobile-quota`. */
  call(config: Readonly<Record<string, unknown>>, caller?: QuotaCaller): Promise<CallOutcome>
  /** Lines of its log so far. */
  log(): readonly string[]
}

/** A node that is a process of its own. */
export async function startNodeProcess(t: Test, env: NodeJS.ProcessEnv = {}): Promise<QuotaNode> {
  const folder = await mkdtemp(join(tmpdir(), 'node-'))
  const socketPath = join(folder, 's.sock')
  const main = join(import.meta.dirname, '../../src/server/main.ts')
  const child = spawn(process.execPath, [main, '--socket', socketPath], {
    env: { ...process.env, LOG_LEVEL: 'info', ...env },
  })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk
      if (output.includes('listens')) resolve()
    })
    child.once('exit', () => reject(new Error(output)))
  })
  const connections = connectionsTo(socketPath)
  t.teardown(async () => {
    connections.close()
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true })
  })
  return { call: connections.call, log: () => output.split('\n') }
}

/** A node within this process, with clocks that the test may replace. */
export async function startNode(t: Test, outside: Outside = {}): Promise<QuotaNode> {
  const { socketPath, logged } = await startPluginServer(t, outside)
  const connections = connectionsTo(socketPath)
  t.teardown(() => connections.close())
  return { call: connections.call, log: () => logged }
}

/** Kong's side: as many connections as calls at once, one instance per config. */
function connectionsTo(socketPath: string) {
  const all: KongClient[] = []
  const idle: KongClient[] = []
  const instances = new Map<unknown, Promise<number>>()

  async function withConnection<T>(use: (kong: KongClient) => Promise<T>): Promise<T> {
    const kong = idle.pop() ?? new KongClient(socketPath)
    if (!all.includes(kong)) all.push(kong)
    const result = await use(kong)
    idle.push(kong)
    return result
  }

  return {
    async call(config: Readonly<Record<string, unknown>>, caller: QuotaCaller = {}): Promise<CallOutcome> {
      const started = performance.now()
      const instance = instances.get(config) ?? withConnection((kong) => kong.start('mobile-quota', config))
      instances.set(config, instance)
      const id = await instance
      const who = { sub: 'usr_alice', subject_kind: 'account', client_id: 'app-a', scope: '', plan: 'basic' }
      const handed = { token: String(config.policy), ...who }
      const outcome = await withConnection((kong) =>
        kong.access(id, { shared: { mobile_gateway: { ...handed, ...caller } } }),
      )
      if (outcome.kind === 'failed') throw new Error(outcome.error)
      const passed = outcome.kind === 'passed'
      return {
        status: passed ? 200 : (outcome.status ?? 0),
        headers: (passed ? outcome.responseHeaders : outcome.headers) ?? {},
        tookMillis: performance.now() - started,
      }
    },
    close() {
      for (const kong of all) kong.close()
    },
  }
}

/** Makes `total` calls, `parallel` at a time and in turns by the given callers, and counts the answers by status. */
export async function hammer(
  total: number,
  parallel: number,
  call: (index: number) => Promise<CallOutcome>,
): Promise<Readonly<Record<number, number>>> {
  const counts: Record<number, number> = {}
  let next = 0
  async function worker(): Promise<void> {
    while (next < total) {
      const { status } = await call(next++)
      counts[status] = (counts[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return counts
}
