// How much processor time a process and its children have used; Linux tells, other systems are not asked.
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks per second in /proc (USER_HZ), the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Seconds of processor time of `pid` and all that descends from it; undefined where that cannot be told. */
export function cpuSeconds(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined
  const ticks = new Map<number, number>()
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = statFields(name)
    if (!fields) continue
    parents.set(Number(name), Number(fields[1]))
    ticks.set(
      Number(name),
      fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0),
    )
  }
  let sum = 0
  for (const [each, used] of ticks) if (descends(each, pid, parents)) sum += used
  return sum / TICKS_PER_SECOND
}

/**
 * proc_pid_stat(5) from the third field on: state, ppid, … utime and stime are the 14th and 15th, cutime and cstime (of
 * children that have ended) the two after them.
 */
function statFields(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined // it has ended
  }
}

function descends(pid: number, ancestor: number, parents: ReadonlyMap<number, number>): boolean {
  let at: number | undefined = pid
  while (at !== undefined && at > 0) {
    if (at === ancestor) return true
    at = parents.get(at)
  }
  return false
}
