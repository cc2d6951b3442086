// Pages of the developer portal: each asks the database for much, so one person opens so many a minute at an instance.
import { tooManyRequests } from '../http/problem.ts'
import { limitAttempts } from './attempt-limit.ts'
import { LIMITS } from './table.ts'

export interface PageLimit {
  /** Counts one more page. @throws {HttpProblem} too_many_requests, with Retry-After, when there were too many. */
  admit(personId: string): void
}

export function countPortalPages(refused: () => void): PageLimit {
  const { allowed, windowSeconds } = LIMITS.portalPages
  const pages = limitAttempts(allowed, windowSeconds)
  return {
    admit(personId) {
      const wait = pages.waitSeconds(personId)
      if (wait > 0) {
        refused()
        throw tooManyRequests('too many pages of the portal were opened', wait)
      }
      pages.note(personId)
    },
  }
}
