// Guesses at a provider counted by whom a name leads to there, so that no other spelling and no second name gains attempts.
import type { KnownSecrets } from '../../crypto/secrets.ts'
import type { Limits } from '../../limits/index.ts'
import type { Attempt } from '../../limits/shared-limit.ts'
import { knownAs } from '../sign-in-guesses.ts'
import { TooManyGuesses } from './provider.ts'

/** A guess that is under way. */
export interface ResolvedGuesses {
  /** @param who by what the provider knows them, in one spelling @throws {TooManyGuesses} */
  readonly admit: (who: string) => Promise<void>
  /** How long this one has to wait; 0 where it was admitted. */
  waitSeconds(): number
  /** It was right, or nobody has looked at it. */
  takeBack(): Promise<void>
}

/**
 * Counted beside what was typed, and by the same numbers. Whether the browser is known is asked of what was typed: so nobody
 * who guesses by another name makes the person wait in their own browser.
 * @param guess as it was counted by what was typed
 */
export function resolvedGuesses(
  limits: Limits,
  cookieSecrets: KnownSecrets,
  issuer: string,
  guess: Readonly<{ account: string; address: string; tokens: readonly string[] }>,
): ResolvedGuesses {
  const known = knownAs(cookieSecrets, guess.account, guess.tokens)
  const attempts: Attempt[] = []
  let wait = 0
  return {
    async admit(who) {
      // No account is spelled so.
      const about = `${issuer}\0${who}`
      const attempt = await limits.admit(
        known === undefined
          ? { signInGuesses: { address: guess.address, about }, signInGuessesByAccount: { about } }
          : { signInGuessesByKnownBrowser: { about: `${about} ${known}` } },
      )
      wait = attempt.waitSeconds
      if (wait > 0) throw new TooManyGuesses(wait)
      attempts.push(attempt)
    },
    waitSeconds: () => wait,
    async takeBack() {
      for (const attempt of attempts.splice(0)) await attempt.takeBack()
    },
  }
}
