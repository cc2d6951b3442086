// How long a server takes to start on a filled database, and what each process keeps in memory while nobody asks.
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { ManagedProcess } from '../../stack/processes.ts'
import { startSite } from '../site.ts'

/** Milliseconds from the process's beginning to its first good answer. */
export async function startUp(process: ManagedProcess): Promise<number> {
  await process.stop()
  const began = performance.now()
  await process.start()
  return performance.now() - began
}

/** Megabytes of memory (RSS) after so many seconds without work; undefined where the system does not tell as Linux does. */
export async function idleMemory({ pid }: Pick<ManagedProcess, 'pid'>, seconds: number): Promise<number | undefined> {
  await pause(seconds * 1000)
  if (process.platform !== 'linux') return undefined
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return kibibytes === undefined ? undefined : Number(kibibytes) / 1024
}

/** The same of plugin server and embedded gateway, each just started. */
export async function idleMemoryOfGateway(seconds: number): Promise<Readonly<Record<string, number | undefined>>> {
  const { own, stop } = await startSite('embedded', 1)
  try {
    return {
      'plugin server': await idleMemory(own.plugins, seconds),
      'embedded gateway': await idleMemory(own.process, 0),
    }
  } finally {
    await stop()
  }
}
