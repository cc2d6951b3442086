// What a stack has started ends with it, however it ends; what has ended before is forgotten.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { waitUntil } from '../../stack/wait.ts'

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A process that guards a child, one that ignores SIGINT if asked, and no longer a third; it prints their pids and waits. */
async function owner(t: Test, withDeaf: boolean) {
  const program = `
    import { spawn } from 'node:child_process'
    import { guard } from ${JSON.stringify(join(import.meta.dirname, '../../stack/watchdog.ts'))}
    const launch = (source) => {
      const child = spawn('/bin/sh', ['-c', source + 'echo up; while true; do sleep 1; done'], {
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      return new Promise((done) => child.stdout.once('data', () => done(child.pid)))
    }
    const forgotten = await launch('')
    const guarded = [await launch(''), ...(${withDeaf} ? [await launch("trap '' INT; ")] : [])]
    const forget = guard(forgotten)
    guarded.forEach(guard)
    forget()
    console.log(JSON.stringify([forgotten, ...guarded]))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const parsed: unknown = JSON.parse(String(line))
  const [forgotten = 0, ...guarded] = Array.isArray(parsed) ? parsed.map(Number) : []
  t.teardown(() => {
    for (const pid of [forgotten, ...guarded]) if (isAlive(pid)) process.kill(-pid, 'SIGKILL')
  })
  return { child, forgotten, guarded }
}

t.test('an owner that ends by a signal takes along what it guards, and only that', async (t) => {
  const signals = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const
  await Promise.all(
    signals.map(async (signal) => {
      const { child, forgotten, guarded } = await owner(t, signal === 'SIGKILL')
      t.ok([forgotten, ...guarded].every(isAlive), signal)
      child.kill(signal)
      t.ok(await waitUntil(() => !guarded.some(isAlive), { timeoutMillis: 20_000 }), signal)
      t.ok(isAlive(forgotten), signal)
    }),
  )
})

/** The shell that the owner has started, once there is one other than `before`. */
async function watchdogOf(owner: number | undefined, others: readonly number[], before?: number): Promise<number> {
  let found: number | undefined
  await waitUntil(
    async () => {
      const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
      const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
      const known = [...others, before]
      found = pairs.find(([pid, parent]) => parent === owner && !known.includes(pid) && isAlive(pid ?? 0))?.[0]
      return found !== undefined
    },
    { timeoutMillis: 15_000 },
  )
  return found ?? 0
}

t.test('whoever ends the one that watches gets another', async (t) => {
  const { child, forgotten, guarded } = await owner(t, false)
  const others = [forgotten, ...guarded]
  const first = await watchdogOf(child.pid, others)
  process.kill(first, 'SIGKILL')
  t.ok(await watchdogOf(child.pid, others, first))
  child.kill('SIGKILL')
  t.ok(await waitUntil(() => !guarded.some(isAlive), { timeoutMillis: 20_000 }))
})

t.test('guarding keeps no process waiting', async (t) => {
  const program = `
    import { spawn } from 'node:child_process'
    import { guard } from ${JSON.stringify(join(import.meta.dirname, '../../stack/watchdog.ts'))}
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
    child.unref()
    guard(child.pid)
    console.log(child.pid)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [[line], [code]] = await Promise.all([once(child.stdout, 'data'), once(child, 'exit')])
  t.equal(code, 0)
  t.ok(await waitUntil(() => !isAlive(Number(line)), { timeoutMillis: 15_000 }))
})
