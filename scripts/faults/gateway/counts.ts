// Whether calls were counted as has been promised: against limits, and in what the auth server is told.
import type { Entry } from './book.ts'
import { LIMIT } from './limits.ts'
import type { ToldUsage } from './run.ts'

/** Kong asks again when a connection to the plugin server breaks: each time one call may count twice against its limit. */
const ASKED_AGAIN = 30

/** Figures, and what is wrong with them. */
interface Counted {
  readonly line: string
  readonly broken: readonly string[]
}

export function isOk({ status }: Entry): boolean {
  return status === 200
}

/** A call that was not answered by the limit, one way or the other, may have been counted. */
export function limitOf(entries: readonly Entry[], asksAgain: boolean): Counted {
  const reached = entries.filter(({ reachedAt }) => reachedAt.length > 0).length
  const undecided = entries.filter(({ status }) => status !== 200 && status !== 429).length
  return {
    line: `${reached} (${undecided} undecided)`,
    broken: [
      ...(reached > LIMIT ? [`${reached} calls passed a limit of ${LIMIT}`] : []),
      ...(reached < LIMIT - undecided - (asksAgain ? ASKED_AGAIN : 0)
        ? [`of ${LIMIT} calls ${reached} passed: something was counted twice`]
        : []),
      ...(entries.at(-1)?.status === 429 ? [] : ['a limit was not reached']),
    ],
  }
}

/**
 * What docs/portal.md says of usage: each call once, but for what was not told yet when its gateway died.
 * @param since from when none has died
 */
export function usageTold(usage: ToldUsage, entries: readonly Entry[], since: number): Counted {
  const ok = entries.filter(isOk)
  const unsure = entries.filter(({ status }) => status === undefined || status >= 500).length
  const certain = ok.filter(({ began }) => began > since)
  return {
    line: `usage tells of ${usage.accepted} of ${ok.length} calls`,
    broken: [
      ...(usage.accepted > ok.length + unsure
        ? [`usage tells of ${usage.accepted} calls: some were counted twice`]
        : []),
      ...(usage.accepted < certain.length ? [`usage tells of ${usage.accepted} calls: some were lost`] : []),
    ],
  }
}
