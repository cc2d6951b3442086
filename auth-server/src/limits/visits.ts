// Visits to /authorize and /par: each leaves a row that nobody had to log in for, so one address gets so many a minute.
import { tooManyRequests } from '../http/problem.ts'
import { limitAddresses } from './attempt-limit.ts'
import { LIMITS } from './table.ts'

/** What a request of an ordinary app takes; one that keeps more counts as several. */
const ORDINARY_BYTES = 1024

export interface VisitLimit {
  /**
   * Counts one more visit. @param kept what of it will be kept, as text.
   * @throws {HttpProblem} too_many_requests, with Retry-After, when there were too many.
   */
  admit(address: string, kept: string): void
}

/** @param perMinute visits that one address (IPv6: one /64) may begin in this process; 0 for any number. */
export function countVisits(perMinute: number, refused: () => void): VisitLimit {
  if (perMinute === 0) return { admit() {} }
  const visits = limitAddresses(perMinute, LIMITS.visits.windowSeconds)
  return {
    admit(address, kept) {
      const wait = visits.waitSeconds(address)
      if (wait > 0) {
        refused()
        throw tooManyRequests('too many sign-ins begin at this address; try again in a minute', wait, {
          detail: 'if this address is a load balancer of ours, name it in TRUSTED_PROXIES',
        })
      }
      visits.note(address, { weight: Math.max(1, Math.ceil(Buffer.byteLength(kept) / ORDINARY_BYTES)) })
    },
  }
}
