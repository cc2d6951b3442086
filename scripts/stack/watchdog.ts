// Ends the processes of a stack when we ourselves end without stopping them, even by SIGKILL: nothing may hold a port then.
import { type ChildProcess, spawn } from 'node:child_process'

/**
 * A shell that is given which process groups to end, and reads, line by line, which they are by now. Its input ends with
 * us, whatever the cause; then it sends SIGINT (for PostgreSQL: fast shutdown) and, to what is left after five seconds,
 * SIGKILL.
 */
const SCRIPT = `
groups=$*
while read -r line; do groups=$line; done
send() {
  left=
  for group in $groups; do kill -s "$1" -- "$group" 2>/dev/null && left="$left $group"; done
  groups=$left
  [ -n "$groups" ] || exit 0
}
send INT
for second in 1 2 3 4 5; do sleep 1; send 0; done
send KILL`

const GUARDED = new Set<number>()
let shell: ChildProcess | undefined

/**
 * Has the group that `pid` leads ended when we end.
 * @returns to be called when the group has ended: its number may then become a stranger's
 */
export function guard(pid: number): () => void {
  GUARDED.add(pid)
  tell()
  return () => {
    if (GUARDED.delete(pid)) tell()
  }
}

function tell(): void {
  shell ??= startShell()
  shell.stdin?.write(`${groups().join(' ')}\n`)
  if (GUARDED.size > 0) return
  shell.stdin?.end() // nothing to guard: it exits, the next guard starts another
  shell = undefined
}

function groups(): readonly string[] {
  return [...GUARDED].map((pid) => String(-pid))
}

function startShell(): ChildProcess {
  // detached: Ctrl-C in the terminal is not for it; unref: it keeps nobody waiting
  const started = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...groups()], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  started.on('error', () => {}) // a system without a shell goes without it
  started.on('exit', () => {
    if (shell !== started) return
    shell = undefined
    if (GUARDED.size > 0) tell() // somebody killed it: what it watched over needs another
  })
  started.stdin.on('error', () => {})
  started.unref()
  if ('unref' in started.stdin && typeof started.stdin.unref === 'function') started.stdin.unref()
  return started
}
