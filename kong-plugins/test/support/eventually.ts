// Waiting in tests: for something that is to become true, no longer than needed.
import { waitUntil } from '../../../scripts/stack/wait.ts'

/** Asks until the condition holds. @throws {Error} after the deadline */
export async function eventually(condition: () => boolean | Promise<boolean>, deadlineMillis = 5000): Promise<void> {
  if (await waitUntil(condition, { timeoutMillis: deadlineMillis, everyMillis: 5 })) return
  throw new Error(`not within ${deadlineMillis} ms: ${condition}`)
}
