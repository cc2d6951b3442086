// The line in front of the password checks: bounded, and shared fairly by those who stand in it.

/** Checks that work at once: one of libuv's four threads stays free, so that signing a token never waits for passwords. */
const MAX_RUNNING = 3
/** Checks that may wait for their turn; beyond that a caller is told to come back (about 3 s of work). */
const MAX_WAITING = 64

/** Thrown when too many password checks are waiting; the edge answers 503 with Retry-After. */
export class PasswordQueueFull extends Error {
  override name = 'PasswordQueueFull'
}

/** Thrown when one caller has as many checks waiting as there are places left; the edge answers 429 with Retry-After. */
export class PasswordShareUsedUp extends Error {
  override name = 'PasswordShareUsedUp'
}

type Turn = () => void

let running = 0
let waiting = 0
// Caller → its checks that wait, never empty. Whoever's turn it was goes to the end.
const lines = new Map<string | undefined, Turn[]>()

const turnOf = (caller: string | undefined): Promise<void> => {
  const line = lines.get(caller) ?? []
  const left = MAX_WAITING - waiting
  if (left === 0) throw new PasswordQueueFull('too many password checks are waiting')
  // One caller alone gets half of all places, two a third each, and so on: some are left for whoever comes next.
  if (caller !== undefined && line.length >= left)
    throw new PasswordShareUsedUp('too many password checks of one caller are waiting')
  waiting++
  lines.set(caller, line)
  return new Promise((turn) => line.push(turn))
}

const takeNext = (): Turn | undefined => {
  const [first] = lines
  if (!first) return undefined
  const [caller, line] = first
  const turn = line.shift()
  lines.delete(caller)
  if (line.length > 0) lines.set(caller, line)
  waiting--
  return turn
}

/**
 * Does the work when its turn comes. Callers take turns, so that nobody stands behind all that another one sent.
 * @param caller who shares one part of the line, such as an address; undefined for work of our own, which takes any place.
 * @throws {PasswordQueueFull}, {PasswordShareUsedUp}
 */
export const inTurn = async <T>(caller: string | undefined, work: () => Promise<T>): Promise<T> => {
  if (running < MAX_RUNNING) running++
  else await turnOf(caller)
  try {
    return await work()
  } finally {
    const next = takeNext()
    if (next) next()
    else running--
  }
}
