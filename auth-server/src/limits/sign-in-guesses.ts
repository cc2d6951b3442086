// Guessing passwords: bounded per account and address, and per address over all accounts, over all instances together.
import type { Db } from '../store/database.ts'
import { countAttempt, uncountAttempt } from '../store/tables/attempts.ts'
import { countedKeys } from './counted-keys.ts'

/** Whether a password may be looked at. */
export interface SignInAttempt {
  /** Seconds to wait first; 0 for now. */
  readonly waitSeconds: number
  /** Takes the attempt back: the password was right, or nobody has looked at it. */
  takeBack(): Promise<void>
}

/** Strangers elsewhere cannot keep the right person out, because each address has a count of its own. */
export interface SignInGuesses {
  /**
   * Counts an attempt before its password is looked at, so that of many at once no more are looked at than the limit
   * allows. An address without an account counts alike, so that nobody learns which have one.
   * @param account the canonical form of an e-mail address
   */
  admit(account: string, address: string): Promise<SignInAttempt>
}

/** @param secret that the keys in the database are hashed with */
export function countSignInGuesses(db: Db, secret: string, refused: () => void): SignInGuesses {
  return {
    async admit(account, address) {
      const keys = [
        ...countedKeys(secret, 'signInGuesses', address, account),
        ...countedKeys(secret, 'signInGuessesByAddress', address),
      ]
      const waitSeconds = await countAttempt(db, keys)
      if (waitSeconds > 0) refused()
      return { waitSeconds, takeBack: () => uncountAttempt(db, keys) }
    },
  }
}
