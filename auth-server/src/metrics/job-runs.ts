// How the background jobs of this process fare: when each ran last, and whether that went well.

export interface JobRun {
  readonly name: string
  readonly everySeconds: number
  /** Null before its first run. */
  readonly ranAt: Date | null
  readonly hasFailed: boolean
}

/** By the names of the jobs; whoever runs them writes. */
export type JobRuns = Map<string, JobRun>
