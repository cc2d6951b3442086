// A managed process: ready before it counts as started, stopped politely, killed when it must be, its end told.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { manageProcess, type ProcessEnd, type ProcessSpec } from '../../stack/processes.ts'
import { waitUntil } from '../../stack/wait.ts'

function program(source: string, rest: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'sample',
    command: process.execPath,
    args: ['--eval', source],
    env: process.env,
    cwd: import.meta.dirname,
    ready: async () => true,
    ...rest,
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

t.test('start waits until the process is ready, and each line it prints is heard', async (t) => {
  const folder = t.testdir({})
  const flag = join(folder, 'ready')
  const lines: string[] = []
  const sample = manageProcess(
    program(
      `console.log('one'); console.error('two'); require('fs').writeFileSync(${JSON.stringify(flag)}, ''); setInterval(() => {}, 1000)`,
      {
        ready: async () => existsSync(flag),
      },
    ),
    { onLine: (name, line) => lines.push(`${name}: ${line}`) },
  )
  t.equal(sample.pid, undefined)
  await sample.start()
  const { pid } = sample
  t.ok(pid !== undefined && isAlive(pid))
  t.ok(await waitUntil(() => lines.length === 2, { timeoutMillis: 5000 }))
  t.strictSame(lines.toSorted(), ['sample: one', 'sample: two'])
  await t.rejects(sample.start(), { message: 'the sample is running already' })
  await sample.stop()
  t.equal(sample.pid, undefined)
  t.notOk(pid !== undefined && isAlive(pid))
  await sample.stop() // a second stop is no error
})

t.test('a process that ends before it is ready is an error with its last words', async (t) => {
  const sample = manageProcess(
    program("console.error('no database'); process.exitCode = 3", {
      ready: async () => false,
      lastWords: async () => 'from its log\n',
    }),
  )
  await t.rejects(sample.start(), {
    message: 'the sample ended before it was ready (exit code 3):\nno database\nfrom its log',
  })
  const missing = manageProcess({ ...program(''), command: '/nowhere/to/be/found', ready: async () => false })
  await t.rejects(missing.start(), { message: /^the sample ended before it was ready:\nspawn .* ENOENT$/ })
})

t.test('a process that never gets ready is stopped', async (t) => {
  const sample = manageProcess(
    program('setInterval(() => {}, 1000)', { ready: async () => false, readyTimeoutMillis: 300 }),
  )
  await t.rejects(sample.start(), { message: 'the sample was not ready within 0.3 s:' })
  t.equal(sample.pid, undefined)
})

t.test('a process that ignores SIGTERM, or is stopped by SIGSTOP, is killed after the grace period', async (t) => {
  const folder = t.testdir({})
  const deaf = (flag: string) =>
    manageProcess(
      program(
        `process.on('SIGTERM', () => {}); require('fs').writeFileSync(${JSON.stringify(flag)}, ''); setInterval(() => {}, 1000)`,
        { graceMillis: 200, ready: async () => existsSync(flag) },
      ),
    )
  const samples = [deaf(join(folder, 'a')), deaf(join(folder, 'b'))] as const
  await Promise.all(samples.map((sample) => sample.start()))
  samples[1].signal('SIGSTOP')
  await Promise.all(samples.map((sample) => sample.stop()))
  t.strictSame(
    samples.map(({ pid }) => pid),
    [undefined, undefined],
  )
})

t.test('only an end that nobody asked for is told', async (t) => {
  const ends: ProcessEnd[] = []
  const sample = manageProcess(program("console.log('hello'); setInterval(() => {}, 1000)"), {
    onUnexpectedExit: (end) => ends.push(end),
  })
  await sample.start()
  await sample.stop()
  await sample.start()
  await sample.kill()
  await sample.start() // after each end it can be started again
  t.strictSame(ends, [])
  if (sample.pid === undefined) return t.fail('it runs')
  process.kill(sample.pid, 'SIGKILL')
  t.ok(await waitUntil(() => ends.length === 1, { timeoutMillis: 5000 }))
  t.match(ends, [{ name: 'sample', code: null, signal: 'SIGKILL' }])
})

t.test('children of the process are stopped with it', async (t) => {
  const folder = t.testdir({})
  const flag = join(folder, 'pid')
  const source = `const { pid } = require('child_process').spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
    require('fs').writeFileSync(${JSON.stringify(flag)}, String(pid)); setInterval(() => {}, 1000)`
  const sample = manageProcess(program(source, { ready: async () => existsSync(flag) }))
  await sample.start()
  const { pid } = sample
  await sample.kill()
  t.ok(pid !== undefined && (await waitUntil(() => groupIsGone(pid), { timeoutMillis: 5000 })))
})

function groupIsGone(pid: number): boolean {
  try {
    process.kill(-pid, 0)
    return false
  } catch {
    return true
  }
}
