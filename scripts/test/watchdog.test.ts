// What a stack has started ends with it, however it ends; what has ended before is forgotten.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { waitUntil } from '../stack/wait.ts'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A process that starts two guarded children, forgets the first, prints both pids and waits. */
async function owner(t: Test) {
  const program = `
    import { spawn } from 'node:child_process'
    import { guard } from ${JSON.stringify(join(import.meta.dirname, '../stack/watchdog.ts'))}
    const launch = (source) => {
      const child = spawn(process.execPath, ['--eval', source], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
      return new Promise((done) => child.stdout.once('data', () => done(child.pid)))
    }
    const forgotten = await launch("console.log('up'); setInterval(() => {}, 1000)")
    const kept = await launch("console.log('up'); setInterval(() => {}, 1000)")
    const deaf = await launch("process.on('SIGINT', () => {}); console.log('up'); setInterval(() => {}, 1000)")
    const forget = guard(forgotten)
    guard(kept)
    guard(deaf)
    forget()
    console.log(JSON.stringify([forgotten, kept, deaf]))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const pids: unknown = JSON.parse(String(line))
  const [forgotten = 0, kept = 0, deaf = 0] = Array.isArray(pids) ? pids.map(Number) : []
  t.teardown(() => {
    for (const pid of [forgotten, kept, deaf]) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  })
  return { child, forgotten, kept, deaf }
}

t.test('an owner that ends by a signal takes along what it guards, and only that', async (t) => {
  const signals = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const
  await Promise.all(
    signals.map(async (signal) => {
      const { child, forgotten, kept, deaf } = await owner(t)
      t.strictSame([forgotten, kept, deaf].map(isAlive), [true, true, true], signal)
      child.kill(signal)
      t.ok(await waitUntil(() => !isAlive(kept) && !isAlive(deaf), { timeoutMs: 20_000 }), signal)
      t.ok(isAlive(forgotten), signal)
    }),
  )
})

t.test('guarding keeps no process waiting', async (t) => {
  const program = `
    import { spawn } from 'node:child_process'
    import { guard } from ${JSON.stringify(join(import.meta.dirname, '../stack/watchdog.ts'))}
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
    child.unref()
    guard(child.pid)
    console.log(child.pid)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [[line], [code]] = await Promise.all([once(child.stdout, 'data'), once(child, 'exit')])
  t.equal(code, 0)
  t.ok(await waitUntil(() => !isAlive(Number(line)), { timeoutMs: 15_000 }))
})
