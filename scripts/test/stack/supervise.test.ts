// Parts that die are started again: told with the cause, after growing pauses, not for ever, and not while all is stopped.
import t, { type Test } from 'tap'
import { type ManagedProcess, manageProcess } from '../../stack/processes.ts'
import { type SupervisionOptions, supervise } from '../../stack/supervise.ts'
import { waitUntil } from '../../stack/wait.ts'

/** A supervised process, and what was said of it. */
function supervised(t: Test, source: string, options: Omit<SupervisionOptions, 'tell' | 'giveUp'>) {
  const said: string[] = []
  const supervisor = supervise({
    ...options,
    tell: (text) => said.push(text),
    giveUp: (text) => said.push(`given up: ${text}`),
  })
  const sample: ManagedProcess = manageProcess(
    {
      name: 'sample',
      command: process.execPath,
      args: ['--eval', source],
      env: process.env,
      cwd: import.meta.dirname,
      ready: async () => true,
    },
    { onUnexpectedExit: (end) => supervisor.died(sample, end) },
  )
  t.teardown(async () => {
    supervisor.stop()
    await sample.stop()
  })
  const heard = (count: number) => waitUntil(() => said.length >= count, { timeoutMillis: 20_000 })
  const kill = (): void => {
    if (sample.pid !== undefined) process.kill(sample.pid, 'SIGKILL')
  }
  return { sample, supervisor, said, heard, kill }
}

const RUNS = 'setInterval(() => {}, 1000)'

t.test(
  'killed twenty times with pauses it is up twenty times again, and each death is told with its signal',
  async (t) => {
    const { sample, said, heard, kill } = supervised(t, RUNS, { windowMillis: 1, pausesMillis: [1] })
    await sample.start()
    for (let n = 1; n <= 20; n += 1) {
      kill()
      t.ok(await heard(2 * n))
    }
    t.strictSame(
      said,
      Array.from({ length: 20 }, () => [
        'The sample ended unexpectedly (SIGKILL). Starting it again in 0.001 s…',
        'The sample is up again.',
      ]).flat(),
    )
    t.not(sample.pid, undefined)
  },
)

t.test('the pauses grow, and the fifth death within a minute is the last', async (t) => {
  const { sample, said, heard, kill } = supervised(t, RUNS, { pausesMillis: [1, 2, 3, 4] })
  await sample.start()
  for (let n = 1; n <= 4; n += 1) {
    kill()
    t.ok(await heard(2 * n))
  }
  kill()
  t.ok(await heard(9))
  t.strictSame(
    said.filter((line) => line.includes('Starting')).map((line) => /in (\S+) s/.exec(line)?.[1]),
    ['0.001', '0.002', '0.003', '0.004'],
  )
  t.equal(
    said.at(-1),
    'given up: The sample ended unexpectedly (SIGKILL). That was 5 times within 60 s, so it is not started again.',
  )
  t.equal(sample.pid, undefined)
})

t.test('one that ends by itself is told with its exit code and its last words', async (t) => {
  const { sample, said, heard } = supervised(t, "setTimeout(() => { console.log('no more'); process.exit(3) }, 300)", {
    pausesMillis: [],
  })
  await sample.start()
  t.ok(await heard(1))
  t.equal(
    said[0],
    'given up: no more\n\nThe sample ended unexpectedly (exit code 3). That was 1 times within 60 s, so it is not started again.',
  )
})

t.test('stopped during a pause, nothing is started any more', async (t) => {
  const { sample, supervisor, said, heard, kill } = supervised(t, RUNS, { pausesMillis: [60_000] })
  await sample.start()
  kill()
  t.ok(await heard(1))
  supervisor.stop()
  await sample.stop()
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(sample.pid, undefined)
  t.equal(said.length, 1)
})
