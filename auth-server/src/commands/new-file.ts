// What a command writes: into a file that was not there, which its owner alone can read, or to the terminal.
import { type FileHandle, open, rm } from 'node:fs/promises'
import { Mistake } from './management/mistake.ts'

/** Adds text, in order. */
export type WriteText = (text: string) => Promise<void>

/** @param into the name of the file; the terminal without one */
export async function written<T>(into: string | undefined, work: (write: WriteText) => Promise<T>): Promise<T> {
  if (into === undefined) return work(toTerminal)
  const file = await openNew(into)
  try {
    const done = await work((text) => file.appendFile(text).catch((error) => refuse(into, error)))
    await file.close().catch((error) => refuse(into, error))
    return done
  } catch (error) {
    // Half a file would pass for a whole one, and be in the way of the next try.
    await file.close().catch(() => {})
    await rm(into, { force: true })
    throw error
  }
}

function openNew(path: string): Promise<FileHandle> {
  return open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new Mistake(`${path} is there already: name a file that is not.`)
    return refuse(path, error)
  })
}

/** Under a name of its own: the code of the system, ENOENT for example, could as well be of the database's connection. */
function refuse(path: string, error: NodeJS.ErrnoException): never {
  throw new Mistake(`${path} cannot be written (${error.code ?? error.message}).`, { cause: error })
}

function toTerminal(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve())
  })
}
