// The line in front of the password checks: bounded, and shared fairly by those who stand in it.
import { availableParallelism } from 'node:os'
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'

/** More threads than this are worth their memory to nobody: the pages around a login keep the event loop busy by then. */
const MAX_THREADS = 8
/**
 * Checks that work at once, each on a thread of its own (password-work.ts). One processor is left to others: these threads
 * come last in this process alone, and PostgreSQL, which is another, would wait for them.
 */
export const MAX_RUNNING = Math.min(MAX_THREADS, Math.max(1, availableParallelism() - 1))
/** Checks that may wait for their turn; beyond that a caller is told to come back (7 s of work for one thread). */
export const MAX_WAITING = 64

/** Thrown when too many password checks are waiting; the edge answers 503 with Retry-After. */
export class PasswordQueueFull extends Error {
  override name = 'PasswordQueueFull'
}

/** Thrown when one caller has as many checks waiting as there are places left; the edge answers 429 with Retry-After. */
export class PasswordShareUsedUp extends Error {
  override name = 'PasswordShareUsedUp'
}

/** Whether it says that a password check was refused its place. */
export function isRefusedCheck(error: unknown): boolean {
  return error instanceof PasswordQueueFull || error instanceof PasswordShareUsedUp
}

type Turn = () => void

/** Those who wait under one name: their own turns, and the lines of names within it in the order of their next turn. */
interface Line {
  waiting: number
  readonly turns: Turn[]
  readonly within: Map<string, Line>
}

function newLine(): Line {
  return { waiting: 0, turns: [], within: new Map() }
}

let running = 0
const everybody = newLine()

// Alone, a caller gets half of all places, two a third each, and so on: some are left for whoever comes next. What a
// caller is a part of gets three times as much as what is left, so a neighbour there still finds a place.
function requireShare(caller: readonly string[]): void {
  const left = MAX_WAITING - everybody.waiting
  if (left === 0) throw new PasswordQueueFull('too many password checks are waiting')
  let line: Line | undefined = everybody
  for (const [depth, name] of caller.entries()) {
    line = line?.within.get(name)
    const share = depth === caller.length - 1 ? left : left * 3
    if (line && line.waiting >= share)
      throw new PasswordShareUsedUp('too many password checks of one caller are waiting')
  }
}

function turnOf(caller: readonly string[]): Promise<void> {
  requireShare(caller)
  let line = everybody
  line.waiting++
  for (const name of caller) {
    const next = line.within.get(name) ?? newLine()
    line.within.set(name, next)
    next.waiting++
    line = next
  }
  const { turns } = line
  return new Promise((turn) => turns.push(turn))
}

/** The next turn of a line. Whose name it was goes to the end, so that nobody stands behind all that another one sent. */
function takeNext(line: Line): Turn | undefined {
  const [first] = line.within
  const own = line.turns.shift()
  if (own || !first) {
    if (own) line.waiting--
    return own
  }
  const [name, next] = first
  const turn = takeNext(next)
  line.waiting--
  line.within.delete(name)
  if (next.waiting > 0) line.within.set(name, next)
  return turn
}

/**
 * Does the work when its turn comes.
 * @param caller who asks, by names that share the line, the widest first, such as a site and a network within it; none
 *   for work of our own, which takes any place.
 * @throws {PasswordQueueFull}, {PasswordShareUsedUp}
 */
export function inTurn<T>(caller: readonly string[], work: () => Promise<T>): Promise<T> {
  return inSpan('wait for a turn and hash a password', {}, () => atTurn(caller, work))
}

async function atTurn<T>(caller: readonly string[], work: () => Promise<T>): Promise<T> {
  if (running < MAX_RUNNING) running++
  else await turnOf(caller)
  try {
    return await inSpan('hash a password', {}, work)
  } finally {
    const next = takeNext(everybody)
    if (next) next()
    else running--
  }
}

/** How many checks are at work, and how many wait for their turn. */
export function passwordQueue(): Readonly<Record<'running' | 'waiting', number>> {
  return { running, waiting: everybody.waiting }
}
