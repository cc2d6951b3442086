// Waiting for news in the feed of revocations: one look at the database for all who wait, and none when nobody does.
import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../store/database.ts'
import { type FeedPlace, findEndMark } from '../../store/tables/revocations.ts'

/** Pause between two looks, in milliseconds: half of how fast gateways promise to know is two seconds. */
const LOOK_EVERY_MILLIS = 400

export interface RevocationWatch {
  /**
   * Resolves when the feed no longer ends at `place`, when the time is up, when `signal` aborts, or when the watch ends.
   * @throws {Error} what the database throws while it is away.
   */
  waitBeyond(place: FeedPlace, millis: number, signal: AbortSignal): Promise<void>
  /** Lets everybody go, and everybody who comes later. */
  close(): void
}

interface Waiter {
  readonly mark: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export function watchRevocations(db: Db): RevocationWatch {
  const waiting = new Set<Waiter>()
  let looking = false
  let closed = false

  const look = async (): Promise<void> => {
    looking = true
    while (waiting.size > 0) {
      await delay(LOOK_EVERY_MILLIS)
      if (waiting.size === 0) break
      try {
        const mark = await findEndMark(db)
        for (const waiter of [...waiting]) if (waiter.mark !== mark) waiter.resolve()
      } catch (error) {
        for (const waiter of [...waiting]) waiter.reject(error)
      }
    }
    looking = false
  }

  return {
    waitBeyond: ({ mark }, millis, signal) =>
      new Promise<void>((resolve, reject) => {
        if (closed || signal.aborted) return resolve()
        const leave = (): void => {
          waiting.delete(waiter)
          clearTimeout(timer)
          signal.removeEventListener('abort', waiter.resolve)
        }
        const waiter: Waiter = {
          mark,
          resolve: () => {
            leave()
            resolve()
          },
          reject: (error) => {
            leave()
            reject(error)
          },
        }
        const timer = setTimeout(waiter.resolve, millis)
        signal.addEventListener('abort', waiter.resolve)
        waiting.add(waiter)
        if (!looking) void look()
      }),
    close() {
      closed = true
      for (const waiter of [...waiting]) waiter.resolve()
    },
  }
}
