// A disk that can be full: a file system in memory of a size that is told, on Linux and as root.
import { execFile } from 'node:child_process'
import { mkdir, open } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** @returns what takes it away again */
export async function mountInMemory(folder: string, megabytes: number): Promise<() => Promise<void>> {
  await mkdir(folder, { mode: 0o700 })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'faults', folder])
  return async () => {
    await run('umount', ['--lazy', folder])
  }
}

/** Writes until there is no room. */
export async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for (const bytes of [1024 * 1024, 4096]) {
      const block = Buffer.alloc(bytes)
      while (await handle.write(block).then(() => true, isFull));
    }
  } finally {
    await handle.close()
  }
}

function isFull(error: Error): boolean {
  if ('code' in error && error.code === 'ENOSPC') return false
  throw error
}
