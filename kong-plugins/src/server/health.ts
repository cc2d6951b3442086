// Asks a plugin server whether it answers, as a container's health check: exit code 0 when it does, 1 when not.
import { parseArgs } from 'node:util'
import { askNames } from '../protocol/ask-names.ts'

/** Milliseconds it has for its answer. */
const PATIENCE_MS = 2000

const { values } = parseArgs({ options: { socket: { type: 'string' } } })
try {
  if (values.socket === undefined) throw new Error('usage: health.ts --socket PATH')
  await askNames(values.socket, PATIENCE_MS)
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause)
  process.exitCode = 1
}
