// What a command writes: into a file that was not there, which its owner alone can read, or to the terminal.
import { type FileHandle, open } from 'node:fs/promises'
import { Mistake } from './management/mistake.ts'

/** Adds text, in order. */
export type WriteText = (text: string) => Promise<void>

/** @param into the name of the file; the terminal without one */
export async function written<T>(into: string | undefined, work: (write: WriteText) => Promise<T>): Promise<T> {
  if (into === undefined) return work(toTerminal)
  const file = await openNew(into)
  try {
    return await work((text) => file.appendFile(text))
  } finally {
    await file.close()
  }
}

function openNew(path: string): Promise<FileHandle> {
  return open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new Mistake(`${path} is there already: name a file that is not.`) : error
  })
}

function toTerminal(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve())
  })
}
