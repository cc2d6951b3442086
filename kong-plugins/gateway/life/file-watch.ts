// Notices that a file has new content: at once where the system says so, within a second where it does not.
import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** For systems, and mounted folders, whose files change without notice; milliseconds. */
const LOOK_EVERY_MILLIS = 1000
/** An editor may write in several steps: content counts when it stays the same for so long; milliseconds. */
const SETTLED_MILLIS = 50

/** A watch on a file. */
export interface FileWatch {
  /** Ends it; waits for the callback that is running. */
  readonly close: () => Promise<void>
}

async function readSettled(file: string): Promise<string | undefined> {
  let text = await readFile(file, 'utf8').catch(() => undefined)
  for (;;) {
    await delay(SETTLED_MILLIS)
    const again = await readFile(file, 'utf8').catch(() => undefined)
    if (again === text) return text
    text = again
  }
}

/**
 * Calls back with a file's text whenever it has become another one, one call after the other. A file that is gone
 * for a while, as when an editor replaces it, counts as unchanged.
 * @param known the text that was read last
 */
export function watchFile(file: string, known: string, onChange: (text: string) => Promise<void>): FileWatch {
  const path = resolve(file)
  let last = known
  let closed = false
  let asked = false
  let running: Promise<void> | undefined

  const look = async (): Promise<void> => {
    while (asked && !closed) {
      asked = false
      const text = await readFile(path, 'utf8').catch(() => undefined)
      if (text === undefined || text === last) continue
      const settled = await readSettled(path)
      if (closed || settled === undefined || settled === last) continue
      last = settled
      await onChange(settled)
    }
  }
  const ask = (): void => {
    asked = true
    running ??= look().finally(() => {
      running = undefined
      if (asked && !closed) ask()
    })
  }

  // The folder, because an editor may put a new file in the old one's place.
  const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
    if (name === null || name === basename(path)) ask()
  })
  watcher.on('error', () => watcher.close())
  const timer = setInterval(ask, LOOK_EVERY_MILLIS).unref()
  return {
    close: async () => {
      closed = true
      clearInterval(timer)
      watcher.close()
      await running
    },
  }
}
