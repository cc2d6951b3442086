// A background job, however it fails: the server goes on, the log says so, and the job is tried again.
import { pino } from 'pino'
import t from 'tap'
import { startJobs } from '../../src/background/job.ts'
import type { JobRuns } from '../../src/metrics/job-runs.ts'

const FAILURES: Readonly<Record<string, () => Promise<void>>> = {
  'before it has begun': () => {
    throw new Error('no such table')
  },
  'while it runs': async () => {
    throw new Error('no such table')
  },
}

for (const [when, fail] of Object.entries(FAILURES))
  t.test(`a job that fails ${when} is tried again`, async (t) => {
    // Jobs keep no process from ending.
    const alive = setInterval(() => {}, 1000)
    t.teardown(() => clearInterval(alive))
    const lines: string[] = []
    const runs: JobRuns = new Map()
    const again = Promise.withResolvers<boolean | undefined>()
    let tries = 0
    const run = () => {
      tries++
      if (tries === 1) return fail()
      again.resolve(runs.get('count')?.hasFailed)
      return Promise.resolve()
    }
    const log = pino({}, { write: (line: string) => void lines.push(line) })
    const stop = startJobs([{ name: 'count', everySeconds: 0.001, run }], log, runs)
    t.equal(await again.promise, true, 'and administrators see that it had failed')
    await stop()
    t.match(
      lines.map((line) => JSON.parse(line)),
      [{ job: 'count', err: { message: 'no such table' } }],
    )
  })
