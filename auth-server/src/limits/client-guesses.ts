// Guessing client credentials: bounded per client and address, and per address over all clients (RFC 6749 §2.3.1).
import { tooManyRequests } from '../http/problem.ts'
import type { CountedKey } from '../store/tables/attempts.ts'
import { limitAddresses } from './attempt-limit.ts'
import { countedKeys, type LimitSettings } from './counted-keys.ts'
import type { Admit } from './shared-limit.ts'
import { LIMITS, type LimitName } from './table.ts'

/**
 * Failures are counted by where they come from, so a stranger elsewhere cannot lock a client out. What many addresses
 * could try together is bounded by the secret itself: 256 random bits.
 *
 * A right secret is no guess and costs no write: what is known of the address is read together with the client. A wrong
 * one is counted in the same statement that says whether it was one too many. Guesses sent at once could all read that
 * nobody has guessed yet; so each instance counts for itself as well, without waiting for anything.
 */
export interface ClientGuesses {
  /** What to read together with the client, for `requirePatience`. */
  keys(clientId: string, address: string): readonly CountedKey[]
  /** Whether this instance knows of no guess of theirs: then what another one knows of can wait for their first. */
  isFree(clientId: string, address: string): boolean
  /**
   * @param sharedWaitSeconds what the database says of the keys
   * @throws {HttpProblem} too_many_requests, with Retry-After.
   */
  requirePatience(clientId: string, address: string, sharedWaitSeconds: number): void
  /** Counts a wrong one. @throws {HttpProblem} too_many_requests when it was one too many, whatever else is wrong with it. */
  note(clientId: string, address: string): Promise<void>
}

const REFUSAL = 'too many failed client authentications; try again later'

/** @param secret that the keys in the database are hashed with @param refused is told of each refusal, but of those of `admit` */
export function countClientGuesses(
  admit: Admit,
  secret: string,
  settings: LimitSettings,
  refused: (limit: LimitName) => void,
): ClientGuesses {
  const byPair = limitAddresses(LIMITS.clientGuesses.allowed, LIMITS.clientGuesses.windowSeconds)
  const byAddress = limitAddresses(LIMITS.clientGuessesByAddress.allowed, LIMITS.clientGuessesByAddress.windowSeconds)
  const guessOf = (clientId: string, address: string) => ({
    clientGuesses: { address, about: clientId.slice(0, 128) },
    clientGuessesByAddress: { address },
  })
  const requireNone = (wait: number, limit: LimitName) => {
    if (wait === 0) return
    refused(limit)
    throw tooManyRequests(REFUSAL, wait)
  }
  return {
    keys(clientId, address) {
      const guess = guessOf(clientId, address)
      return [
        ...countedKeys(secret, settings, 'clientGuesses', guess.clientGuesses),
        ...countedKeys(secret, settings, 'clientGuessesByAddress', guess.clientGuessesByAddress),
      ]
    },
    isFree: (clientId, address) => byAddress.isFree(address) && byPair.isFree(address, clientId.slice(0, 128)),
    requirePatience(clientId, address, sharedWaitSeconds) {
      requireNone(byAddress.waitSeconds(address), 'clientGuessesByAddress')
      const ownWait = byPair.waitSeconds(address, clientId.slice(0, 128))
      requireNone(Math.max(ownWait, sharedWaitSeconds), 'clientGuesses')
    },
    async note(clientId, address) {
      byPair.note(address, { about: clientId.slice(0, 128) })
      byAddress.note(address)
      const { waitSeconds } = await admit(guessOf(clientId, address))
      if (waitSeconds > 0) throw tooManyRequests(REFUSAL, waitSeconds)
    },
  }
}
