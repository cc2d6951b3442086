// Whether a session is the full login of its person: with both factors, where they ask for two; what it takes to change these; and for how long it is recent. Pure.
import type { Session } from '../store/tables/sessions.ts'
import { hasTwoFactors, isByMail } from './acr.ts'

/** What was done longer ago may have been done by somebody else: whom a browser was left open to, or who lent a phone. */
export const RECENT_SECONDS = 300

/**
 * A password alone opens nothing of somebody who has set up an authenticator app, which comes with recovery codes. A
 * passkey by itself is one more way in, offered to everybody: who loses the only one still has the password.
 */
export function isFullLogin(session: Pick<Session, 'acr' | 'factors'>): boolean {
  return !session.factors.includes('totp') || hasTwoFactors(session)
}

/**
 * Whether it may add, change or take away what its person signs in with. A passkey forces nobody at a sign-in, yet whoever
 * knows the password alone must not get past it here. Who has lost it chooses a new password by mail, and goes on from there.
 */
export function mayChangeFactors(session: Pick<Session, 'acr' | 'amr' | 'factors'>): boolean {
  return isFullLogin(session) && (session.factors.length === 0 || hasTwoFactors(session) || isByMail(session))
}
