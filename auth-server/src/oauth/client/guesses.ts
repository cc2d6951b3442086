// Guessing client credentials: bounded per client and address, and per address over all clients (RFC 6749 §2.3.1).
import { tooManyRequests } from '../../http/problem.ts'
import { limitAddresses } from '../../limits/attempt-limit.ts'

const WINDOW_SECONDS = 60
const PER_CLIENT_AND_ADDRESS = 10
const PER_ADDRESS = 100

/**
 * Failures are counted by where they come from, so a stranger elsewhere cannot lock a client out. What many addresses
 * could try together is bounded by the secret itself: 256 random bits.
 */
export interface ClientGuesses {
  /** @throws {Problem} too_many_requests, with Retry-After. */
  requirePatience(clientId: string, address: string): void
  note(clientId: string, address: string): void
}

export function countClientGuesses(): ClientGuesses {
  const byPair = limitAddresses(PER_CLIENT_AND_ADDRESS, WINDOW_SECONDS)
  const byAddress = limitAddresses(PER_ADDRESS, WINDOW_SECONDS)
  return {
    requirePatience(clientId, address) {
      const wait = Math.max(byPair.waitSeconds(address, clientId.slice(0, 128)), byAddress.waitSeconds(address))
      if (wait > 0) throw tooManyRequests('too many failed client authentications; try again later', wait)
    },
    note(clientId, address) {
      byPair.note(address, { about: clientId.slice(0, 128) })
      byAddress.note(address)
    },
  }
}
