// One process of the stack: started in a group of its own, awaited until it is ready, watched, and stopped politely.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { waitUntil } from './wait.ts'
import { guard } from './watchdog.ts'

/** What to run and how to know that it is up. */
export interface ProcessSpec {
  /** For people, e.g. `auth server`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** Asked again and again after the start. */
  readonly ready: () => Promise<boolean>
  readonly readyTimeoutMillis?: number
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMillis?: number
  /** Which of its children to ask to stop, when the process itself only waits for that one. */
  readonly leader?: () => number | undefined
  /** Lines that say nothing, left out. */
  readonly chatter?: RegExp
  /** More to say than it printed, when it did not get ready: the end of its log file. */
  readonly lastWords?: () => Promise<string>
}

/** What the outside wants to hear of a process. */
export interface ProcessEvents {
  /** Each line it prints, on stdout or stderr. */
  readonly onLine?: (name: string, line: string) => void
  /** It ended, and nobody had asked for that. */
  readonly onUnexpectedExit?: (end: ProcessEnd) => void
}

/** How a process ended. */
export interface ProcessEnd {
  readonly name: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last lines it printed. */
  readonly output: string
}

/** How a process ended, in parentheses; nothing when it did not even begin. */
export function howItEnded({ code, signal }: Pick<ProcessEnd, 'code' | 'signal'>): string {
  if (signal !== null) return ` (${signal})`
  return code === null ? '' : ` (exit code ${code})`
}

/** A process that can be started, stopped and started again. */
export interface ManagedProcess {
  readonly name: string
  /** undefined while it is not running */
  readonly pid: number | undefined
  /** Starts it and waits until it is ready. @throws {Error} with its last words when it ends before */
  start(): Promise<void>
  /** SIGTERM, after the grace period SIGKILL; returns when it has ended. */
  stop(): Promise<void>
  /** Sends a signal to the process and its children and returns at once; an end that follows is no surprise. */
  signal(signal: NodeJS.Signals): void
  /** SIGKILL; returns when it has ended. */
  kill(): Promise<void>
}

const KEPT_LINES = 40

/** Signals a process and its children; false when there are none left. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

/** Asks the process that the others wait for to stop; false when there is none. */
function signalLeader(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 'SIGTERM')
  } catch {
    return false
  }
}

/** Waits for the children of a process that has ended (Kong's workers), so that its port is free again. */
async function groupEnded(pid: number): Promise<void> {
  await waitUntil(() => !signalGroup(pid, 0), { timeoutMillis: 2000 })
}

/** Describes a process; nothing runs before `start`. */
export function manageProcess(spec: ProcessSpec, events: ProcessEvents = {}): ManagedProcess {
  let child: ChildProcess | undefined
  let ended: Promise<void> = Promise.resolve()
  let drained: Promise<void> = Promise.resolve()
  let expected = false
  let lines: string[] = []
  let how = '' // it ended

  const keep = (line: string): void => {
    if (spec.chatter?.test(line)) return
    lines = [...lines, line].slice(-KEPT_LINES)
    events.onLine?.(spec.name, line)
  }

  const launch = (): ChildProcess => {
    expected = false
    lines = []
    // a group of its own: Ctrl-C in the terminal must not reach it, the stack stops it in its turn
    const started = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [started.stdout, started.stderr]) createInterface({ input: stream }).on('line', keep)
    // what it printed last may arrive after its end; a grandchild that keeps the pipe open is not waited for
    drained = new Promise((done) => {
      started.once('close', () => done())
      started.once('exit', () => setTimeout(done, 500).unref())
    })
    ended = new Promise((done) => {
      const end = async (code: number | null, signal: NodeJS.Signals | null): Promise<void> => {
        if (child === started) child = undefined
        how = howItEnded({ code, signal })
        const surprise = !expected
        // children that it leaves behind (nginx's workers) would hold its port
        if (surprise && started.pid !== undefined && signalGroup(started.pid, 'SIGKILL')) await groupEnded(started.pid)
        done()
        await drained
        if (surprise) events.onUnexpectedExit?.({ name: spec.name, code, signal, output: lines.join('\n') })
      }
      started.once('error', (error) => {
        keep(error.message)
        end(null, null)
      })
      started.once('exit', end)
    })
    if (started.pid !== undefined) void ended.then(guard(started.pid))
    return started
  }

  const send = (signal: NodeJS.Signals): void => {
    expected = true
    if (child?.pid !== undefined) signalGroup(child.pid, signal)
  }

  const stop = async (): Promise<void> => {
    const pid = child?.pid
    if (pid === undefined) return
    expected = true
    if (!signalLeader(spec.leader?.())) send('SIGTERM')
    send('SIGCONT') // a stopped process would never see the first
    const grace = setTimeout(() => send('SIGKILL'), spec.graceMillis ?? 5000)
    await ended
    clearTimeout(grace)
    await groupEnded(pid)
  }

  const kill = async (): Promise<void> => {
    const pid = child?.pid
    send('SIGKILL')
    await ended
    if (pid !== undefined) await groupEnded(pid)
  }

  return {
    name: spec.name,
    get pid() {
      return child?.pid
    },
    async start() {
      if (child !== undefined) throw new Error(`the ${spec.name} is running already`)
      const started = launch()
      child = started
      let early = false
      void ended.then(() => {
        early = true
      })
      expected = true // until it is ready, its end is told by our own error
      const timeoutMillis = spec.readyTimeoutMillis ?? 30_000
      const ready = await waitUntil(async () => early || (await spec.ready()), { timeoutMillis })
      if (early || !ready) {
        const trouble = early ? `ended before it was ready${how}` : `was not ready within ${timeoutMillis / 1000} s`
        await stop()
        await drained
        const logged =
          (await spec.lastWords?.())
            ?.trimEnd()
            .split('\n')
            .filter((line) => !spec.chatter?.test(line))
            .slice(-KEPT_LINES) ?? []
        throw new Error([`the ${spec.name} ${trouble}:`, ...lines, ...logged].join('\n'))
      }
      expected = false
    },
    stop,
    signal: send,
    kill,
  }
}
