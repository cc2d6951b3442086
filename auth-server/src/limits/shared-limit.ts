// Attempts that all instances count together: whichever limits a caller names, in one statement.
import type { Db } from '../store/database.ts'
import { countAttempt, uncountAttempt } from '../store/tables/attempts.ts'
import { type Attempted, countedKeys, type LimitSettings, type SharedLimitName } from './counted-keys.ts'
import { LIMITS } from './table.ts'

/** Whether something may be tried. */
export interface Attempt {
  /** Seconds to wait first; 0 for now. */
  readonly waitSeconds: number
  /** The limit that refused it. */
  readonly refusedBy: SharedLimitName | undefined
  /** Takes the attempt back: it was right, or nobody has looked at it. */
  takeBack(): Promise<void>
}

/**
 * Counts an attempt before anybody looks at it, so that of many at once no more are looked at than the limits allow. What
 * does not exist (an account, a recipient) is counted like what does, so that nobody learns which do.
 * @param attempted what each limit counts, narrow limits first: whom one refuses, the next ones do not count
 */
export type Admit = (attempted: Readonly<Partial<Record<SharedLimitName, Attempted>>>) => Promise<Attempt>

/** @param secret that the keys in the database are hashed with @param refused is told of each refusal */
export function admitBy(
  db: Db,
  secret: string,
  settings: LimitSettings,
  refused: (limit: SharedLimitName) => void,
): Admit {
  return async (attempted) => {
    const rows = Object.keys(attempted)
      .filter(isShared)
      .flatMap((limit) => countedKeys(secret, settings, limit, attempted[limit] ?? {}).map((key) => ({ limit, key })))
    const keys = rows.map(({ key }) => key)
    const { waitSeconds, refusedBy: key, counted } = await countAttempt(db, keys)
    const refusedBy = rows.find((row) => row.key.key === key)?.limit
    if (refusedBy) refused(refusedBy)
    return { waitSeconds, refusedBy, takeBack: () => uncountAttempt(db, counted) }
  }
}

function isShared(name: string): name is SharedLimitName {
  return Object.hasOwn(LIMITS, name)
}
