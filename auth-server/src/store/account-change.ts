// The changes of an account that its owner is written about, and for how long one can be taken back.
import { sql } from 'kysely'
import type { Texts } from '../pages/locales/en.ts'
import type { RowLifetime } from './declaration.ts'

/** A new one is its words in each language (pages/locales/…/undo.ts). */
export type AccountChangeKind = keyof Texts['undo']['changes']

/** For how long a change can be taken back, by the link in the mail about it. */
export const UNDO_SECONDS = 72 * 3600

/** Of rows that a person can take away, as ways to sign in; `removed_at` says when. */
export const REMOVED_WHILE_UNDOABLE: RowLifetime = {
  until: `${UNDO_SECONDS / 3600} hours after the person has taken it away, while that can be undone; goes with the person`,
  obsolete: sql`removed_at < auth_now() - make_interval(secs => ${sql.lit(UNDO_SECONDS)})`,
  indexed: true,
}
