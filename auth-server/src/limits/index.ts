// The limits as the rest of the server uses them, opened once.
import type { Config } from '../config.ts'
import type { Db, Trx } from '../store/database.ts'
import { type ClientGuesses, countClientGuesses } from './client-guesses.ts'
import type { LimitSettings, SharedLimitName } from './counted-keys.ts'
import { countPortalPages, type PageLimit } from './portal-pages.ts'
import { type Admit, admitBy } from './shared-limit.ts'
import type { LimitName } from './table.ts'
import { countVisits, type VisitLimit } from './visits.ts'

export interface Limits {
  /** Whatever is counted by all instances together. */
  readonly admit: Admit
  /** The same by a transaction, for what counts only if that does what it is about; or by other connections. */
  readonly admitBy: (db: Db | Trx) => Admit
  /** What is counted where it lies (the row of a mail or a code, a queue) says here that an attempt was refused. */
  readonly refused: (limit: Exclude<LimitName, SharedLimitName | 'visits' | 'portalPages'>) => void
  readonly visits: VisitLimit
  readonly portalPages: PageLimit
  readonly clientGuesses: ClientGuesses
}

/** @param refused is told of each attempt beyond a limit */
export function openLimits(
  db: Db,
  config: Pick<
    Config,
    | 'visitsPerMinute'
    | 'mailsPerHour'
    | 'signInGuessesPerHour'
    | 'devicesPerHour'
    | 'attestedDevicesPerHour'
    | 'cookieSecret'
  >,
  refused: (limit: LimitName) => void = () => {},
): Limits {
  const settings: LimitSettings = {
    VISITS_PER_MINUTE: config.visitsPerMinute,
    MAILS_PER_HOUR: config.mailsPerHour,
    SIGN_IN_GUESSES_PER_HOUR: config.signInGuessesPerHour,
    DEVICES_PER_HOUR: config.devicesPerHour,
    ATTESTED_DEVICES_PER_HOUR: config.attestedDevicesPerHour,
  }
  const admit = admitBy(db, config.cookieSecret, settings, refused)
  return {
    admit,
    admitBy: (other) => admitBy(other, config.cookieSecret, settings, refused),
    refused,
    visits: countVisits(config.visitsPerMinute, () => refused('visits')),
    portalPages: countPortalPages(() => refused('portalPages')),
    clientGuesses: countClientGuesses(admit, config.cookieSecret, settings, refused),
  }
}
