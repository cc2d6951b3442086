// Hashing and comparing passwords, on threads of their own that come after everybody else: the one that answers requests, and the one that signs.
import { Worker } from 'node:worker_threads'
import type { ImportedHash } from './imported/hash.ts'

/** What a thread is asked. */
export type PasswordJob =
  | Readonly<{ kind: 'hash'; data: string; cost: number }>
  | Readonly<{ kind: 'compare'; data: string; hash: string }>
  | Readonly<{ kind: 'imported'; password: string; hash: ImportedHash }>

/** What it answers. */
export type PasswordAnswer = Readonly<{ result: string | boolean }> | Readonly<{ error: Error }>

/**
 * What one check takes at most, wherever nearly all of the processor is somebody else's: the slowest hash that is imported
 * takes a second.
 */
const DEADLINE_MILLIS = 30_000

/** Thrown when a thread has ended, given no answer in time, or could not be begun; the edge answers 503 with Retry-After. */
export class PasswordThreadLost extends Error {
  override name = 'PasswordThreadLost'
}

/** Threads that have nothing to do. There are never more than work is begun at once (password-queue.ts); the first come with the first password. */
const IDLE: Worker[] = []

function newThread(): Worker {
  try {
    // The settings of the server, secrets among them, are none of its business.
    return new Worker(new URL('./password-thread.ts', import.meta.url), { env: {}, execArgv: [] })
  } catch (error) {
    throw new PasswordThreadLost('the system gives no thread for passwords', { cause: error })
  }
}

function startThread(): Worker {
  const thread = newThread()
  const leave = (): void => {
    const place = IDLE.indexOf(thread)
    if (place >= 0) IDLE.splice(place, 1)
  }
  // An error ends a thread. Whoever waits for it hears that; if nobody does, it must not end the process.
  thread.once('exit', leave).on('error', leave)
  return thread
}

async function ask(job: PasswordJob): Promise<string | boolean> {
  const thread = IDLE.pop() ?? startThread()
  // The process stays for as long as there is work, and no longer.
  thread.ref()
  const answered = Promise.withResolvers<PasswordAnswer>()
  const lost = (why: string, cause?: unknown): void => answered.reject(new PasswordThreadLost(why, { cause }))
  const failed = (error: unknown): void => lost('a thread for passwords has failed', error)
  const ended = (): void => lost('a thread for passwords has ended')
  thread.once('message', answered.resolve).once('error', failed).once('exit', ended)
  const deadline = setTimeout(() => lost('a thread for passwords gives no answer'), DEADLINE_MILLIS)
  try {
    thread.postMessage(job)
    const answer = await answered.promise
    IDLE.push(thread)
    if ('error' in answer) throw answer.error
    return answer.result
  } catch (error) {
    // Not waited for: what it does besides JavaScript has to come to its end first.
    if (error instanceof PasswordThreadLost) void thread.terminate()
    throw error
  } finally {
    clearTimeout(deadline)
    thread.unref()
    thread.off('message', answered.resolve).off('error', failed).off('exit', ended)
  }
}

export const PASSWORD_WORK = {
  /** With bcrypt. */
  async hash(data: string, cost: number): Promise<string> {
    return String(await ask({ kind: 'hash', data, cost }))
  },
  /** With a hash of bcrypt. */
  async compare(data: string, hash: string): Promise<boolean> {
    return (await ask({ kind: 'compare', data, hash })) === true
  },
  /** With a hash of another system. */
  async verifyImported(hash: ImportedHash, password: string): Promise<boolean> {
    return (await ask({ kind: 'imported', hash, password })) === true
  },
}
