// Trouble that many requests meet at once, in the log: a line a second with a count, not a stack per request.
import type { FastifyBaseLogger } from 'fastify'

const EVERY_MILLIS = 1000

export interface SparingLog {
  /** Logs the first of its kind at once; those within a second are counted and told with the next one after it. */
  error(log: FastifyBaseLogger, kind: string, err: unknown, message: string): void
}

/** @param now milliseconds of a clock that never goes back. @param kind of trouble comes from a short list of ours. */
export function logSparingly(now = () => performance.now()): SparingLog {
  const told = new Map<string, { at: number; unsaid: number }>()
  return {
    error(log, kind, err, message) {
      const before = told.get(kind)
      if (before && now() - before.at < EVERY_MILLIS) {
        before.unsaid++
        return
      }
      told.set(kind, { at: now(), unsaid: 0 })
      log.error({ err, ...(before && before.unsaid > 0 && { unsaid: before.unsaid }) }, message)
    },
  }
}
