// The project's plugin server as a process of its own, which a test may kill, freeze and start again.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../support/eventually.ts'

const program = fileURLToPath(new URL('../../../src/server/main.ts', import.meta.url))

export interface ServerProcess {
  readonly socketPath: string
  signal(name: NodeJS.Signals): void
  /** Ends it at once and waits until it is gone. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Starts another one in its place and waits until the first has ended. @returns the exit code of the first */
  succeed(): Promise<number | null>
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** Starts it; it ends with the test. */
export async function startServerProcess(t: { teardown(ended: () => unknown): void }): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'server-'))
  const socketPath = join(folder, 's.sock')
  let child: ChildProcess | undefined
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, [program, '--socket', socketPath], { stdio: 'ignore' })
    await eventually(() => answers(socketPath), 15_000)
  }
  const succeed = async (): Promise<number | null> => {
    const first = child
    if (first === undefined) throw new Error('there is nothing to succeed')
    const ended = once(first, 'exit')
    child = spawn(process.execPath, [program, '--socket', socketPath], { stdio: 'ignore' })
    const late = setTimeout(() => first.kill('SIGKILL'), 30_000)
    const [code] = await ended
    clearTimeout(late)
    return code
  }
  t.teardown(async () => {
    await kill()
    await rm(folder, { recursive: true, force: true })
  })
  await start()
  return { socketPath, kill, start, succeed, signal: (name) => void child?.kill(name) }
}
