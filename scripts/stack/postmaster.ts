// The running PostgreSQL server of a data folder: read from its pid file, told apart from strangers, stopped when left over.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { waitUntil } from './wait.ts'

/** What `postmaster.pid` says (PostgreSQL: src/include/utils/pidfile.h; one fact a line). */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid')
}

/** Reads the pid file; undefined when there is none or its first line is no pid. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  let text: string
  try {
    text = readFileSync(pidFile(cluster), 'utf8')
  } catch {
    return undefined
  }
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined
  // A standby says that it is one, and takes connections that read.
  return { pid, port: Number(lines[3] ?? 0), ready: /^(?:ready|standby)$/.test(lines[7]?.trim() ?? '') }
}

/** True when `pid` is a live PostgreSQL server that was started on exactly this data folder. */
export function servesCluster(pid: number, cluster: string): boolean {
  try {
    if (process.platform === 'linux') {
      // empty for a process that has ended and only waits to be reaped
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return /\/postgres$/.test(args[0] ?? '') && args.includes(cluster)
    }
    const line = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return line.includes(`/postgres -D ${cluster} `)
  } catch {
    return false
  }
}

/**
 * Makes way for a new server on `cluster`. A server left over from a killed run is stopped; a pid file that names a
 * dead process or a stranger is deleted (PostgreSQL would refuse to start while a stranger has that pid).
 */
export async function clearLeftover(cluster: string): Promise<'none' | 'stale' | 'stopped'> {
  const left = readPostmaster(cluster)
  if (left === undefined) return 'none'
  if (!servesCluster(left.pid, cluster)) {
    await rm(pidFile(cluster), { force: true })
    return 'stale'
  }
  await stopPostmaster(left.pid, cluster)
  return 'stopped'
}

/** Stops a server: SIGINT (fast shutdown: clients are cut, data is flushed), later SIGQUIT, at last SIGKILL. */
export async function stopPostmaster(pid: number, cluster: string, graceMillis = 10_000): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!servesCluster(pid, cluster)) return
    process.kill(pid, signal)
    if (await waitUntil(() => !servesCluster(pid, cluster), { timeoutMillis: graceMillis })) return
  }
}
