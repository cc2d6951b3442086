// Asks a plugin server whether it answers, as a container's health check: exit code 0 when it does, 1 when not.
import { parseArgs } from 'node:util'
import { askNames } from '../protocol/ask-names.ts'

/** Milliseconds it has for its answer. */
const PATIENCE_MILLIS = 2000

const { values } = parseArgs({ options: { socket: { type: 'string' } } })
try {
  if (values.socket === undefined) throw new Error('usage: health.ts --socket PATH')
  await askNames(values.socket, PATIENCE_MILLIS)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
