// Visits to /authorize and /par: each leaves a row that nobody had to log in for, so one address gets so many a minute.
import { limitAttempts } from '../http/attempt-limit.ts'
import { networkOf } from '../http/network.ts'
import { OAuthError } from './errors.ts'

const WINDOW_SECONDS = 60

export type Visits = Readonly<{
  /** Counts one more visit. @throws {OAuthError} too_many_requests, with Retry-After, when there were too many. */
  admit(address: string): void
}>

/** @param perMinute visits that one address (IPv6: one /64) may begin; 0 for any number. */
export const countVisits = (perMinute: number): Visits => {
  if (perMinute === 0) return { admit() {} }
  const visits = limitAttempts(perMinute, WINDOW_SECONDS)
  return {
    admit(address) {
      const network = networkOf(address)
      const wait = visits.waitSeconds(network)
      if (wait > 0)
        throw new OAuthError('too_many_requests', 'too many sign-ins begin at this address; try again in a minute', {
          detail: 'if this address is a load balancer of ours, name it in TRUSTED_PROXIES',
          headers: { 'retry-after': String(wait) },
        })
      visits.note(network)
    },
  }
}
