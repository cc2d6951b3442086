// Looks a program up on PATH, as a shell would.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** First executable file of this name on PATH, then in further folders. */
export function findOnPath(program: string, further: readonly string[] = []): string | undefined {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...further]) {
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
