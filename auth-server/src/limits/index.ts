// The limits as the rest of the server uses them, opened once.
import type { Config } from '../config.ts'
import type { Db } from '../store/database.ts'
import { type ClientGuesses, countClientGuesses } from './client-guesses.ts'
import { countSignInGuesses, type SignInGuesses } from './sign-in-guesses.ts'
import type { LimitName } from './table.ts'
import { countVisits, type VisitLimit } from './visits.ts'

export interface Limits {
  readonly visits: VisitLimit
  readonly clientGuesses: ClientGuesses
  readonly signInGuesses: SignInGuesses
}

/** @param refused is told of each attempt beyond a limit */
export function openLimits(
  db: Db,
  config: Pick<Config, 'visitsPerMinute' | 'cookieSecret'>,
  refused: (limit: LimitName) => void = () => {},
): Limits {
  return {
    visits: countVisits(config.visitsPerMinute, () => refused('visits')),
    clientGuesses: countClientGuesses(db, config.cookieSecret, () => refused('clientGuesses')),
    signInGuesses: countSignInGuesses(db, config.cookieSecret, () => refused('signInGuesses')),
  }
}
