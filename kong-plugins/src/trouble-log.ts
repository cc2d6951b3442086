// Our own trouble in the log, sparingly: an outage at full traffic is a line a second with a count, not a line per call.
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'

const EVERY_MILLIS = 1000
/** Reasons remembered at once; they come from a short list of ours. */
const MAX_REASONS = 100

export interface TroubleLog {
  /** Whether a call of this kind would be told now, for what costs a question to tell. */
  isDue(reason: string): boolean
  /** Logs the first call of a kind at once; those within the next second are counted and told with the one after it. */
  note(reason: string, facts: Readonly<Record<string, unknown>>, message: string): void
}

/** One log per plugin instance. */
export function createTroubleLog(log: Logger, clock: Clock): TroubleLog {
  const told = new Map<string, { at: number; unsaid: number }>()
  const isTold = (reason: string): boolean => clock.monotonic() - (told.get(reason)?.at ?? -EVERY_MILLIS) < EVERY_MILLIS
  return {
    isDue: (reason) => !isTold(reason),
    note(reason, facts, message) {
      const now = clock.monotonic()
      const before = told.get(reason)
      if (before && now - before.at < EVERY_MILLIS) {
        before.unsaid += 1
        return
      }
      if (!before && told.size >= MAX_REASONS) told.clear()
      told.set(reason, { at: now, unsaid: 0 })
      log.warn({ ...facts, reason, ...(before && before.unsaid > 0 && { unsaid: before.unsaid }) }, message)
    },
  }
}
