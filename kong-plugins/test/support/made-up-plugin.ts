// Plugins that do what a test needs, run by the real shell and server.

import type { Plugin } from '../../src/plugins.ts'
import type { KongReader } from '../../src/protocol/kong.ts'
import type { Effects } from '../../src/stages/effects.ts'

/** A row of the plugin table whose stage is the test's. It takes any config. */
export function madeUpPlugin(name: string, decide: (kong: KongReader) => Promise<Effects>): Plugin {
  return { name, priority: 1, schema: { type: 'record', fields: [] }, prepare: () => decide }
}

/** Effects of a call that goes on. */
export const pass: Effects = { kind: 'pass' }
