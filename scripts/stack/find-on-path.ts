// Looks a program up on PATH, as a shell would.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** First executable file of this name on PATH. */
export function findOnPath(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue
    const path = join(folder, program)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // not here: look on
    }
  }
  return undefined
}
