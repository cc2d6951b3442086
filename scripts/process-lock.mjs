// A lock file that one live process holds at a time; what a killed process leaves behind counts as free.
// Plain JavaScript, because the bootstrap uses it before Node 24 is there.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'

/** Somebody else, alive, holds the lock. */
export class LockHeld extends Error {
  /**
   * @param {string} path
   * @param {number} pid
   */
  constructor(path, pid) {
    super(`${path} is held by process ${pid}`)
    this.name = 'LockHeld'
    /** @readonly */
    this.pid = pid
  }
}

/** How long a lock file may be empty: its holder is between making and filling it. */
const fillingMillis = 2000

/**
 * Names a process for good: its pid alone may be given to a stranger later, the pid with its start time may not.
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process
 */
export function processIdentity(pid) {
  try {
    if (process.platform === 'linux') {
      // proc_pid_stat(5): the name in parentheses may hold anything, the fields after it are numbers; (22) is the start
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
    }
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return started === '' ? undefined : `${pid} ${started}`
  } catch {
    return undefined
  }
}

/**
 * Takes the lock for this process until `release` is called or the process ends.
 * @param {string} path the lock file; its folder must exist
 * @returns {() => void} release
 * @throws {LockHeld} when another live process has it
 */
export function takeLock(path) {
  const mine = processIdentity(process.pid) ?? String(process.pid)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      writeFileSync(path, mine, { flag: 'wx', mode: 0o600 })
      return () => {
        if (read(path) === mine) rmSync(path, { force: true })
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = read(path)
    const pid = Number(holder?.split(' ')[0])
    if (holder ? processIdentity(pid) === holder : isBeingFilled(path)) throw new LockHeld(path, pid)
    rmSync(path, { force: true })
  }
  throw new Error(`cannot take the lock ${path}`)
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** @param {string} path */
function isBeingFilled(path) {
  try {
    return Date.now() - statSync(path).mtimeMs < fillingMillis
  } catch {
    return false
  }
}
