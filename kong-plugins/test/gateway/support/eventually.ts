// Waiting for something to become true, without sleeping longer than needed.
import { setTimeout as delay } from 'node:timers/promises'

/** Polls until the condition holds. @throws Error after the deadline (milliseconds) */
export async function eventually(condition: () => boolean | Promise<boolean>, deadlineMillis = 5000): Promise<void> {
  const end = Date.now() + deadlineMillis
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${deadlineMillis} ms: ${condition}`)
    await delay(10)
  }
}
