// The limits as the rest of the server uses them, opened once.
import type { Config } from '../config.ts'
import type { Db } from '../store/database.ts'
import { type ClientGuesses, countClientGuesses } from './client-guesses.ts'
import { countSignInGuesses, type SignInGuesses } from './sign-in-guesses.ts'
import { countVisits, type Visits } from './visits.ts'

export interface Limits {
  readonly visits: Visits
  readonly clientGuesses: ClientGuesses
  readonly signInGuesses: SignInGuesses
}

export function openLimits(db: Db, config: Pick<Config, 'visitsPerMinute' | 'cookieSecret'>): Limits {
  return {
    visits: countVisits(config.visitsPerMinute),
    clientGuesses: countClientGuesses(db, config.cookieSecret),
    signInGuesses: countSignInGuesses(db, config.cookieSecret),
  }
}
