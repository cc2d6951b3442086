// Waiting for something to become true, without sleeping longer than needed.
import { setTimeout as delay } from 'node:timers/promises'

/** Polls until the condition holds. @throws Error after the deadline (milliseconds) */
export async function eventually(condition: () => boolean | Promise<boolean>, deadlineMs = 5000): Promise<void> {
  const end = Date.now() + deadlineMs
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${condition}`)
    await delay(10)
  }
}
