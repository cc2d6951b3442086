// Passwords: how they are stored and checked, and how many may be hashed at once.
import { createHmac } from 'node:crypto'
import bcrypt from 'bcrypt'

/** 2^11 rounds: about 0.1 s on one core, off the event loop. */
const COST = 11
/** Longer input is refused before hashing; in UTF-8 bytes. */
const MAX_BYTES = 4096
/** Checks that work at once: one of libuv's four threads stays free, so that signing a token never waits for passwords. */
const MAX_RUNNING = 3
/** Checks that may wait for their turn; beyond that a caller is told to come back (about 3 s of work). */
const MAX_WAITING = 64

/** Thrown when too many password checks are waiting; the edge answers 503 with Retry-After. */
export class PasswordQueueFull extends Error {
  override name = 'PasswordQueueFull'
}

let running = 0
const waiting: (() => void)[] = []

const queued = async <T>(work: () => Promise<T>): Promise<T> => {
  if (running < MAX_RUNNING) running++
  else {
    if (waiting.length >= MAX_WAITING) throw new PasswordQueueFull('too many password checks are waiting')
    await new Promise<void>((turn) => waiting.push(turn))
  }
  try {
    return await work()
  } finally {
    // The place goes to whoever waits longest.
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

// bcrypt ignores everything past 72 bytes and stops at NUL: the keyed digest is 44 base64 characters, whatever was typed.
const prehash = (pepper: string, password: string): string =>
  createHmac('sha256', pepper).update(password.normalize('NFKC'), 'utf8').digest('base64')

/** The stored form of a password: bcrypt over base64(HMAC-SHA-256(pepper, NFKC password)). */
export const hashPassword = (pepper: string, password: string): Promise<string> =>
  queued(() => bcrypt.hash(prehash(pepper, password), COST))

// What an unknown account is compared with, so that it costs the same time as a known one.
const dummyHash = bcrypt.hash('no account', COST)

/**
 * Whether `password` belongs to `stored`. Without a stored hash the answer is false after the same work.
 * @throws {PasswordQueueFull}
 */
export const verifyPassword = async (
  pepper: string,
  password: string,
  stored: string | undefined,
): Promise<boolean> => {
  if (Buffer.byteLength(password, 'utf8') > MAX_BYTES) return false
  const expected = stored ?? (await dummyHash)
  const matches = await queued(() => bcrypt.compare(prehash(pepper, password), expected))
  return matches && stored !== undefined
}
