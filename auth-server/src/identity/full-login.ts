// Whether a session is the full login of its person: with both factors, where they have two.
import type { Db } from '../store/database.ts'
import { hasSecondFactor } from '../store/tables/authenticators.ts'
import type { Session } from '../store/tables/sessions.ts'
import { hasTwoFactors } from './acr.ts'

/** A password alone opens nothing of somebody who has set up a second factor. */
export async function isFullLogin(db: Db, session: Session): Promise<boolean> {
  return hasTwoFactors(session) || !(await hasSecondFactor(db, session.personId))
}
