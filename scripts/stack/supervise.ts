// Starts a part of the stack again when it dies, as a service manager does: after growing pauses, and not for ever.
import { setTimeout as sleep } from 'node:timers/promises'
import { howItEnded, type ProcessEnd } from './processes.ts'

/** Something that can be started again. */
export interface Part {
  readonly name: string
  /** Resolves when it is ready. */
  start(): Promise<void>
}

/** What happens to deaths. */
export interface SupervisionOptions {
  /** Told of each death and each new start, a line or more. */
  readonly tell: (text: string) => void
  /** A part has died too often; nothing is started any more. */
  readonly giveUp: (text: string) => void
  /** Within how much time deaths count together [a minute]. */
  readonly windowMillis?: number
  /** The pause after the first death within that time, after the second, …; one more death is one too many. */
  readonly pausesMillis?: readonly number[]
}

/** Watches over the parts of a stack. */
export interface Supervisor {
  /** To be called when a part has ended and nobody had asked for that. */
  died(part: Part, end: ProcessEnd): void
  /** Starts nothing any more; what is starting goes on. */
  stop(): void
}

const A_MINUTE_MILLIS = 60_000
const PAUSES_MILLIS = [200, 1000, 2000, 4000]

/** Begins to watch. */
export function supervise({
  tell,
  giveUp,
  windowMillis = A_MINUTE_MILLIS,
  pausesMillis = PAUSES_MILLIS,
}: SupervisionOptions): Supervisor {
  const ending = new AbortController()
  const deaths = new Map<string, number[]>()

  async function startAgain(part: Part, what: string): Promise<void> {
    const now = performance.now()
    const lately = [...(deaths.get(part.name) ?? []), now].filter((at) => now - at < windowMillis)
    deaths.set(part.name, lately)
    const pauseMillis = pausesMillis[lately.length - 1]
    if (pauseMillis === undefined) {
      ending.abort()
      giveUp(`${what} That was ${lately.length} times within ${windowMillis / 1000} s, so it is not started again.`)
      return
    }
    tell(`${what} Starting it again in ${pauseMillis / 1000} s…`)
    await sleep(pauseMillis, undefined, { signal: ending.signal }).catch(() => {})
    if (ending.signal.aborted) return
    try {
      await part.start()
      if (!ending.signal.aborted) tell(`The ${part.name} is up again.`)
    } catch (error) {
      if (ending.signal.aborted) return
      await startAgain(part, `${error instanceof Error ? error.message : error}\nThe ${part.name} did not start.`)
    }
  }

  return {
    died(part, end) {
      if (!ending.signal.aborted) void startAgain(part, describeEnd(end))
    },
    stop: () => ending.abort(),
  }
}

function describeEnd({ name, output, ...end }: ProcessEnd): string {
  return `${output === '' ? '' : `${output}\n\n`}The ${name} ended unexpectedly${howItEnded(end)}.`
}
