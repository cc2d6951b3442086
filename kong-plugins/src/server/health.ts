// Asks a plugin server whether it answers, as a container's health check: exit code 0 when it does, 1 when not.
import { runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { askNames } from '../protocol/ask-names.ts'

/** Milliseconds it has for its answer. */
const PATIENCE_MILLIS = 2000
const USAGE = 'usage: health.ts --socket PATH'

await runCommand({ usage: USAGE, options: { socket: { type: 'string' } } }, async ({ values }) => {
  // Not the exit code of a wrong command line: a health check has no other than 0 and 1.
  if (values.socket === undefined) throw new Error(USAGE)
  await askNames(values.socket, PATIENCE_MILLIS)
  return 0
})
