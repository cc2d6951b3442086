// How a stack is stopped of which nobody knows yet whether it will have started.
import type { Stack } from './stack-options.ts'

/** Stops a stack that may still be starting, and waits for the end of one that fails to. */
export async function stopOnceStarted(starting: Promise<Stack>): Promise<void> {
  const stack = await starting.catch(() => undefined) // told by whoever waits for the start
  await stack?.stop()
}
