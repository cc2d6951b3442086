// The limits as the rest of the server uses them, opened once.
import type { Config } from '../config.ts'
import type { Db } from '../store/database.ts'
import { type ClientGuesses, countClientGuesses } from './client-guesses.ts'
import type { LimitSettings } from './counted-keys.ts'
import { type Admit, admitBy } from './shared-limit.ts'
import type { LimitName } from './table.ts'
import { countVisits, type VisitLimit } from './visits.ts'

export interface Limits {
  /** Whatever is counted by all instances together. */
  readonly admit: Admit
  readonly visits: VisitLimit
  readonly clientGuesses: ClientGuesses
}

/** @param refused is told of each attempt beyond a limit */
export function openLimits(
  db: Db,
  config: Pick<Config, 'visitsPerMinute' | 'mailsPerHour' | 'signInGuessesPerHour' | 'cookieSecret'>,
  refused: (limit: LimitName) => void = () => {},
): Limits {
  const settings: LimitSettings = {
    VISITS_PER_MINUTE: config.visitsPerMinute,
    MAILS_PER_HOUR: config.mailsPerHour,
    SIGN_IN_GUESSES_PER_HOUR: config.signInGuessesPerHour,
  }
  return {
    admit: admitBy(db, config.cookieSecret, settings, refused),
    visits: countVisits(config.visitsPerMinute, () => refused('visits')),
    clientGuesses: countClientGuesses(db, config.cookieSecret, settings, refused),
  }
}
