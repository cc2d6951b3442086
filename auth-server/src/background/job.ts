// A job that runs again and again beside the requests: never twice at once, never throwing, ended by one call.
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { FastifyBaseLogger } from 'fastify'
import type { JobRuns } from '../metrics/job-runs.ts'

export interface Job {
  readonly name: string
  /** Pause between two runs; each is stretched by up to a tenth, so that instances drift apart. */
  readonly everySeconds: number
  readonly run: () => Promise<void>
}

/** Starts the jobs, each after its first pause. Returns what ends them and waits for those that are running. */
export function startJobs(
  jobs: readonly Job[],
  log: FastifyBaseLogger,
  runs: JobRuns = new Map(),
): () => Promise<void> {
  const stops = jobs.map((job) => startJob(job, log, runs))
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}

function startJob({ name, everySeconds, run }: Job, log: FastifyBaseLogger, runs: JobRuns): () => Promise<void> {
  let stopped = false
  let running = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const note = (hasFailed: boolean): void => {
    runs.set(name, { name, everySeconds, ranAt: new Date(), hasFailed })
  }
  runs.set(name, { name, everySeconds, ranAt: null, hasFailed: false })
  const schedule = (): void => {
    if (stopped) return
    timer = setTimeout(work, everySeconds * 1000 * (1 + Math.random() / 10))
    timer.unref()
  }
  const work = (): void => {
    running = inSpan(name, {}, told)
      .then(
        () => note(false),
        () => note(true),
      )
      .then(schedule)
  }
  const told = async (): Promise<void> => {
    try {
      await run()
    } catch (error) {
      log.warn({ err: error, job: name }, 'a background job failed; it will be tried again')
      throw error
    }
  }
  schedule()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}
