// Waiting for something to become true, by asking again and again until a deadline.
import { setTimeout as sleep } from 'node:timers/promises'

/** How long to go on asking, and how often. */
export interface WaitOptions {
  readonly timeoutMillis: number
  readonly everyMillis?: number
}

/** Asks `condition` until it holds; false when it did not hold in time. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, options: WaitOptions): Promise<boolean> {
  const deadline = Date.now() + options.timeoutMillis
  for (;;) {
    if (await condition()) return true
    if (Date.now() >= deadline) return false
    await sleep(options.everyMillis ?? 20)
  }
}
