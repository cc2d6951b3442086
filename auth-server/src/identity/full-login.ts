// Whether a session is the full login of its person: with both factors, where they have two. Pure.
import type { Session } from '../store/tables/sessions.ts'
import { hasTwoFactors } from './acr.ts'

/** A password alone opens nothing of somebody who has set up a second factor. */
export function isFullLogin(session: Pick<Session, 'acr' | 'factors'>): boolean {
  return session.factors.length === 0 || hasTwoFactors(session)
}
