// Plugins that do what a test needs, run by the real shell and server; and a wait that ends.

import type { Plugin } from '../../src/plugins.ts'
import type { KongReader } from '../../src/protocol/kong.ts'
import type { Effects } from '../../src/stages/effects.ts'

/** A row of the plugin table whose stage is the test's. It takes any config. */
export function madeUpPlugin(name: string, decide: (kong: KongReader) => Promise<Effects>): Plugin {
  return { name, priority: 1, schema: { type: 'record', fields: [] }, prepare: () => decide }
}

/** Effects of a call that goes on. */
export const pass: Effects = { kind: 'pass' }

/** Waits until something holds; fails after 3 seconds, or as many milliseconds as given. */
export async function until(holds: () => boolean | Promise<boolean>, withinMillis = 3000): Promise<void> {
  const deadline = performance.now() + withinMillis
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
